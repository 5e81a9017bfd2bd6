//! Letters: both parts say the same, times are the reader's, and nothing that somebody wrote becomes markup.

use std::collections::BTreeSet;

use chrono::{DateTime, TimeDelta};

use crate::{
    cards::{People, notice, story::Story},
    domain::{
        Instant,
        environment::SshAccess,
        ids::{EnvName, ExtensionId, LeaseId, PersonId, RequestId},
        key::PublicKey,
        lease::{Lease, Terms, steps::Grant},
        notice::{News, Notice},
        person::{Person, Role},
        request::{Findings, Request, RequestState},
    },
    ports::mail::Letter,
};

const EVIL: &str = "<script>alert('x')</script>\" onload=\"y & z";

fn noon() -> Instant {
    DateTime::from_timestamp(1_795_262_400, 0).expect("a moment")
}

fn id(handle: &str) -> PersonId {
    PersonId::parse(&format!("per_{handle}")).expect("an id")
}

fn person(handle: &str, name: &str) -> Person {
    Person {
        id: id(handle),
        handle: handle.to_owned(),
        name: name.to_owned(),
        email: format!("{handle}@example.org"),
        zone: chrono_tz::Europe::Berlin,
        roles: BTreeSet::from([Role::Developer]),
        teams: BTreeSet::new(),
        active: true,
        origin: crate::domain::person::Origin::Listed,
        standing: Default::default(),
    }
}

fn story() -> Story {
    let (request, lease) = (uuid::Uuid::from_u128(1), uuid::Uuid::from_u128(2));
    let request = Request {
        id: RequestId::new(request),
        name: EnvName::parse("web-7k3f2").expect("a name"),
        requester: id("dana"),
        template: "web".to_owned(),
        template_version: 1,
        parameters: Default::default(),
        span: TimeDelta::days(3).into(),
        until: None,
        reason: None,
        key: PublicKey { line: String::new(), fingerprint: String::new() },
        team: None,
        amounts: Default::default(),
        ballot: Default::default(),
        created_at: noon(),
        state: RequestState::Approved { by: None, at: noon(), on: None },
        findings: Findings::default(),
        version: 3,
    };
    let day = TimeDelta::days(1);
    let terms = Terms {
        provisioner: "local".to_owned(),
        workload: None,
        span: request.span,
        until: None,
        longest: (day * 7).into(),
        warnings: vec![day.into()],
        grace: day.into(),
        ready_within: day.into(),
    };
    let (id, owner) = (LeaseId::new(lease), request.requester.clone());
    let grant = Grant {
        id,
        request: request.id.clone(),
        name: request.name.clone(),
        owner,
        template: "web".into(),
        template_version: 1,
        terms,
    };
    let (mut lease, _) = Lease::grant(grant, noon());
    lease.access = Some(SshAccess {
        host: "127.0.0.1".to_owned(),
        port: 42022,
        user: "dana".to_owned(),
        host_key: "ssh-ed25519 AAAAC3Nza host".to_owned(),
        fingerprint: "SHA256:abc+def/ghi".to_owned(),
        isolation: Some("It is kept apart by a user of its own & nothing else.".to_owned()),
    });
    let people = People::new([person("dana", EVIL), person("alex", "Alex")]);
    Story { request, lease: Some(lease), extension: None, people }
}

fn letter(news: News, story: &Story) -> Letter {
    let lease = story.lease.as_ref().expect("a lease");
    let (to, request, name) = (id("dana"), story.request.id.clone(), story.request.name.clone());
    let notice = Notice { to, request, name, lease: Some(lease.id.clone()), version: 4, news };
    notice::letter(&notice, story, &person("dana", EVIL))
}

fn every_news() -> Vec<News> {
    let (by, at) = (id("alex"), noon());
    let reason = || EVIL.to_owned();
    vec![
        News::Approved { by: None },
        News::Approved { by: Some(by.clone()) },
        News::Rejected { by: by.clone(), reason: reason() },
        News::Lapsed,
        News::Ready,
        News::ProvisioningFailed { why: reason() },
        News::ExpiresSoon { ends_at: at, offset: TimeDelta::hours(2).into(), last: false },
        News::ExpiresSoon { ends_at: at, offset: TimeDelta::hours(1).into(), last: true },
        News::Extended { by: by.clone(), ends_at: at },
        News::ExtensionRejected { by, reason: reason() },
        News::ExtensionLapsed,
        News::Gone,
    ]
}

