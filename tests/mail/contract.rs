//! What holds for every letter, however it leaves.

use sublet::ports::Failure;
use sublet::ports::mail::Letter;

use crate::post::{Arrived, FolderPost, Post, Server};
use crate::support::required;

/// Runs one promise against both transports.
macro_rules! on_both {
    ($($promise:ident)*) => {
        mod on_smtp { $(#[tokio::test] async fn $promise() {
            let Some(python) = super::required("SUBLET_TEST_SMTP_PYTHON") else { return };
            super::$promise(&super::Server::start(&python, &[])).await;
        })* }
        mod on_folder { $(#[tokio::test] async fn $promise() {
            let Some(python) = super::required("SUBLET_TEST_SMTP_PYTHON") else { return };
            super::$promise(&super::FolderPost::new(&python)).await;
        })* }
    };
}

on_both! {
    a_plain_letter_says_what_it_should
    html_comes_as_an_alternative
    names_and_subjects_in_any_script_arrive
    nothing_a_person_writes_becomes_a_header
    the_text_arrives_as_written
    a_letter_keeps_its_id
    bad_addresses_are_refused_for_good
}

/// A letter to Ada with nothing special in it.
pub fn letter(key: &str) -> Letter {
    Letter {
        to: "ada@uni.example".into(),
        name: "Ada Lovelace".into(),
        subject: "Your environment is ready".into(),
        text: "ssh -p 2222 ada@127.0.0.1\n".into(),
        html: None,
        key: key.into(),
    }
}

async fn only(post: &dyn Post, letter: &Letter) -> Arrived {
    post.mail().send(letter).await.unwrap();
    let mut all = post.arrived();
    assert_eq!(all.len(), 1);
    all.remove(0)
}

async fn a_plain_letter_says_what_it_should(post: &dyn Post) {
    let got = only(post, &letter("lease-1/3/ready")).await;
    assert_eq!(got.header("From"), "Sublet <sublet@borrow.example>");
    assert_eq!(got.header("To"), "Ada Lovelace <ada@uni.example>");
    assert_eq!(got.header("Subject"), "Your environment is ready");
    assert_eq!(got.header("Date"), "Sat, 21 Nov 2026 12:00:00 +0000");
    assert_eq!(got.header("Auto-Submitted"), "auto-generated");
    assert_eq!(got.header("Message-ID"), "<lease-1%2F3%2Fready@borrow.example>");
    assert_eq!(got.kind, "text/plain");
    assert_eq!(got.parts[0].1.trim_end(), "ssh -p 2222 ada@127.0.0.1");
    assert_eq!(got.defects, Vec::<String>::new());
}

async fn html_comes_as_an_alternative(post: &dyn Post) {
    let mut both = letter("both");
    both.html = Some("<p>Réady: <b>ssh</b></p>".into());
    let got = only(post, &both).await;
    assert_eq!(got.kind, "multipart/alternative");
    let kinds: Vec<&str> = got.parts.iter().map(|(kind, _)| kind.as_str()).collect();
    assert_eq!(kinds, ["text/plain", "text/html"], "the last one is the one that programs prefer");
    assert_eq!(got.parts[1].1.trim_end(), "<p>Réady: <b>ssh</b></p>");
    assert_eq!(got.defects, Vec::<String>::new());
}

async fn names_and_subjects_in_any_script_arrive(post: &dyn Post) {
    let mut wide = letter("wide");
    wide.name = "Zoë \"Z\" Ångström, 李".into();
    wide.subject = format!("Läuft ab: {}🕰", "sehr lange Umgebung, ".repeat(20));
    let got = only(post, &wide).await;
    assert_eq!(got.header("Subject"), wide.subject);
    assert!(got.header("To").contains("ada@uni.example"), "{}", got.header("To"));
    assert!(got.header("To").contains("Ångström, 李"), "{}", got.header("To"));
    assert!(got.head_is_ascii);
    assert!(got.longest_header_line <= 100, "folded: {}", got.longest_header_line);
    assert_eq!(got.defects, Vec::<String>::new());
}

async fn nothing_a_person_writes_becomes_a_header(post: &dyn Post) {
    let breaks = ["\r\n", "\n", "\r", "\r\n\r\n", "\u{2028}", "\u{85}", "\u{b}", "\0", "\n\t"];
    let mail = post.mail();
    for (number, line_break) in breaks.iter().enumerate() {
        let evil = format!("x{line_break}Bcc: mallory@evil.example{line_break}{line_break}<script>");
        let mut bad = letter(&format!("{number}{line_break}Bcc: mallory@evil.example"));
        bad.name.clone_from(&evil);
        bad.subject = evil;
        mail.send(&bad).await.unwrap();
    }
    let all = post.arrived();
    assert_eq!(all.len(), breaks.len());
    for got in all {
        let mut names: Vec<&str> = got.headers.iter().map(|(name, _)| name.as_str()).collect();
        names.sort_unstable();
        let expected = "Auto-Submitted Content-Transfer-Encoding Content-Type Date From Message-ID MIME-Version Subject To";
        let mut expected: Vec<&str> = expected.split(' ').collect();
        expected.sort_unstable();
        assert_eq!(names, expected);
        assert_eq!(got.header("Subject"), "x Bcc: mallory@evil.example <script>");
        assert!(got.to.iter().all(|address| address == "ada@uni.example"), "{:?}", got.to);
        assert_eq!(got.parts[0].1.trim_end(), "ssh -p 2222 ada@127.0.0.1");
        assert_eq!(got.bare_line_breaks, 0);
    }
}

async fn the_text_arrives_as_written(post: &dyn Post) {
    let mut long = letter("long");
    long.text = format!("first\n.\n..two dots\nFrom here\n{}\nüber = 5=3\ttab\nlast", "word ".repeat(400));
    let got = only(post, &long).await;
    let lines = |text: &str| text.lines().map(str::to_owned).collect::<Vec<_>>();
    assert_eq!(lines(got.parts[0].1.trim_end()), lines(&long.text));
    assert_eq!(got.bare_line_breaks, 0);
}

async fn a_letter_keeps_its_id(post: &dyn Post) {
    let mail = post.mail();
    for key in ["a/b", "a-b", "a%2Fb", "a b", "a/b"] {
        mail.send(&letter(key)).await.unwrap();
    }
    let mut ids: Vec<String> = post.arrived().iter().map(|got| got.header("Message-ID").to_owned()).collect();
    ids.sort_unstable();
    ids.dedup();
    assert_eq!(ids.len(), 4, "four different keys, one of them sent twice: {ids:?}");
}

async fn bad_addresses_are_refused_for_good(post: &dyn Post) {
    let mail = post.mail();
    for bad in
        ["", "ada", "ada@", "@uni.example", "ada@uni.example\r\nRCPT TO:<eve@evil.example>", "a b@c.example"]
    {
        let mut wrong = letter("wrong");
        wrong.to = bad.into();
        let failure = mail.send(&wrong).await.unwrap_err();
        assert!(matches!(failure, Failure::Never { .. }), "{bad:?}: {failure:?}");
        assert!(!failure.why().contains(['\r', '\n']), "{failure}");
    }
    assert_eq!(post.arrived().len(), 0);
}
