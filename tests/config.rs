//! The configuration: what is understood, what is refused and in which words, and that no secret is shown.

#![expect(
    clippy::unwrap_used,
    clippy::too_many_lines,
    reason = "a test that cannot go on stops where it stands; listings of faults are long because they are whole"
)]

use std::{collections::BTreeMap, fs, path::Path};

use chrono::TimeDelta;
use secrecy::ExposeSecret;
use sublet::{
    config::{Config, Sources, database::Engine},
    mail::Transport,
};

#[path = "config/api.rs"]
mod api;
#[path = "config/approval.rs"]
mod approval;
#[path = "config/discord.rs"]
mod discord;
#[path = "config/documents.rs"]
mod documents;
#[path = "config/kubernetes.rs"]
mod kubernetes;
#[path = "config/quotas.rs"]
mod quotas;
#[path = "config/slack.rs"]
mod slack;

const SMALLEST: &str = r#"
[policy]
email_domains = ["example.org"]
[[people]]
handle = "ada"
email = "ada@example.org"
roles = ["approver"]
"#;

fn sources(text: &str, variables: &[(&str, &str)]) -> Sources {
    let variables = variables.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    Sources {
        file: Some(("sublet.toml".to_owned(), text.to_owned())),
        folder: "/etc/sublet".into(),
        variables,
    }
}

fn load(text: &str, variables: &[(&str, &str)]) -> Result<Config, String> {
    Config::load(&sources(text, variables)).map_err(|faults| faults.to_string())
}

fn faults(text: &str, variables: &[(&str, &str)]) -> String {
    load(text, variables).err().unwrap_or_default()
}

