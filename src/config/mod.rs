//! The configuration: one TOML file, variables over it, every fault at once, secrets never shown.

pub mod api;
mod approval;
pub mod audit;
pub mod console;
pub mod data;
pub mod database;
pub mod devops;
mod discord;
pub mod kubernetes;
pub mod local;
mod mail;
mod oidc;
mod people;
pub mod policy;
mod prices;
mod quantity;
mod quotas;
pub mod reaper;
pub mod schedule;
mod secret;
pub mod server;
mod slack;
pub mod sources;
mod summary;
mod telemetry;
pub mod templates;
mod webhooks;

use std::path::Path;

pub use sources::Sources;

use crate::{
    document::{Document, Faults, Section},
    domain::person::{Person, Rights},
};

/// What the variables that stand for settings begin with: `SUBLET__SERVER__LISTEN` is `server.listen`.
pub const PREFIX: &str = "SUBLET__";

/// The file that is read when no other is named and it is there.
pub const USUAL_FILE: &str = "sublet.toml";

/// The demo's whole configuration; its relative paths count from the data folder.
const DEMO: &str = include_str!("demo.toml");

/// Everything that an operator decides, checked.
#[derive(Debug, Clone)]
pub struct Config {
    /// Where it listens and how it is reached.
    pub server: server::Server,
    /// Where it keeps what it must keep.
    pub data: data::Data,
    /// Which database.
    pub database: database::Database,
    /// Who is known.
    pub people: Vec<Person>,
    /// What is allowed, and how patient it is.
    pub policy: policy::Policy,
    /// How long the audit log is kept.
    pub audit: audit::Audit,
    /// The limits that hold where nobody set another.
    pub quotas: crate::domain::quota::Defaults,
    /// Who must agree, where a template says nothing else.
    pub approval: crate::domain::approval::Rules,
    /// What environments cost; `None` where nobody counts.
    pub prices: Option<crate::domain::cost::Prices>,
    /// When it looks for what is due.
    pub reaper: reaper::Reaper,
    /// How letters leave; `None` when there is no mail.
    pub mail: Option<crate::mail::Settings>,
    /// Who is told when something needs a hand.
    pub devops: devops::Devops,
    /// The REST API.
    pub api: api::Api,
    /// The chat console in the page.
    pub console: console::Console,
    /// How Slack is reached; `None` when it is not.
    pub slack: Option<crate::chat::slack::settings::Settings>,
    /// How Discord is reached; `None` when it is not.
    pub discord: Option<crate::chat::discord::settings::Settings>,
    /// Whose tokens the API takes besides its own; `None` for nobody's.
    pub oidc: Option<crate::oidc::Settings>,
    /// Programs outside that are told what happens.
    pub webhooks: Vec<crate::hooks::Settings>,
    /// Environments inside this process.
    pub local: local::Local,
    /// Environments on a cluster.
    pub kubernetes: kubernetes::Kubernetes,
    /// Where templates are.
    pub templates: templates::Templates,
    /// What is logged, and how.
    pub telemetry: crate::telemetry::Settings,
}

impl Config {
    /// Reads the file, lays the variables over it and checks everything.
    ///
    /// # Errors
    /// All faults, each with its place, what is wrong and what would be right.
    pub fn load(sources: &Sources) -> Result<Self, Faults> {
        check(sources, |root| Self::read(root, sources))
    }

    /// The demo: a developer, two approvers and an admin, local environments, letters into a folder, all
    /// below `data`. Variables may change it as they change any configuration.
    ///
    /// # Errors
    /// Faults of the variables.
    pub fn demo(data: &Path, variables: std::collections::BTreeMap<String, String>) -> Result<Self, Faults> {
        let file = Some(("demo.toml".to_owned(), DEMO.to_owned()));
        Self::load(&Sources { file, folder: data.to_owned(), variables })
    }

