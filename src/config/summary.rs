//! The configuration in a few lines, without secrets: what `check-config` says when all is well.

use std::fmt;

use super::Config;
use crate::{
    chat::{discord::settings as discord, slack::settings::Inbound},
    mail::{Security, Transport},
    telemetry::Format,
};

impl Config {
    /// The configuration in a few lines, without secrets.
    pub fn summary(&self) -> impl fmt::Display + '_ {
        Summary(self)
    }

    fn lines(&self) -> Vec<(&'static str, String)> {
        let policy = &self.policy;
        let span = |span| commands::units::print_span(span);
        vec![
            ("server", format!("{} on {}, {}", self.server.public_url, self.server.listen, self.replicas())),
            ("data", self.data.folder.display().to_string()),
            (
                "database",
                format!("{}, up to {} connections", self.database.engine.name(), self.database.connections),
            ),
            ("people", self.everybody()),
            (
                "policy",
                format!(
                    "{}; reminded after {}, lapses after {}; {} open requests each",
                    policy.email_domains.join(", "),
                    span(policy.patience.remind_after),
                    span(policy.patience.lapse_after),
                    policy.open_requests
                ),
            ),
            ("quotas", self.limits()),
            ("reaper", format!("{} (UTC)", self.reaper.schedule.written())),
            ("mail", self.letters()),
            ("devops", or_nobody(self.devops.emails.join(", "))),
            ("console", if self.console.enabled { "on" } else { "off" }.to_owned()),
            ("slack", self.slack()),
            ("discord", self.discord()),
            ("api", if self.api.enabled { self.access() } else { "off".to_owned() }),
            ("local", self.embedded()),
            ("kubernetes", self.kubernetes.to_string()),
            (
                "templates",
                format!(
                    "{}, looked at every {}",
                    self.templates.folder.display(),
                    span(self.templates.reload)
                ),
            ),
            (
                "telemetry",
                format!(
                    "{} {}",
                    match self.telemetry.format {
                        Format::Text => "text",
                        Format::Json => "JSON",
                    },
                    self.telemetry.filter
                ),
            ),
        ]
    }

    /// How many limits there are for whom.
    fn limits(&self) -> String {
        let quotas = &self.quotas;
        let mut parts = Vec::new();
        for (name, limits) in [("everybody", &quotas.everybody), ("each person", &quotas.each_person)] {
            if !limits.0.is_empty() {
                parts.push(name.to_owned());
            }
        }
        parts.extend(quotas.teams.keys().map(|name| format!("team {name}")));
        parts.extend(quotas.templates.keys().map(|name| format!("template {name}")));
        if parts.is_empty() { "none".to_owned() } else { parts.join(", ") }
    }

    fn replicas(&self) -> String {
        match self.server.replicas {
            1 => "one replica".to_owned(),
            count => format!("{count} replicas"),
        }
    }

    fn everybody(&self) -> String {
        let names: Vec<String> = self
            .people
            .iter()
            .map(|person| {
                if person.may_decide() {
                    format!("{} (approves)", person.handle)
                } else {
                    person.handle.clone()
                }
            })
            .collect();
        names.join(", ")
    }

    fn letters(&self) -> String {
        let Some(mail) = &self.mail else { return "none".to_owned() };
        match &mail.transport {
            Transport::Folder(folder) => format!("from {}, into {}", mail.from, folder.display()),
            Transport::Smtp(smtp) => {
                let way = match smtp.security {
                    Security::StartTls => "STARTTLS",
                    Security::Tls => "TLS",
                    Security::None => "plain",
                };
                let login = if smtp.user.is_some() { ", with a password" } else { "" };
                format!("from {}, by {} ({way}{login})", mail.from, smtp.host)
            }
        }
    }

    fn slack(&self) -> String {
        let Some(slack) = &self.slack else { return "off".to_owned() };
        let way = match &slack.inbound {
            Inbound::Socket { connections, .. } => format!("by Socket Mode, {connections} connections"),
            Inbound::Http { .. } => "by HTTP".to_owned(),
        };
        let ids: Vec<&str> = slack.workspaces.iter().map(|workspace| workspace.id.as_str()).collect();
        format!("{way}; {}", ids.join(", "))
    }

    fn discord(&self) -> String {
        let Some(discord) = &self.discord else { return "off".to_owned() };
        let way = match &discord.inbound {
            discord::Inbound::Gateway => "by the gateway",
            discord::Inbound::Http { .. } => "by HTTP",
        };
        let ids: Vec<&str> = discord.guilds.iter().map(|guild| guild.id.as_str()).collect();
        format!("{way}; {}", ids.join(", "))
    }

    fn access(&self) -> String {
        let span = |span| commands::units::print_span(span);
        let tokens = &self.api.tokens;
        let mut words = format!(
            "tokens for {}, at most {}; {} calls a minute",
            span(tokens.usual),
            span(tokens.longest),
            self.api.limits.per_minute
        );
        if let Some(oidc) = &self.oidc {
            words.push_str(&format!("; those of {}", oidc.issuer));
        }
        if !self.webhooks.is_empty() {
            let names: Vec<&str> = self.webhooks.iter().map(|webhook| webhook.hook.name.as_str()).collect();
            words.push_str(&format!("; webhooks {}", names.join(", ")));
        }
        words
    }

    fn embedded(&self) -> String {
        if !self.local.enabled {
            return "off".to_owned();
        }
        let (ports, folder) = (&self.local.ports, self.local.folder.display());
        format!("{}, ports {}-{}, in {folder}", self.local.host, ports.start(), ports.end())
    }
}

struct Summary<'a>(&'a Config);

impl fmt::Display for Summary<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (name, value) in self.0.lines() {
            writeln!(f, "{name:>10}  {value}")?;
        }
        Ok(())
    }
}

fn or_nobody(text: String) -> String {
    if text.is_empty() { "nobody".to_owned() } else { text }
}