#[test]
fn little_must_be_written() {
    let config = load(SMALLEST, &[]).unwrap();
    insta::assert_snapshot!(config.summary(), @"
        server  http://127.0.0.1:8080 on 127.0.0.1:8080, one replica
          data  /etc/sublet/sublet-data
      database  SQLite, up to 8 connections
        people  ada (approves)
        policy  example.org; reminded after 30m, lapses after 3d; 5 open requests each
        quotas  none
        reaper  * * * * * (UTC)
          mail  none
        devops  nobody
       console  off
         slack  off
       discord  off
           api  tokens for 30d, at most 365d; 600 calls a minute
         local  off
    kubernetes  off
     templates  /etc/sublet/templates, looked at every 5s
     telemetry  text info,kube_client=off,serenity=off,slack_morphism=off
    ");
    assert_eq!(config.people[0].id.as_str(), "per_ada");
    assert_eq!(config.database.url.expose_secret(), "sqlite:///etc/sublet/sublet-data/sublet.db?mode=rwc");
    assert_eq!(config.database.engine, Engine::Sqlite);
}

#[test]
fn nothing_at_all_says_what_is_missing() {
    insta::assert_snapshot!(faults("", &[]), @r#"
    sublet.toml  people
        Nobody is known, so nobody could ask or approve.
        Add [[people]] sections, at least one with roles = ["approver"].

    sublet.toml  policy.email_domains
        This is missing.
        Name the domains whose people may ask, such as ["example.org"].

    2 faults.
    "#);
}

#[test]
fn the_example_is_good() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let text = fs::read_to_string(root.join("docs/sublet.example.toml")).unwrap();
    let config = load(&text, &[]).unwrap();
    insta::assert_snapshot!(config.summary(), @"
        server  https://sublet.example.org on 127.0.0.1:8080, one replica
          data  /var/lib/sublet
      database  Postgres, up to 8 connections
        people  dana, ada (approves)
        policy  example.org, students.example.org; reminded after 30m, lapses after 3d; 5 open requests each
        quotas  everybody, each person, team shop, template web
        reaper  * * * * * (UTC)
          mail  from Sublet <sublet@example.org>, by mail.example.org (STARTTLS)
        devops  devops@example.org
       console  off
         slack  off
       discord  off
           api  tokens for 30d, at most 365d; 600 calls a minute
         local  off
    kubernetes  off
     templates  /etc/sublet/templates, looked at every 5s
     telemetry  JSON info,kube_client=off,serenity=off,slack_morphism=off
    ");
}

#[test]
fn every_fault_is_told_at_once_with_its_place() {
    let text = r#"
[server]
lisen = "127.0.0.1:80"
listen = "port 80"
public_url = "sublet.example.org"
replicas = 3

[database]
url = "postgres://sublet:hunter2@db/sublet"
connections = "many"

[policy]
email_domains = ["@example.org", "example.com"]
remind_after = "3d"
lapse_after = "1d"

[reaper]
schedule = "0 9 * * Mo-Fr"

[mail]
transport = "smpt"

[mail.smtp]
host = "mail.example.org"
port = 99999
security = "none"
user = "sublet"
password = "hunter2"

[console]
enabled = "yes"

[local]
host = "0.0.0.0"
ports = "22-80"

[telemetry]
format = "yaml"
filter = "verbose"

[[people]]
handle = "Dana"
email = "dana@"
zone = "Europe/Berln"
roles = ["develper"]

[[people]]
handle = "ada"
email = "ada@example.org"

[[people]]
handle = "ada"
email = "Ada@example.org"
"#;
    let told = faults(text, &[("SUBLET__SERVER__REPLICAS", "two"), ("SUBLET__TEMPLATE__FOLDER", "x")]);
    assert!(!told.contains("hunter2"), "a secret is shown: {told}");
    insta::assert_snapshot!(told, @r#"
    sublet.toml:3:1  server.lisen
        There is no such key.
        Did you mean “listen”?

    sublet.toml:4:10  server.listen
        “port 80” is not an address to listen on.
        Write an address and a port, such as `127.0.0.1:8080`, or `0.0.0.0:8080` for every address.

    sublet.toml:5:14  server.public_url
        “sublet.example.org” is not a URL: relative URL without a base.
        Write what people type to get here, such as `https://sublet.example.org`.

    sublet.toml:9:7  database.url
        A password does not belong in this file.
        Name a variable or a file that holds the whole URL, with url_env or url_file.

    sublet.toml:10:15  database.connections
        This is a text, not a whole number.
        Write a whole number from 1 to 200.

    sublet.toml:13:18  policy.email_domains[0]
        “@example.org” is not a domain.
        Write only what follows the @, such as `example.org`.

    sublet.toml:14:16  policy.remind_after
        A request would lapse before anybody is reminded of it.
        Write a shorter remind_after or a longer lapse_after.

    sublet.toml:18:12  reaper.schedule
        “Mo-Fr” is not a weekday.
        Write 0 to 7 (0 and 7 are Sunday) or `mon`, `tue`, `wed`, `thu`, `fri`, `sat`, `sun`.

    sublet.toml:21:13  mail.transport
        “smpt” is not one of the words that fit here.
        Did you mean “smtp”?

    sublet.toml:25:8  mail.smtp.port
        99999 is outside the limits.
        Write a whole number from 1 to 65535.

    sublet.toml:26:12  mail.smtp.security
        Letters would cross the network unprotected.
        Write “starttls” or “tls”.

    sublet.toml:28:12  mail.smtp.password
        A secret does not belong in this file.
        Write password_env with the name of a variable, or password_file with a path.

    sublet.toml:31:11  console.enabled
        This is a text, not true or false.
        Write true or false, without quotation marks.

    sublet.toml:34:8  local.host
        Environments in the process are for loopback only, not 0.0.0.0.
        Write `127.0.0.1`: they share this machine and this user with Sublet itself.

    sublet.toml:35:9  local.ports
        “22-80” begins among the ports of the system.
        Write the first and the last port, 1024 or above, such as `42000-42999`.

    sublet.toml:38:10  telemetry.format
        “yaml” is not one of the words that fit here.
        Write “text” or “json”.

    sublet.toml:39:10  telemetry.filter
        “verbose” is not a level.
        Write “error”, “warn”, “info”, “debug”, “trace” or “off”.

    sublet.toml:42:10  people[0].handle
        “Dana” is not a handle.
        Write at most 32 small letters, digits, `-`, `_` or `.`, a letter first.

    sublet.toml:43:9  people[0].email
        “dana@” is not an e-mail address: domain is empty.
        Write it as `dana@example.org`.

    sublet.toml:44:8  people[0].zone
        “Europe/Berln” is not a time zone.
        Did you mean “Europe/Berlin”?

    sublet.toml:45:10  people[0].roles[0]
        “develper” is not one of the words that fit here.
        Did you mean “developer”?

    sublet.toml:52:10  people[2].handle
        “ada” is somebody else's: it was written before, at sublet.toml:48:10.
        Give everybody one of their own.

    sublet.toml:53:9  people[2].email
        “ada@example.org” is somebody else's: it was written before, at sublet.toml:49:9.
        Give everybody one of their own.

    SUBLET__SERVER__REPLICAS  server.replicas
        “two” is not a whole number.
        Write a whole number from 1 to 100.

    SUBLET__TEMPLATE__FOLDER  template
        There is no such key.
        Did you mean “templates”?

    25 faults.
    "#);
}

#[test]
fn what_fits_alone_may_not_fit_together() {
    let text = SMALLEST.replace("approver", "developer")
        + r#"
[server]
listen = "0.0.0.0:80"
replicas = 2
[console]
enabled = true
[devops]
emails = ["ops@example.org"]
[mail.smtp]
password_env = "SMTP"
password_file = "smtp"
"#;
    insta::assert_snapshot!(faults(&text, &[("SMTP", "x")]), @r#"
    sublet.toml:4:1  people
        Nobody can approve a request.
        Give somebody active roles = ["approver"] or ["admin"].

    sublet.toml:11:12  server.replicas
        2 replicas cannot share SQLite.
        Set database.url to a Postgres database, or write 1 here.

    sublet.toml:13:11  console.enabled
        The console lets everybody be anybody, and 0.0.0.0 is not loopback.
        Set server.listen to `127.0.0.1:8080`, or write false here.

    sublet.toml:15:10  devops.emails
        There is no mail, so nobody can be told by e-mail.
        Set mail.transport to “smtp”, or leave this out.

    sublet.toml:17:16  mail.smtp.password_env
        A password is given, but no user name.
        Write user as well.

    sublet.toml:18:17  mail.smtp.password_file
        /etc/sublet/smtp cannot be read: No such file or directory (os error 2).
        Name a file that holds the secret and nothing else.

    sublet.toml:18:17  mail.smtp.password_file
        password_env and password_file are both given.
        Keep one of them.

    7 faults.
    "#);
}

#[test]
fn variables_lie_over_the_file() {
    let config = load(
        SMALLEST,
        &[
            ("SUBLET__SERVER__LISTEN", "127.0.0.1:9"),
            ("SUBLET__POLICY__EMAIL_DOMAINS", "example.org, Example.com"),
            ("SUBLET__POLICY__LAPSE_AFTER", "7d"),
            ("SUBLET__CONSOLE__ENABLED", "true"),
            ("SUBLET__DATABASE__CONNECTIONS", "3"),
            ("SUBLET__TEMPLATES__FOLDER", "/srv/templates"),
            ("SUBLET_CONFIG", "is not a setting"),
        ],
    )
    .unwrap();
    assert_eq!(config.server.listen.port(), 9);
    assert_eq!(config.policy.email_domains, ["example.org", "example.com"]);
    assert_eq!(config.policy.patience.lapse_after, TimeDelta::days(7));
    assert!(config.console.enabled);
    assert_eq!(config.database.connections, 3);
    assert_eq!(config.templates.folder, Path::new("/srv/templates"));
}

const WITH_SMTP: &str = r#"
[mail]
transport = "smtp"
from = "Sublet <sublet@example.org>"
[mail.smtp]
host = "mail.example.org"
user = "sublet"
"#;

fn password(config: &Config) -> String {
    match &config.mail.as_ref().unwrap().transport {
        Transport::Smtp(smtp) => smtp.password.as_ref().unwrap().expose_secret().to_owned(),
        Transport::Folder(_) => panic!("the transport is SMTP"),
    }
}

#[test]
fn secrets_come_from_variables_and_files_and_are_never_shown() {
    let text = format!("{SMALLEST}{WITH_SMTP}");
    let home = tempfile::tempdir().unwrap();
    let file = home.path().join("password");
    fs::write(&file, "hunter2 \n").unwrap();
    let by_file = format!("{text}password_file = \"{}\"\n", file.display());
    let by_name = format!("{text}password_env = \"SMTP\"\n");
    for (text, variables, expected) in [
        (&text, [("SUBLET__MAIL__SMTP__PASSWORD", "hunter2")], "hunter2"),
        (&by_name, [("SMTP", "hunter2")], "hunter2"),
        (&by_file, [("OTHER", "")], "hunter2 "),
    ] {
        let config = load(text, &variables).unwrap();
        assert_eq!(password(&config), expected);
        let shown = format!("{config:?}{}", config.summary());
        assert!(!shown.contains("hunter2"), "{shown}");
    }
    insta::assert_snapshot!(faults(&by_name, &[("SUBLET__DATABASE__URL", "mysql://u:hunter2@h/d")]), @r#"
    sublet.toml:15:16  mail.smtp.password_env
        There is no variable SMTP.
        Set it, or write the name of the variable that holds the secret (never the secret).

    SUBLET__DATABASE__URL  database.url
        “mysql” is not a database that Sublet knows.
        Write `postgres://user@host/name` or `sqlite:path/to/file.db`.

    2 faults.
    "#);
}

#[test]
fn a_database_with_a_password_comes_from_outside_the_file() {
    let url = "postgres://sublet:hunter2@db/sublet";
    let named = format!("{SMALLEST}[database]\nurl_env = \"DB\"\n");
    for (text, name) in [(SMALLEST, "SUBLET__DATABASE__URL"), (&named, "DB")] {
        let config = load(text, &[(name, url), ("SUBLET__SERVER__REPLICAS", "2")]).unwrap();
        assert_eq!(config.database.url.expose_secret(), url);
        assert_eq!((config.database.engine, config.server.replicas), (Engine::Postgres, 2));
        assert!(!format!("{config:?}{}", config.summary()).contains("hunter2"));
    }
}

#[test]
fn the_demo_needs_nothing() {
    let config = Config::demo(Path::new("/tmp/demo"), BTreeMap::new()).unwrap();
    insta::assert_snapshot!(config.summary(), @"
        server  http://127.0.0.1:8080 on 127.0.0.1:8080, one replica
          data  /tmp/demo
      database  SQLite, up to 8 connections
        people  dana, ada (approves), omar (approves), ines (approves)
        policy  example.org; reminded after 30m, lapses after 3d; 5 open requests each
        quotas  none
        reaper  * * * * * (UTC)
          mail  from Sublet <sublet@example.org>, into /tmp/demo/mail
        devops  ada@example.org, omar@example.org, ines@example.org
       console  on
         slack  off
       discord  off
           api  tokens for 30d, at most 365d; 600 calls a minute
         local  127.0.0.1, ports 42000-42999, in /tmp/demo/environments
    kubernetes  off
     templates  /tmp/demo/templates, looked at every 2s
     telemetry  text warn,sublet=info,kube_client=off,serenity=off,slack_morphism=off
    ");
    let variables = BTreeMap::from([("SUBLET__SERVER__LISTEN".to_owned(), "127.0.0.1:0".to_owned())]);
    assert_eq!(Config::demo(Path::new("demo"), variables).unwrap().server.listen.port(), 0);
}

#[test]
fn a_file_that_is_not_there_is_a_fault() {
    let told = Sources::gather(Some(Path::new("nowhere/sublet.toml"))).err().unwrap();
    insta::assert_snapshot!(told, @r#"
    nowhere/sublet.toml
        The configuration cannot be read: No such file or directory (os error 2).
        Name the file with --config or SUBLET_CONFIG.

    One fault.
    "#);
}
