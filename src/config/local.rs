//! `[local]`: environments inside this process, for evaluation.

use std::{
    net::{IpAddr, Ipv4Addr},
    ops::RangeInclusive,
    path::PathBuf,
};

use super::{Sources, data::Data, quantity::ports};
use crate::document::{Section, Wrong};

/// Environments inside this process.
#[derive(Debug, Clone)]
pub struct Local {
    /// Whether templates may use them.
    pub enabled: bool,
    /// The loopback address on which they listen.
    pub host: IpAddr,
    /// The folder that holds theirs.
    pub folder: PathBuf,
    /// The ports that they may take.
    pub ports: RangeInclusive<u16>,
}

impl Local {
    pub(super) fn read(section: &Section<'_>, sources: &Sources, data: &Data) -> Self {
        Self {
            enabled: section.switch("enabled").unwrap_or(false),
            host: section.parse("host", host).unwrap_or(Ipv4Addr::LOCALHOST.into()),
            folder: section
                .text("folder")
                .map_or_else(|| data.folder.join("environments"), |folder| sources.path(&folder)),
            ports: section.parse("ports", ports).unwrap_or(42_000..=42_999),
        }
    }
}

fn host(text: &str) -> Result<IpAddr, Wrong> {
    let right = "Write `127.0.0.1`: they share this machine and this user with Sublet itself.";
    match text.parse::<IpAddr>() {
        Ok(address) if address.is_loopback() => Ok(address),
        Ok(_) => {
            Err(Wrong::new(format!("Environments in the process are for loopback only, not {text}."), right))
        }
        Err(_) => Err(Wrong::new(format!("“{text}” is not an address."), right)),
    }
}
