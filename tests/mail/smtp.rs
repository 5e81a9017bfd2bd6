//! What holds for mail servers only: replies, logins, protection.

use std::net::TcpListener;
use std::path::Path;
use std::process::Command;
use std::sync::Arc;
use std::time::Duration;

use secrecy::SecretString;
use sublet::mail::{Security, Smtp, Transport};
use sublet::ports::Failure;

use crate::contract::letter;
use crate::post::{Noon, Post, Server, open, settings};
use crate::support::required;

const PYTHON: &str = "SUBLET_TEST_SMTP_PYTHON";

async fn send(smtp: Smtp, to: &str) -> Result<(), Failure> {
    let mut letter = letter("k");
    letter.to = to.into();
    open(Transport::Smtp(smtp)).send(&letter).await
}

fn fault(smtp: Smtp) -> String {
    let opened = sublet::mail::open(&settings(Transport::Smtp(smtp)), Arc::new(Noon));
    opened.err().expect("these settings cannot work").to_string()
}

#[tokio::test]
async fn replies_say_whether_to_ask_again() {
    let Some(python) = required(PYTHON) else { return };
    let server = Server::start(&python, &[]);
    for (to, code) in [("busy@uni.example", "451"), ("full@uni.example", "452")] {
        let failure = send(server.plain(), to).await.unwrap_err();
        assert!(matches!(&failure, Failure::Later { why, .. } if why.contains(code)), "{failure:?}");
    }
    for (to, code) in
        [("nobody@uni.example", "550"), ("forbidden@uni.example", "553"), ("policy@uni.example", "554")]
    {
        let failure = send(server.plain(), to).await.unwrap_err();
        assert!(matches!(&failure, Failure::Never { why } if why.contains(code)), "{failure:?}");
    }
    assert_eq!(server.arrived().len(), 0);
}

#[tokio::test]
async fn a_refused_letter_leaves_the_next_one_alone() {
    let Some(python) = required(PYTHON) else { return };
    let server = Server::start(&python, &[]);
    let mail = server.mail();
    for to in ["nobody@uni.example", "ada@uni.example", "hangup@uni.example", "ada@uni.example"] {
        let mut letter = letter(to);
        letter.to = to.into();
        assert_eq!(mail.send(&letter).await.is_ok(), to.starts_with("ada"), "{to}");
    }
    assert_eq!(server.arrived().len(), 2);
}

#[tokio::test]
async fn silence_hanging_up_and_nobody_there_are_asked_again_later() {
    let Some(python) = required(PYTHON) else { return };
    let server = Server::start(&python, &[]);
    let silent = Smtp { timeout: Duration::from_millis(300), ..server.plain() };
    let failure = send(silent, "silent@uni.example").await.unwrap_err();
    assert!(matches!(&failure, Failure::Later { why, .. } if why.contains("in time")), "{failure:?}");

    let failure = send(server.plain(), "hangup@uni.example").await.unwrap_err();
    assert!(matches!(failure, Failure::Later { .. }), "{failure:?}");

    let closed = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let failure = send(Smtp { port: Some(closed), ..server.plain() }, "ada@uni.example").await.unwrap_err();
    assert!(matches!(&failure, Failure::Later { why, .. } if why.contains("no connection")), "{failure:?}");
}

#[tokio::test]
async fn addresses_outside_ascii_need_a_server_that_takes_them() {
    let Some(python) = required(PYTHON) else { return };
    let server = Server::start(&python, &[]);
    let failure = send(server.plain(), "zoë@uni.example").await.unwrap_err();
    assert!(matches!(&failure, Failure::Never { why } if why.contains("ASCII")), "{failure:?}");
}

#[tokio::test]
async fn logins_work_and_their_password_stays_secret() {
    let Some(python) = required(PYTHON) else { return };
    let server = Server::start(&python, &["--user", "sublet", "--password", "tr0ub4dor"]);
    let with = |word: &str| Smtp {
        user: Some("sublet".into()),
        password: Some(SecretString::from(word.to_owned())),
        ..server.plain()
    };
    send(with("tr0ub4dor"), "ada@uni.example").await.unwrap();
    assert_eq!(server.arrived()[0].login.as_deref(), Some("sublet"));

    // This server repeats the password in its reply.
    let failure = send(with("wr0ng-w0rd"), "ada@uni.example").await.unwrap_err();
    assert!(matches!(&failure, Failure::Later { why, .. } if why.contains("login")), "{failure:?}");
    assert!(!format!("{failure} {failure:?} {:?}", with("wr0ng-w0rd")).contains("wr0ng-w0rd"));

    let failure = send(server.plain(), "ada@uni.example").await.unwrap_err();
    assert!(matches!(failure, Failure::Later { .. }), "{failure:?}");
    assert_eq!(server.arrived().len(), 1);
}

