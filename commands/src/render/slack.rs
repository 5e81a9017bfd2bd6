//! The Slack app's manifest: what Slack must know of the app, made from the catalogue.
//!
//! The shape is that of docs.slack.dev/reference/app-manifest; the figures in the tests are those of Slack's own
//! schema, github.com/slackapi/manifest-schema.

use serde::Serialize;

use crate::spec::Spec;
use crate::{Command, EnvRequest, Help, group, groups};

/// A right that the app asks for, and what it is needed for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Scope {
    /// Slack's name of it.
    pub name: &'static str,
    /// What could not be done without it.
    pub reason: &'static str,
}

/// The rights of the bot, which are all that the app asks for.
pub const SCOPES: &[Scope] = &[
    Scope {
        name: "chat:write",
        reason: "Post the cards in the approvers' channel, into which you invite the app, and in direct messages; rewrite them.",
    },
    Scope { name: "commands", reason: "Receive the slash commands and the shortcut." },
    Scope {
        name: "im:write",
        reason: "Open the direct message with a person, where their cards, warnings and ways to log in go.",
    },
    Scope {
        name: "usergroups:read",
        reason: "Tell who is in the user groups that give roles or teams, at the moment of each press.",
    },
    Scope {
        name: "users:read",
        reason: "Tell members from guests, bots and people who left, show times in their zone, and hear of changes.",
    },
    Scope {
        name: "users:read.email",
        reason: "Know the e-mail address: who is listed in the configuration, and where letters go when Slack fails.",
    },
];

/// What Slack tells the app.
const EVENTS: &[&str] = &["app_home_opened", "app_uninstalled", "tokens_revoked", "user_change"];

/// The `callback_id` of the shortcut, which stands for the line `/env request`.
pub const SHORTCUT: &str = "request";

/// The manifest as JSON. Without an address the app uses Socket Mode; with one (`https://sublet.example.org`, no
/// slash at the end) Slack calls it there.
pub fn manifest(url: Option<&str>) -> String {
    let mut text = serde_json::to_string_pretty(&Manifest::new(url)).unwrap_or_default();
    text.push('\n');
    text
}

/// The scopes with their reasons, as a table of Markdown.
pub fn scopes() -> String {
    let rows = SCOPES.iter().map(|scope| format!("| `{}` | {} |\n", scope.name, scope.reason));
    std::iter::once("| scope | what for |\n|---|---|\n".to_owned()).chain(rows).collect()
}

#[derive(Serialize)]
struct Manifest {
    _metadata: Metadata,
    display_information: Display,
    features: Features,
    oauth_config: OAuth,
    settings: Settings,
}

#[derive(Serialize)]
struct Metadata {
    major_version: u8,
    minor_version: u8,
}

#[derive(Serialize)]
struct Display {
    name: &'static str,
    description: &'static str,
    long_description: &'static str,
    background_color: &'static str,
}

#[derive(Serialize)]
struct Features {
    app_home: AppHome,
    bot_user: BotUser,
    shortcuts: Vec<Shortcut>,
    slash_commands: Vec<SlashCommand>,
}

#[derive(Serialize)]
struct AppHome {
    home_tab_enabled: bool,
    messages_tab_enabled: bool,
    messages_tab_read_only_enabled: bool,
}

#[derive(Serialize)]
struct BotUser {
    display_name: &'static str,
    always_online: bool,
}

#[derive(Serialize)]
struct Shortcut {
    name: &'static str,
    r#type: &'static str,
    callback_id: &'static str,
    description: &'static str,
}

#[derive(Serialize)]
struct SlashCommand {
    command: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    url: Option<String>,
    description: String,
    usage_hint: String,
    should_escape: bool,
}

#[derive(Serialize)]
struct OAuth {
    scopes: Scopes,
}

#[derive(Serialize)]
struct Scopes {
    bot: Vec<&'static str>,
}

#[derive(Serialize)]
struct Settings {
    event_subscriptions: Events,
    interactivity: Interactivity,
    org_deploy_enabled: bool,
    socket_mode_enabled: bool,
    token_rotation_enabled: bool,
}

#[derive(Serialize)]
struct Events {
    #[serde(skip_serializing_if = "Option::is_none")]
    request_url: Option<String>,
    bot_events: &'static [&'static str],
}

