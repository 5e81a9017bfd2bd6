//! The bot is killed by SIGKILL at each named point of the flow, and started again on the same folder.
//!
//! This program runs itself as the bot: `child` tells one whole story on a SQLite file, with a chat, a
//! provisioner, a mail server and a clock that are files (`paper`). The parent sets a failpoint, sees the child
//! killed, runs it again without, and then looks at what is in the files and in the database.

#![expect(clippy::expect_used, reason = "a test that cannot go on should stop where it stands")]

mod child;
mod paper;

use std::{
    collections::BTreeMap,
    os::unix::process::ExitStatusExt,
    path::Path,
    process::{Command, ExitStatus, Stdio},
};

use sublet::{
    domain::audit::Fact,
    store::{Options, open},
};

/// At which passage of a point the child is killed: the first ones, and some later ones.
const PASSAGES: [u32; 8] = [0, 1, 3, 7, 12, 18, 25, 33];

fn run(folder: &Path, failpoints: &str) -> ExitStatus {
    let itself = std::env::current_exe().expect("this program");
    Command::new(itself)
        .args(["--ignored", "--exact", "child::a_whole_story", "--nocapture"])
        .env(child::FOLDER, folder)
        .env("FAILPOINTS", failpoints)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .status()
        .expect("this program starts")
}

/// Kills the child at that point, at each of the passages that the story has, and looks at the end.
async fn killed_at(point: &str) {
    let mut killed = 0;
    for passage in PASSAGES {
        let folder = tempfile::tempdir().expect("a folder");
        let failpoints = format!("{point}={passage}*off->1*return");
        let first = run(folder.path(), &failpoints);
        if first.success() {
            break;
        }
        assert_eq!(first.signal(), Some(9), "{failpoints}: it was not killed, but failed by itself: {first}");
        killed += 1;
        let second = run(folder.path(), "");
        assert!(second.success(), "{failpoints}: the story does not end after the restart: {second}");
        ended_well(folder.path(), &failpoints).await;
    }
    assert!(killed > 0, "the story never passes {point}; are the tests built with --features failpoints?");
}

async fn ended_well(folder: &Path, about: &str) {
    let posts = paper::posts(folder);
    let mut tried: BTreeMap<&str, u32> = BTreeMap::new();
    for post in &posts {
        *tried.entry(&post.key).or_default() += 1;
    }
    let repeated: u32 = tried.values().map(|count| count - 1).sum();
    assert!(repeated <= 1, "{about}: more than one notice was repeated: {tried:#?}");
    let words = |start: &str| {
        let mut words: Vec<&str> = tried
            .keys()
            .filter(|key| key.starts_with(start))
            .filter_map(|key| key.rsplit('/').next())
            .collect();
        words.sort_unstable();
        words
    };
    let told = ["approved", "expires_soon", "expires_soon", "expires_soon", "extended", "gone", "ready"];
    assert_eq!(words("tell/"), told, "{about}");
    assert_eq!(words("card/"), ["approvers", "approvers", "requester"], "{about}");
    assert_eq!(paper::lives(folder), (1, 1), "{about}: made once and removed once");
    assert!((1..=2).contains(&paper::letters(folder).len()), "{about}: {:?}", paper::letters(folder));

    let store = open(&child::database(folder), &Options::default()).await.expect("the database opens");
    let mut tx = store.read().await.expect("a transaction");
    assert_eq!(tx.backlog().await.expect("the backlog").0, 0, "{about}");
    let requests = tx.requests_of(&child::dana().id, 10).await.expect("requests");
    assert_eq!(requests.len(), 1, "{about}: asked once");
    let history = tx.history(requests[0].name.as_str()).await.expect("the history");
    let count = |is: fn(&Fact) -> bool| history.iter().filter(|entry| is(&entry.fact)).count();
    assert_eq!(count(|fact| matches!(fact, Fact::Requested { .. })), 1, "{about}");
    assert_eq!(count(|fact| matches!(fact, Fact::Approved { .. })), 1, "{about}");
    assert_eq!(count(|fact| matches!(fact, Fact::Ready { .. })), 1, "{about}");
    assert_eq!(count(|fact| matches!(fact, Fact::ExtensionApproved { .. })), 1, "{about}");
    assert_eq!(count(|fact| matches!(fact, Fact::WarningDelivered { last: true, .. })), 1, "{about}");
    assert_eq!(count(|fact| matches!(fact, Fact::Gone)), 1, "{about}");
}

/// Makes one test of each failpoint.
macro_rules! killed_at {
    ($($name:ident: $point:literal,)*) => {
        $(
            #[tokio::test]
            async fn $name() {
                killed_at($point).await;
            }
        )*
    };
}

killed_at! {
    before_an_answer_is_saved: "perform::before-commit",
    after_an_answer_is_saved: "perform::after-commit",
    before_an_effect: "outbox::before",
    before_a_notice_is_sent: "post::written-down",
    between_an_effect_and_its_receipt: "outbox::done-not-saved",
    after_the_receipt: "outbox::saved",
    before_a_wake_is_saved: "wake::before-commit",
    after_a_wake_is_saved: "wake::after-commit",
}
