//! What is made from the catalogue and committed, and the lines that every parser of ours must survive.

use std::path::{Path, PathBuf};

use super::context;
use crate::render::{discord, markdown, slack, text};
use crate::{Access, line};

fn folder(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(name)
}

/// Compares what is committed with what it should be, or writes it, when that was asked for.
#[expect(clippy::disallowed_methods, reason = "only here may a test rewrite what is committed")]
fn is_fresh(path: &str, fresh: impl Fn(&str) -> String) {
    let path = folder(path);
    let committed = std::fs::read_to_string(&path).unwrap_or_default();
    let fresh = fresh(&committed);
    if std::env::var("SUBLET_REGENERATE").is_ok() {
        std::fs::write(&path, &fresh).unwrap();
    } else {
        let name = path.display();
        assert!(committed == fresh, "{name} is stale: SUBLET_REGENERATE=1 cargo test -p sublet-commands");
    }
}

/// The document with this between its two marks.
fn between_marks(document: &str, name: &str, inside: &str) -> String {
    let (begin, end) = (format!("<!-- made: {name} -->\n"), format!("<!-- end: {name} -->"));
    let from = document.find(&begin).expect("the document has no mark of that name") + begin.len();
    let to = document.find(&end).expect("the mark has no end");
    format!("{}{inside}{}", &document[..from], &document[to..])
}

#[test]
fn the_committed_documents_are_fresh() {
    is_fresh("generated/COMMANDS.md", |_| markdown::document());
    is_fresh("generated/slack-manifest.json", |_| slack::manifest(None));
    is_fresh("generated/discord-commands.json", |_| discord::document());
    is_fresh("../docs/slack.md", |document| between_marks(document, "scopes", &slack::scopes()));
}

#[test]
fn every_line_of_the_corpus_is_understood_or_refused() {
    let mut count = 0;
    for file in std::fs::read_dir(folder("corpus/line")).unwrap() {
        let line = std::fs::read(file.unwrap().path()).unwrap();
        let line = String::from_utf8_lossy(&line);
        let read = line::parse(&line, &context());
        if let Ok(command) = &read {
            assert_eq!(line::parse(&command.to_line(), &context()).as_ref(), Ok(command), "{line}");
        }
        let shown = read.map_or_else(|error| error.render(&line), |command| command.to_line());
        assert!(!shown.is_empty());
        count += 1;
    }
    assert!(count >= 25, "the corpus holds only {count} lines");
}

#[test]
fn help_lists_what_a_person_may_use() {
    insta::assert_snapshot!(text::help(None, Access::Member), @"
    /env request    Request an environment
    /env list       List environments and open requests
    /env show       Show one environment: state, end, size, owner
    /env ssh        Tell how to log in, in a private message
    /env extend     Ask for more time, once, with a reason
    /env release    Give an environment back; everything in it is deleted
    /env withdraw   Take a request back before it is decided
    /env link       Link your account on another platform
    /env why        Tell the story of an environment, even when it is gone
    /env accept     Take what an approver offers instead of what you asked for
    /env retry      Try again what failed: provisioning or purging
    /key add        Store your SSH public key, so that you can log in
    /key list       List your SSH keys
    /key remove     Remove one of your SSH keys
    /quota show     Show quotas, and what uses them
    /quota request  Ask for more quota for a while, with a reason
    /template list  List what can be requested
    /template show  Show one template: parameters, limits, approval
    /token create   Make a token with which a program uses the API for you
    /token list     List your tokens, without what is secret in them
    /token revoke   Revoke one of your tokens at once
    /admin people   Show who is known, and what they may do
    /audit          Read the audit log: who did what, and when
    /help           Explain the commands

    `/help <command>` explains one of them.
    ");
    assert!(!text::help(Some("env"), Access::Member).contains("/env approve"));
    assert!(text::help(Some("env"), Access::Approver).contains("/env approve"));
}

#[test]
fn help_explains_one_command() {
    insta::assert_snapshot!(text::help(Some("env extend"), Access::Member), @"
    /env extend <name> for=3d <reason …>

    Ask for more time, once, with a reason. The time is added to the planned end. An approver decides. No extension goes beyond the template's longest duration, counted from the start.

      name    Which environment
      for     How much longer, such as 8h or 2d
      reason  Why; the approver reads it

    For example:
      /env extend web-1 for=2d the demo was moved to Friday
    ");
}
