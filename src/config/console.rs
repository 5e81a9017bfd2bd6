//! `[console]`: the chat console in the page, where everybody may be anybody.

use super::server::Server;
use crate::document::{Section, Wrong};

/// The chat console in the page.
#[derive(Debug, Clone)]
pub struct Console {
    /// Whether it is there.
    pub enabled: bool,
}

impl Console {
    pub(super) fn read(section: &Section<'_>, server: &Server) -> Self {
        let enabled = section.switch("enabled").unwrap_or(false);
        if enabled && !server.listen.ip().is_loopback() {
            let wrong =
                format!("The console lets everybody be anybody, and {} is not loopback.", server.listen.ip());
            let right = "Set server.listen to `127.0.0.1:8080`, or write false here.";
            section.fault("enabled", Wrong::new(wrong, right));
        }
        Self { enabled }
    }
}