#[tokio::test]
async fn protection_is_never_given_up() {
    let Some(python) = required(PYTHON) else { return };
    let papers = tempfile::tempdir().unwrap();
    certify(papers.path());
    let file = |name: &str| papers.path().join(name);
    let (certificate, key) = (file("server.pem"), file("server.key"));
    let plain = Server::start(&python, &[]);
    for (word, security) in [("starttls", Security::StartTls), ("implicit", Security::Tls)] {
        let (certificate, key) = (certificate.to_str().unwrap(), key.to_str().unwrap());
        let server = Server::start(&python, &["--tls", word, "--certificate", certificate, "--key", key]);
        let trusted = Smtp { security, authority: Some(file("ca.pem")), ..server.plain() };

        send(trusted.clone(), "ada@uni.example").await.unwrap();
        assert!(server.arrived()[0].protected, "{word}");

        let unknown = Smtp { authority: None, ..trusted.clone() };
        let other_name = Smtp { host: "127.0.0.2".into(), ..trusted.clone() };
        let no_tls_there = Smtp { port: Some(plain.port), timeout: Duration::from_millis(500), ..trusted };
        for distrusted in [unknown, other_name, no_tls_there] {
            let failure = send(distrusted, "ada@uni.example").await.unwrap_err();
            assert!(matches!(failure, Failure::Later { .. }), "{word}: {failure:?}");
        }
        assert_eq!((server.arrived().len(), plain.arrived().len()), (1, 0), "{word}");
    }
}

/// An authority and a certificate for `localhost`, by the system's openssl.
fn certify(folder: &Path) {
    std::fs::write(
        folder.join("names"),
        "subjectAltName=DNS:localhost,IP:127.0.0.1\nbasicConstraints=CA:FALSE\n",
    )
    .unwrap();
    let curve = "-newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2";
    for command in [
        format!("req -x509 {curve} -subj /CN=authority -keyout ca.key -out ca.pem"),
        format!("req {curve} -subj /CN=localhost -keyout server.key -out server.csr"),
        "x509 -req -in server.csr -CA ca.pem -CAkey ca.key -CAcreateserial -days 2 -extfile names -out server.pem".into(),
    ] {
        let out = Command::new("openssl").args(command.split(' ')).current_dir(folder).output().unwrap();
        assert!(out.status.success(), "openssl {command}: {}", String::from_utf8_lossy(&out.stderr));
    }
}

#[test]
fn settings_that_cannot_work_are_explained() {
    let away = Smtp { security: Security::None, ..Smtp::at("mail.example.org") };
    insta::assert_snapshot!(fault(away), @"security: no protection is allowed to this machine only, not to mail.example.org; use starttls or tls");
    let half = Smtp { user: Some("sublet".into()), ..Smtp::at("mail.example.org") };
    insta::assert_snapshot!(fault(half), @"password: is missing, although there is a user");
    let half = Smtp { password: Some(SecretString::from("w0rd".to_owned())), ..Smtp::at("mail.example.org") };
    insta::assert_snapshot!(fault(half), @"user: is missing, although there is a password");
    let lost = Smtp { authority: Some("nowhere.pem".into()), ..Smtp::at("mail.example.org") };
    insta::assert_snapshot!(fault(lost), @"authority: nowhere.pem: No such file or directory (os error 2)");
    let mut nobody = settings(Transport::Smtp(Smtp::at("mail.example.org")));
    nobody.from = "Sublet\nBcc: eve@evil.example".into();
    let opened = sublet::mail::open(&nobody, Arc::new(Noon));
    insta::assert_snapshot!(opened.err().unwrap(), @r#"from: "Sublet Bcc: eve@evil.example" is not a sender; write Name <name@example.org>"#);
}
