//! `[mail]`: how letters leave.

use std::{net::IpAddr, str::FromStr, time::Duration};

use email_address::EmailAddress;

use super::{Sources, data::Data, quantity::span, secret};
use crate::{
    document::{Section, Wrong},
    mail::{Security, Settings, Smtp, Transport},
};

#[derive(Clone, Copy, PartialEq)]
enum Way {
    None,
    Folder,
    Smtp,
}

const WAYS: [(&str, Way); 3] = [("none", Way::None), ("folder", Way::Folder), ("smtp", Way::Smtp)];
const SECURITIES: [(&str, Security); 3] =
    [("starttls", Security::StartTls), ("tls", Security::Tls), ("none", Security::None)];

/// Reads who letters are from and how they leave; `None` when there is no mail.
pub(super) fn read(section: &Section<'_>, sources: &Sources, data: &Data) -> Option<Settings> {
    let way = section.choice("transport", &WAYS).unwrap_or(Way::None);
    let from = section.parse("from", sender);
    let folder = section.text("folder").map(|folder| sources.path(&folder));
    let smtp = section.section("smtp", |smtp| smtp_server(smtp, sources, way == Way::Smtp));
    let transport = match way {
        Way::None => return None,
        Way::Folder => Transport::Folder(folder.unwrap_or_else(|| data.folder.join("mail"))),
        Way::Smtp => Transport::Smtp(smtp),
    };
    let from = section.require("from", from, "Write who letters are from: `Sublet <sublet@example.org>`.");
    Some(Settings { from: from.unwrap_or_default(), transport })
}

fn smtp_server(section: &Section<'_>, sources: &Sources, used: bool) -> Smtp {
    let host = section.text("host");
    let port = section.number("port", 1..=65_535).and_then(|port| u16::try_from(port).ok());
    let security = section.choice("security", &SECURITIES).unwrap_or(Security::StartTls);
    let user = section.text("user");
    let password = secret::read(section, ["password", "password_env", "password_file"], sources);
    let authority = section.text("authority").map(|path| sources.path(&path));
    let timeout = section.parse("timeout", span).and_then(|span| span.to_std().ok());
    let connections = section.number("connections", 1..=50).and_then(|count| count.try_into().ok());
    let host = if used { section.require("host", host, "Write the name of the mail server.") } else { host };
    let smtp = Smtp {
        host: host.unwrap_or_default(),
        port,
        security,
        user,
        password,
        authority,
        timeout: timeout.unwrap_or(Duration::from_secs(30)),
        connections: connections.unwrap_or(4),
    };
    check(&smtp, section);
    smtp
}

fn check(smtp: &Smtp, section: &Section<'_>) {
    let named = ["password", "password_env", "password_file"].into_iter().find(|key| section.has(key));
    match (section.has("user"), named) {
        (true, None) => {
            let right = "Name a variable with password_env or a file with password_file.";
            section.fault("user", Wrong::new("A user name is given, but no password.", right));
        }
        (false, Some(key)) => {
            let wrong = Wrong::new("A password is given, but no user name.", "Write user as well.");
            section.fault(key, wrong);
        }
        _ => {}
    }
    if smtp.security == Security::None && section.has("host") && !on_this_machine(&smtp.host) {
        let wrong = "Letters would cross the network unprotected.";
        section.fault("security", Wrong::new(wrong, "Write “starttls” or “tls”."));
    }
}

/// Whether a host is this machine; a plain way is allowed to nowhere else.
pub(super) fn on_this_machine(host: &str) -> bool {
    host == "localhost" || host.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
}

/// A bare address.
pub(super) fn address(text: &str) -> Result<String, Wrong> {
    let right = "Write it as `dana@example.org`.";
    match EmailAddress::from_str(text) {
        Ok(address) if address.display_part().is_empty() => Ok(text.to_owned()),
        Ok(_) => Err(Wrong::new(format!("“{text}” is more than an address."), right)),
        Err(why) => Err(Wrong::new(format!("“{text}” is not an e-mail address: {}.", lower(&why)), right)),
    }
}

/// An address, with or without a name in front.
fn sender(text: &str) -> Result<String, Wrong> {
    let right = "Write it as `Sublet <sublet@example.org>`.";
    EmailAddress::from_str(text)
        .map(|_| text.to_owned())
        .map_err(|why| Wrong::new(format!("“{text}” is not a sender: {}.", lower(&why)), right))
}

/// The library's sentence, in the middle of ours.
fn lower(why: &email_address::Error) -> String {
    let text = why.to_string();
    let text = text.trim_end_matches('.');
    let mut letters = text.chars();
    letters.next().map(|first| first.to_lowercase().chain(letters).collect()).unwrap_or_default()
}