/// What a reader of the page sees, without the layout.
fn seen(html: &str) -> String {
    let body = html.split_once("<body").expect("a body").1;
    let words: Vec<&str> = body.split('<').filter_map(|tag| Some(tag.split_once('>')?.1)).collect();
    let named = [("&#60;", "<"), ("&#62;", ">"), ("&#34;", "\""), ("&#39;", "'"), ("&#38;", "&")];
    named.iter().fold(words.concat(), |text, (entity, letter)| text.replace(entity, letter))
}

fn squeezed(text: &str) -> String {
    text.replace('`', "").split_whitespace().collect()
}

#[test]
fn both_parts_say_the_same() {
    for news in every_news() {
        let letter = letter(news, &story());
        let html = letter.html.expect("a page");
        assert_eq!(squeezed(&seen(&html)), squeezed(&letter.text.replace("\n-- \n", "\n")), "{html}");
    }
}

#[test]
fn nothing_that_somebody_wrote_becomes_markup() {
    for news in every_news() {
        let html = letter(news, &story()).html.expect("a page");
        assert!(seen(&html).contains("alert('x')"), "the words themselves are shown: {html}");
        assert!(!html.contains("<script") && !html.contains("onload=\""), "{html}");
    }
}

#[test]
fn a_page_needs_nothing_from_elsewhere() {
    for news in every_news() {
        let html = letter(news, &story()).html.expect("a page");
        for sign in ["<img", "<link", "<style", "http:", "https:", "url("] {
            assert!(!html.contains(sign), "{sign}: {html}");
        }
    }
}

#[test]
fn the_letter_of_a_ready_one_says_how_to_log_in() {
    let letter = letter(News::Ready, &story());
    let html = letter.html.expect("a page");
    assert!(html.contains("<code>ssh -p 42022 dana@127.0.0.1</code></pre>"), "{html}");
    assert!(html.contains("<code>[127.0.0.1]:42022 ssh-ed25519 AAAAC3Nza</code></pre>"), "{html}");
    assert!(html.contains("SHA256:abc+def/ghi"), "{html}");
    assert!(letter.text.contains("\n    ssh -p 42022 dana@127.0.0.1\n"), "{}", letter.text);
}

#[test]
fn a_warning_says_what_can_be_done_and_when_it_ends_where_the_reader_is() {
    let warning = || News::ExpiresSoon { ends_at: noon(), offset: TimeDelta::hours(1).into(), last: true };
    let mut story = story();
    let first = letter(warning(), &story);
    let ways = "\nTo keep it longer, once:  /env extend web-7k3f2 for=1d <reason>\n\
                To give it back now:      /env release web-7k3f2\n";
    assert!(first.text.contains(ways), "{}", first.text);
    let html = first.html.expect("a page");
    let time = "<time datetime=\"2026-11-21T12:00:00Z\">Sat 21 Nov 2026 13:00 CET</time>";
    assert!(html.contains(time), "{html}");

    // What cannot be done any more is not offered.
    let lease = story.lease.as_mut().expect("a lease");
    lease.asked = Some(ExtensionId::new(uuid::Uuid::from_u128(3)));
    let second = letter(warning(), &story).text;
    assert!(!second.contains("/env extend") && second.contains("/env release web-7k3f2"), "{second}");
}

#[test]
fn a_page_for_devops_is_a_letter_of_the_same_kind() {
    let name = EnvName::parse("web-7k3f2").expect("a name");
    let letter = notice::page_letter(&name, EVIL, "ops@example.org", "k");
    let html = letter.html.expect("a page");
    assert_eq!(squeezed(&seen(&html)), squeezed(&letter.text.replace("\n-- \n", "\n")));
    assert!(!html.contains("<script"), "{html}");
}
