//! The real binary: what it prints, and with which exit code it ends.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on should stop where it stands")]

use std::{fs, path::Path, process::Output};

use assert_cmd::Command;
use sqlx::{Connection, Executor, SqliteConnection, raw_sql};
use sublet::{
    domain::audit::{Actor, Fact, NewEntry},
    store::{Options, open},
    templates::demo,
};

/// The program, in a folder of its own and with none of this process's settings.
fn sublet(home: &Path, arguments: &[&str]) -> Output {
    Command::cargo_bin("sublet").unwrap().current_dir(home).env_clear().args(arguments).output().unwrap()
}

fn told(home: &Path, arguments: &[&str]) -> (i32, String) {
    let output = sublet(home, arguments);
    let text = String::from_utf8([output.stdout, output.stderr].concat()).unwrap();
    (output.status.code().unwrap(), text.trim_end().to_owned())
}

#[test]
fn check_config_tells_everything_and_ends_with_two() {
    let home = tempfile::tempdir().unwrap();
    fs::write(home.path().join("sublet.toml"), "[sever]\n[policy]\nemail_domains = []\n").unwrap();
    let (code, text) = told(home.path(), &["check-config"]);
    assert_eq!(code, 2);
    insta::assert_snapshot!(text, @r#"
    sublet.toml:1:2  sever
        There is no such key.
        Did you mean “server”?

    sublet.toml:3:17  policy.email_domains
        No domain is allowed, so nobody could ask.
        Name the domains whose people may ask, such as ["example.org"].

    sublet.toml  people
        Nobody is known, so nobody could ask or approve.
        Add [[people]] sections, at least one with roles = ["approver"].

    3 faults.
    "#);
}

/// The configuration as a page of the documents tells it, and what check-config says of it.
struct Page {
    home: tempfile::TempDir,
    secrets: Vec<(&'static str, &'static str)>,
}

impl Page {
    /// The blocks of TOML on a page, and a folder to try them in.
    fn read(name: &str, secrets: &[(&'static str, &'static str)]) -> (Self, Vec<String>) {
        let page = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(name)).unwrap();
        let block = |rest: &str| rest.split("```").next().unwrap().to_owned();
        let written = page.split("```toml\n").skip(1).map(block).collect();
        let home = tempfile::tempdir().unwrap();
        fs::create_dir(home.path().join("templates")).unwrap();
        (Self { home, secrets: secrets.to_vec() }, written)
    }

    fn write(&self, name: &str, text: &str) {
        fs::write(self.home.path().join(name), text).unwrap();
    }

    fn check(&self) -> String {
        let mut program = Command::cargo_bin("sublet").unwrap();
        program.current_dir(self.home.path()).env_clear().arg("check-config").envs(self.secrets.clone());
        let output = program.output().unwrap();
        let text = String::from_utf8([output.stdout, output.stderr].concat()).unwrap();
        assert!(output.status.success(), "{text}");
        assert!(!self.secrets.iter().any(|(_, secret)| text.contains(secret)), "{text}");
        text
    }
}

#[test]
fn check_config_is_content_with_what_the_page_about_slack_says() {
    let secrets = [
        ("SLACK_BOT_TOKEN", "xoxb-1"),
        ("SLACK_BOT_TOKEN_LABS", "xoxb-2"),
        ("SLACK_APP_TOKEN", "xapp-1"),
        ("SLACK_SIGNING_SECRET", "5ec8e7"),
    ];
    let (page, written) = Page::read("docs/slack.md", &secrets);
    let [config, template, by_itself, http, workspaces] = &written[..] else { panic!("{written:#?}") };
    page.write("sublet.toml", config);
    page.write("templates/box.toml", template);
    assert!(page.check().contains("by Socket Mode, 2 connections; T0123ABCD\n"), "{}", page.check());
    page.write("templates/box.toml", &format!("{template}{by_itself}"));
    page.check();

    let (before, after) = config.split_once("[slack]\n").unwrap();
    let (_, after) = after.split_once("\n[local]").unwrap();
    page.write("sublet.toml", &format!("{before}{http}{workspaces}[local]{after}"));
    assert!(page.check().contains("by HTTP; T0123ABCD, T0456EFGH\n"), "{}", page.check());
}