#[derive(Serialize)]
struct Interactivity {
    is_enabled: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    request_url: Option<String>,
}

impl Manifest {
    fn new(url: Option<&str>) -> Self {
        let at = |path: &str| url.map(|url| format!("{url}{path}"));
        Self {
            _metadata: Metadata { major_version: 1, minor_version: 1 },
            display_information: Display {
                name: "Sublet",
                description: "Borrow environments from chat: request, approve, use, extend, return.",
                long_description: "Ask for an environment with /env request. An approver presses Approve. You get the \
                    way to log in by direct message, are warned before the lease ends, may extend it once, and when it \
                    is over everything in it is deleted. /sublet explains the commands, and the Home tab shows what \
                    you have.",
                background_color: "#1f4e4a",
            },
            features: Features {
                app_home: AppHome {
                    home_tab_enabled: true,
                    messages_tab_enabled: true,
                    // Where people cannot write they cannot type commands either, and here is where their cards are.
                    // What they write besides commands never reaches the app: that would take a scope more.
                    messages_tab_read_only_enabled: false,
                },
                bot_user: BotUser { display_name: "Sublet", always_online: true },
                shortcuts: vec![Shortcut {
                    name: EnvRequest::SPEC.summary,
                    r#type: "global",
                    callback_id: SHORTCUT,
                    description: "Fill in a form to ask for an environment",
                }],
                slash_commands: slash_commands(at("/slack/commands").as_deref()),
            },
            oauth_config: OAuth { scopes: Scopes { bot: SCOPES.iter().map(|scope| scope.name).collect() } },
            settings: Settings {
                event_subscriptions: Events { request_url: at("/slack/events"), bot_events: EVENTS },
                interactivity: Interactivity { is_enabled: true, request_url: at("/slack/interactions") },
                org_deploy_enabled: false,
                socket_mode_enabled: url.is_none(),
                token_rotation_enabled: false,
            },
        }
    }
}

/// One for each group of the catalogue, and `/sublet`, because Slack keeps `/help` for itself.
fn slash_commands(url: Option<&str>) -> Vec<SlashCommand> {
    let all = |name: &str| group(name).map(|entry| entry.spec).filter(|spec| spec.listed).collect();
    let with_verbs = |specs: &Vec<&Spec>| specs.iter().all(|spec| spec.path.len() > 1);
    let of_group = |name: &str| {
        let specs: Vec<&Spec> = all(name);
        with_verbs(&specs).then(|| slash(name, &specs)).flatten()
    };
    let first = |spec: &Spec| spec.path.first().copied().unwrap_or_default();
    let help = SlashCommand {
        command: "/sublet".to_owned(),
        url: None,
        description: format!("{}: {}", Help::SPEC.summary, listed(&groups(), first(&Help::SPEC))),
        usage_hint: "help env request".to_owned(),
        should_escape: true,
    };
    let commands = groups().into_iter().filter_map(of_group).chain([help]);
    commands.map(|command| SlashCommand { url: url.map(str::to_owned), ..command }).collect()
}

/// The groups by name, without one.
fn listed(groups: &[&str], without: &str) -> String {
    let names: Vec<String> =
        groups.iter().filter(|name| **name != without).map(|name| format!("/{name}")).collect();
    names.join(", ")
}

fn slash(name: &str, specs: &[&Spec]) -> Option<SlashCommand> {
    let (main, others) = specs.split_first()?;
    let verbs: Vec<&str> = others.iter().filter_map(|spec| spec.path.get(1).copied()).collect();
    Some(SlashCommand {
        command: format!("/{name}"),
        url: None,
        description: format!("{}. Also: {}", main.summary, verbs.join(", ")),
        usage_hint: hint(name, main),
        should_escape: true,
    })
}

/// What could be typed after the group's name: a short example that shows more than the least, else the least.
fn hint(name: &str, spec: &Spec) -> String {
    const SHORT: usize = 48;
    let example = spec.examples.get(1).filter(|example| example.chars().count() <= SHORT);
    if let Some(rest) = example.and_then(|example| example.strip_prefix(&format!("/{name} "))) {
        return rest.to_owned();
    }
    let needed = spec.args.iter().filter(|arg| arg.positional && arg.required).map(|arg| arg.kind.example());
    spec.path.get(1).copied().into_iter().chain(needed).collect::<Vec<_>>().join(" ")
}