    /// What groups of the platforms, and of the issuer of tokens, may give somebody at the moment of their press.
    pub fn lent(&self) -> Rights {
        let mut lent = Rights::default();
        let slack = self.slack.iter().flat_map(|slack| &slack.workspaces);
        let discord = self.discord.iter().flat_map(|discord| &discord.guilds);
        let groups = slack.flat_map(|workspace| workspace.groups.values());
        groups.chain(discord.flat_map(|guild| guild.roles.values())).for_each(|rights| lent.extend(rights));
        if let Some(issuer) = &self.oidc {
            lent.roles.extend(issuer.roles.values());
            lent.teams.extend(issuer.teams.values().cloned());
        }
        lent
    }

    fn read(root: &Section<'_>, sources: &Sources) -> Self {
        let data = root.section("data", |section| data::Data::read(section, sources));
        let database = root.section("database", |section| database::Database::read(section, sources, &data));
        let server = root.section("server", |section| server::Server::read(section, database.engine));
        let people::Listed { people, discord } = people::read(root);
        let mail = root.section("mail", |section| mail::read(section, sources, &data));
        Self {
            policy: root.section("policy", policy::Policy::read),
            audit: root.section("audit", audit::Audit::read),
            quotas: root.section("quotas", quotas::read),
            approval: root.section("approval", approval::read),
            prices: optional(root, "prices").then(|| root.section("prices", prices::read)),
            reaper: root.section("reaper", reaper::Reaper::read),
            devops: root.section("devops", |section| devops::Devops::read(section, &people, mail.is_some())),
            api: root.section("api", api::Api::read),
            console: root.section("console", |section| console::Console::read(section, &server)),
            slack: root.section("slack", |section| slack::read(section, sources)),
            discord: root.section("discord", |section| discord::read(section, sources, discord)),
            oidc: root.section("oidc", oidc::read),
            webhooks: webhooks::read(root, sources),
            local: root.section("local", |section| local::Local::read(section, sources, &data)),
            kubernetes: root.section("kubernetes", |section| kubernetes::Kubernetes::read(section, sources)),
            templates: root.section("templates", |section| templates::Templates::read(section, sources)),
            telemetry: root.section("telemetry", telemetry::read),
            server,
            data,
            database,
            people,
            mail,
        }
    }
}

/// Whether a section that need not be there is.
fn optional(root: &Section<'_>, key: &str) -> bool {
    root.leave(key);
    root.has(key)
}

/// What `sublet controller` needs.
#[derive(Debug, Clone)]
pub struct Controller {
    /// Environments on a cluster.
    pub kubernetes: kubernetes::Kubernetes,
    /// What is logged, and how.
    pub telemetry: crate::telemetry::Settings,
}

impl Controller {
    /// Reads what the controller needs. The other sections may be there or not: it shares its file with `serve`,
    /// but neither the secrets nor the database.
    ///
    /// # Errors
    /// All faults of those sections.
    pub fn load(sources: &Sources) -> Result<Self, Faults> {
        check(sources, |root| {
            for section in OTHERS {
                root.leave(section);
            }
            Self {
                kubernetes: root
                    .section("kubernetes", |section| kubernetes::Kubernetes::read(section, sources)),
                telemetry: root.section("telemetry", telemetry::read),
            }
        })
    }
}

/// Sections that the controller leaves to others.
const OTHERS: &[&str] = &[
    "api",
    "approval",
    "audit",
    "console",
    "data",
    "database",
    "devops",
    "discord",
    "local",
    "mail",
    "oidc",
    "people",
    "policy",
    "prices",
    "quotas",
    "reaper",
    "server",
    "slack",
    "templates",
    "webhooks",
];

/// Reads the file, lays the variables over it, and collects all faults of both.
fn check<T>(sources: &Sources, read: impl FnOnce(&Section<'_>) -> T) -> Result<T, Faults> {
    let (name, text) = match &sources.file {
        Some((name, text)) => (name.as_str(), text.as_str()),
        None => ("configuration", ""),
    };
    let mut document = Document::read(name, text)?;
    let stray = document.overlay(PREFIX, &sources.variables).err().unwrap_or_default();
    match document.check(read) {
        Ok(config) => stray.or(config),
        Err(mut faults) => {
            faults.and(stray);
            Err(faults)
        }
    }
}