#[test]
fn check_config_is_content_with_what_the_page_about_discord_says() {
    let (page, written) = Page::read("docs/discord.md", &[("DISCORD_TOKEN", "MTk4.token")]);
    let [config, template, http, guilds] = &written[..] else { panic!("{written:#?}") };
    page.write("sublet.toml", config);
    page.write("templates/box.toml", template);
    assert!(page.check().contains("by the gateway; 1129000000000000002\n"), "{}", page.check());

    let (before, after) = config.split_once("[discord]\n").unwrap();
    let (_, after) = after.split_once("\n[local]").unwrap();
    page.write("sublet.toml", &format!("{before}{http}[local]{after}"));
    assert!(page.check().contains("by HTTP; 1129000000000000002\n"), "{}", page.check());
    let (http, _) = http.split_once("\n[[").unwrap();
    page.write("sublet.toml", &format!("{before}{http}{guilds}[local]{after}"));
    let both = "by HTTP; 1129000000000000002, 1129000000000000007\n";
    assert!(page.check().contains(both), "{}", page.check());
}

#[test]
fn check_config_looks_into_templates_and_says_when_all_is_well() {
    let home = tempfile::tempdir().unwrap();
    let example =
        fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/sublet.example.toml")).unwrap();
    fs::write(home.path().join("sublet.toml"), &example).unwrap();
    demo::seed(&home.path().join("templates")).unwrap();
    let web = home.path().join("templates/web.toml");
    let good = fs::read_to_string(&web).unwrap();
    fs::write(&web, good.replace("longest", "longets")).unwrap();
    let (code, text) = told(home.path(), &["check-config"]);
    assert_eq!(code, 2);
    insta::assert_snapshot!(text, @r#"
    templates/web.toml:6:1  lease.longest
        This is missing.
        Write the longest a lease may be, such as `14d`.

    templates/web.toml:8:1  lease.longets
        There is no such key.
        Did you mean “longest”?

    templates/box.toml  provisioner
        There is no provisioner “local” here, so nothing could be made.
        Write enabled = true in the section [local] of the configuration.

    templates/data.toml  provisioner
        There is no provisioner “local” here, so nothing could be made.
        Write enabled = true in the section [local] of the configuration.

    4 faults.
    "#);

    fs::write(&web, good).unwrap();
    fs::write(home.path().join("sublet.toml"), example.replace("false           # environments", "true #"))
        .unwrap();
    let (code, text) = told(home.path(), &["check-config"]);
    assert_eq!(code, 0, "{text}");
    insta::assert_snapshot!(text, @"
    The configuration is good.

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
         local  127.0.0.1, ports 42000-42999, in /var/lib/sublet/environments
    kubernetes  off
     templates  templates, looked at every 5s
     telemetry  JSON info,kube_client=off,serenity=off,slack_morphism=off

    3 templates: box, data, web
    ");
}

#[test]
fn the_file_is_named_by_argument_or_by_variable() {
    let home = tempfile::tempdir().unwrap();
    let (code, text) = told(home.path(), &["--config", "elsewhere.toml", "check-config"]);
    assert_eq!(code, 2);
    assert!(text.starts_with("elsewhere.toml\n"), "{text}");
    let mut command = Command::cargo_bin("sublet").unwrap();
    let command = command.current_dir(home.path()).env_clear().env("SUBLET_CONFIG", "by-variable.toml");
    let output = command.arg("check-config").output().unwrap();
    assert!(String::from_utf8(output.stderr).unwrap().starts_with("by-variable.toml\n"));
}

#[test]
fn documents_come_from_the_catalogue() {
    let home = tempfile::tempdir().unwrap();
    let (code, text) = told(home.path(), &["generate", "commands"]);
    assert_eq!((code, text.as_str()), (0, commands::render::markdown::document().trim_end()));
    let (code, text) = told(home.path(), &["generate", "slack-manifest"]);
    assert_eq!((code, text.as_str()), (0, commands::render::slack::manifest(None).trim_end()));
    let (code, text) =
        told(home.path(), &["generate", "slack-manifest", "--url", "https://sublet.example.org/"]);
    assert!(code == 0 && text.contains("\"https://sublet.example.org/slack/events\""), "{text}");
    for wrong in ["sublet.example.org", "http://sublet.example.org", "https://sublet.example.org/?a=b"] {
        assert_eq!(told(home.path(), &["generate", "slack-manifest", "--url", wrong]).0, 2, "{wrong}");
    }
    let (code, text) = told(home.path(), &["generate", "discord-commands"]);
    assert_eq!((code, text.as_str()), (0, commands::render::discord::document().trim_end()));
    let (code, text) = told(home.path(), &["generate", "openapi"]);
    assert_eq!((code, text.as_str()), (0, sublet::api::description().trim_end()));
    for shell in ["bash", "zsh", "fish"] {
        let (code, text) = told(home.path(), &["generate", "completions", shell]);
        assert_eq!(code, 0);
        assert!(text.contains("check-config"), "{shell}");
    }
}

#[test]
fn an_unknown_word_ends_with_two() {
    let home = tempfile::tempdir().unwrap();
    let (code, text) = told(home.path(), &["chek-config"]);
    assert_eq!(code, 2);
    assert!(text.contains("check-config"), "{text}");
    assert_eq!(told(home.path(), &["--version"]), (0, format!("sublet {}", env!("CARGO_PKG_VERSION"))));
}

/// The log of a database in a file, first whole, then with one word changed by hand.
#[tokio::test]
async fn the_audit_log_is_verified_and_the_first_bad_entry_named() {
    let home = tempfile::tempdir().unwrap();
    let example = include_str!("../docs/sublet.example.toml");
    let lines = example.lines().filter(|line| !line.starts_with("url = \"postgres"));
    fs::write(home.path().join("sublet.toml"), lines.collect::<Vec<_>>().join("\n")).unwrap();
    let url = format!("sqlite:{}", home.path().join("audit.db").display());
    let verify = async |more: &[&str]| {
        let arguments = [&["audit", "verify"], more].concat();
        let mut command = Command::cargo_bin("sublet").unwrap();
        let command = command.current_dir(home.path()).env_clear().env("SUBLET__DATABASE__URL", &url);
        let output = command.args(arguments).output().unwrap();
        let text = String::from_utf8([output.stdout, output.stderr].concat()).unwrap();
        (output.status.code().unwrap(), text.trim_end().to_owned())
    };
    let (code, text) = verify(&[]).await;
    assert_eq!(code, 1);
    assert!(text.contains("run `sublet migrate` first"), "verifying makes no tables: {text}");

    let store = open(&url, &Options::default()).await.unwrap();
    for count in 1..=3 {
        let at = chrono::DateTime::from_timestamp_millis(1_795_262_400_000).unwrap();
        let fact = Fact::Reminded { count };
        let mut tx = store.begin().await.unwrap();
        tx.record(&NewEntry { at, actor: Actor::Clock, about: "web-00001".to_owned(), fact }).await.unwrap();
        tx.commit().await.unwrap();
    }
    let (code, text) = verify(&[]).await;
    assert_eq!(code, 0, "{text}");
    let hash = text.strip_prefix("3 entries, the chain is whole, head ").unwrap();
    assert_eq!(hash.len(), 64);
    assert_eq!(verify(&["--head", hash, "--seq", "3"]).await, (0, text.clone()));
    let (code, text) = verify(&["--head", hash, "--seq", "2"]).await;
    assert_eq!(code, 1);
    insta::assert_snapshot!(text, @"sublet: entry 2 has another hash than the one you gave: it, or something before it, was written anew");
    let (code, text) = verify(&["--head", hash, "--seq", "7"]).await;
    assert_eq!(code, 1);
    insta::assert_snapshot!(text, @"sublet: entry 4 is missing: the log was cut off there, and once went up to entry 7 at least");
    assert_eq!(verify(&["--head", hash]).await.0, 2, "a hash without its number");

    let mut connection = SqliteConnection::connect(&url).await.unwrap();
    let sql = "DROP TRIGGER audit_no_update; UPDATE audit SET about = 'web-00002' WHERE seq = 2";
    connection.execute(raw_sql(sql)).await.unwrap();
    let (code, text) = verify(&[]).await;
    assert_eq!(code, 1);
    insta::assert_snapshot!(text, @"sublet: entry 2 is not what was written: its words, its time, its place or its hash was changed");
}

#[test]
fn a_template_is_checked_and_shown_as_it_would_be_made() {
    let home = tempfile::tempdir().unwrap();
    fs::write(home.path().join("data.toml"), demo::FILES[2].1).unwrap();
    let (code, text) = told(home.path(), &["template", "check", "data.toml", "--with", "engine=mysql"]);
    assert_eq!(code, 0, "{text}");
    for part in [
        "# ---- data, with its defaults: cache=0.25 connections=20 cpu=1 engine=mysql",
        "version=8.4",
        "# ---- data, size small: ",
        "# ---- data, size large: ",
        "prlimit --nproc=512:512 --core=0:0 --data=17179869184:17179869184 COMMAND",
    ] {
        assert!(text.contains(part), "{part:?} is missing:\n{text}");
    }
    let (code, text) = told(home.path(), &["template", "check", "data.toml", "--server"]);
    assert_eq!(code, 0, "{text}");
    assert!(text.ends_with("Nothing of it goes to an API server, so none was asked."), "{text}");

    let web = demo::KUBERNETES_FILES[0].1.replace("\"IMAGE\"", "\"registry.example.org/ssh:1\"");
    fs::write(home.path().join("web.toml"), &web).unwrap();
    let (code, text) = told(home.path(), &["template", "check", "web.toml"]);
    assert_eq!(code, 0, "{text}");
    let kinds: Vec<&str> = text.lines().filter_map(|line| line.strip_prefix("kind: ")).collect();
    assert_eq!(kinds[..3], ["Environment", "Namespace", "ResourceQuota"], "{text}");
    assert_eq!(kinds.last(), Some(&"Deployment"));
    assert!(!text.contains("PRIVATE KEY") && !text.contains("LS0tLS1CRUdJTi"), "no key is printed:\n{text}");
}

#[test]
fn a_bad_template_ends_with_two_and_all_its_faults() {
    let home = tempfile::tempdir().unwrap();
    let bad = demo::FILES[2]
        .1
        .replace("default = \"17\"", "default = \"18\"")
        .replace("\"500m\"\nmemory", "\"300m\"\nmemory");
    fs::write(home.path().join("data.toml"), bad).unwrap();
    let (code, text) = told(home.path(), &["template", "check", "data.toml"]);
    assert_eq!(code, 2);
    insta::assert_snapshot!(text, @"
    data.toml:17:7  sizes.small.cpu
        “300m” is below the least, 500m.
        Write more, or lower min.

    data.toml:37:11  parameters.version.default
        “18” is not one of the choices.
        Did you mean “16”?

    2 faults.
    ");

    let needy = demo::FILES[2].1.replace("default = \"sample data\"\n", "");
    fs::write(home.path().join("data.toml"), needy).unwrap();
    let (code, text) = told(home.path(), &["template", "check", "data.toml"]);
    assert_eq!(code, 2);
    assert!(
        text.contains("data, size small: `note` must be given.\n    To see it, add --with note=…."),
        "{text}"
    );
    let arguments =
        ["template", "check", "data.toml", "--with", "note=x", "--with", "cpu=lots", "--with", "wings=2"];
    let (code, text) = told(home.path(), &arguments);
    assert_eq!(code, 2);
    insta::assert_snapshot!(text, @"
    data.toml  --with cpu
        `lots` is not a number of processors. Write `2`, `1.5` or `500m` (half a processor).

    data.toml  --with wings
        The template has no parameter “wings”.

    2 faults.
    ");
    let (code, text) = told(home.path(), &["template", "check", "nothing.toml"]);
    assert_eq!((code, text.contains("The file cannot be read")), (2, true), "{text}");

    // The controller would refuse what the file's own rules let through.
    let web =
        demo::KUBERNETES_FILES[0].1.replace("\"IMAGE\"", "\"ssh\"").replace("/home/dev/work", "/proc/work");
    fs::write(home.path().join("web.toml"), web).unwrap();
    let (code, text) = told(home.path(), &["template", "check", "web.toml"]);
    assert_eq!(code, 2);
    assert!(text.contains("would hide what the system needs in /proc"), "{text}");
}
