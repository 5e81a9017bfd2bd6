//! `[discord]`: what is understood, what is refused, and that no secret is ever shown.

use std::time::Duration;

use chrono::TimeDelta;
use secrecy::ExposeSecret;
use sublet::{
    chat::discord::settings::{Inbound, Registration},
    domain::person::Role,
};

use crate::{SMALLEST, faults, load};

const TOKEN: (&str, &str) = ("BOT", "MTk4.very-secret");

/// The smallest section that is right.
const SMALL: &str = r#"
[discord]
inbound = "gateway"
application = "900000000000000001"
token_env = "BOT"
[[discord.guilds]]
id = "100000000000000001"
"#;

#[test]
fn discord_by_the_gateway() {
    let config = load(&format!("{SMALLEST}{SMALL}"), &[TOKEN]).unwrap();
    let discord = config.discord.as_ref().unwrap();
    assert!(matches!(discord.inbound, Inbound::Gateway));
    assert_eq!((&discord.api[..], discord.timeout), ("https://discord.com/api/v10", Duration::from_secs(10)));
    assert_eq!((discord.commands, discord.recheck), (Registration::Global, TimeDelta::hours(1)));
    assert_eq!(discord.token.expose_secret(), TOKEN.1);
    let guild = &discord.guilds[0];
    assert_eq!((&guild.id[..], &guild.approvers, guild.threads), ("100000000000000001", &None, true));
    assert!(!format!("{config:?}{}", config.summary()).contains(TOKEN.1));
}

#[test]
fn discord_by_http_in_two_guilds() {
    let key = "a2114d57b48eac39b9ad189dd8316235a7b4a8d21a10bd27519666489c69b503";
    let text = format!(
        r#"{SMALLEST}discord = "800000000000000001"
[discord]
inbound = "http"
application = "900000000000000001"
token_env = "BOT"
public_key = "{key}"
commands = "guild"
api = "http://127.0.0.1:9999/api/v10/"
timeout = "2s"
recheck = "10m"
[[discord.guilds]]
id = "100000000000000001"
approvers = "200000000000000001"
mention = "300000000000000001"
approver_roles = ["300000000000000001", "300000000000000002"]
admin_roles = ["300000000000000003"]
auditor_roles = ["300000000000000004"]
threads = false
[[discord.guilds.groups]]
id = "300000000000000001"
teams = ["shop"]
[[discord.guilds.groups]]
id = "300000000000000005"
roles = ["instructor"]
teams = ["courses"]
[[discord.guilds]]
id = "100000000000000002"
"#
    );
    let config = load(&text, &[TOKEN]).unwrap();
    let discord = config.discord.as_ref().unwrap();
    let Inbound::Http { public_key } = discord.inbound else { panic!("{discord:?}") };
    assert_eq!((public_key[0], public_key[31]), (0xa2, 0x03));
    assert_eq!(
        (&discord.api[..], discord.timeout),
        ("http://127.0.0.1:9999/api/v10", Duration::from_secs(2))
    );
    assert_eq!((discord.commands, discord.recheck), (Registration::Guild, TimeDelta::minutes(10)));
    assert_eq!(discord.listed["800000000000000001"], "ada");
    let ids: Vec<&str> = discord.guilds.iter().map(|guild| guild.id.as_str()).collect();
    assert_eq!(ids, ["100000000000000001", "100000000000000002"]);
    let gives = discord.guilds[0].roles.values();
    let roles: Vec<Role> = gives.clone().flat_map(|gives| gives.roles.iter().copied()).collect();
    assert_eq!(roles, [Role::Approver, Role::Approver, Role::Admin, Role::Auditor, Role::Instructor]);
    let teams: Vec<&str> = gives.flat_map(|gives| gives.teams.iter().map(String::as_str)).collect();
    assert_eq!(teams, ["shop", "courses"], "the same role may give both");
    assert!(!discord.guilds[0].threads);
}

#[test]
fn off_is_off() {
    let off = format!("{SMALLEST}[discord]\ninbound = \"off\"\n");
    assert!(load(&off, &[]).unwrap().discord.is_none());
    assert!(load(SMALLEST, &[]).unwrap().discord.is_none());
}

#[test]
fn every_fault_of_discord_is_told() {
    let told = faults(
        &format!(
            r##"{SMALLEST}[discord]
inbound = "http"
application = "sublet"
token_env = "BOT"
public_key = "a2114d"
api = "http://discord.example.org/api"
[[discord.guilds]]
id = "100000000000000001"
approvers = "#approvers"
approver_roles = ["300000000000000001"]
admin_roles = ["300000000000000001"]
[[discord.guilds]]
id = "100000000000000001"
"##
        ),
        &[("BOT", "Bot MTk4.very-secret")],
    );
    for part in [
        "“sublet” is not the id of an application.",
        "This begins with “Bot ”, which is no part of the token.",
        "“a2114d” is no public key of Discord's.",
        "Tokens would cross the network unprotected.",
        "“#approvers” is not the id of a channel.",
        "The role 300000000000000001 is listed for something else already.",
        "The server 100000000000000001 was named before",
    ] {
        assert!(told.contains(part), "{part}\n{told}");
    }
    assert!(!told.contains("very-secret"), "{told}");
}
