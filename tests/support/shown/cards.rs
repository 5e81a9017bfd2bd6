//! Every card in every state, every notice, every answer and every home.

use std::collections::BTreeMap;

use chrono::TimeDelta;
use sublet::{
    cards::{People, answer, extension, home, listing, notice, request, story::Story, template},
    domain::{
        approval::{Ballot, Group, Need, Offer, Review, Rule},
        audit::{Actor, Entry, Fact},
        cost::Cost,
        environment::{Progress, SshAccess},
        extension::{Extension, ExtensionState},
        headroom::Headroom,
        ids::EnvName,
        lease::{Lease, Nag, Phase, Step},
        notice::{News, Notice},
        platform::Platform,
        quota::{Amounts, QuotaLine, Resource, Scope},
        request::{Findings, Request, RequestState},
        template::{Approval, Template},
    },
    ports::chat::{Message, Tone},
};

use super::{forms::templates, refusals, told};
use crate::support::samples::{self, minute, patience, person, person_id};

/// What people write at the worst: as much as the language lets through, all of it signs.
pub fn worst() -> String {
    "<!channel> *_~`&> ".chars().cycle().take(1_000).collect()
}

pub fn people() -> People {
    let mut dana = person("dana");
    dana.name = worst();
    People::new([dana, person("omar"), person("ada")])
}

fn request_states() -> Vec<RequestState> {
    let (by, at) = (person_id("omar"), minute(9));
    vec![
        RequestState::Analysing,
        samples::pending(1, "dana", minute(1)).state,
        RequestState::Approved { by: Some(by.clone()), at, on: Some(Platform::Discord) },
        RequestState::Approved { by: None, at, on: None },
        RequestState::Rejected { by, at, on: Some(Platform::Slack), reason: worst() },
        RequestState::Withdrawn { at },
        RequestState::Lapsed { at },
    ]
}

fn phases() -> Vec<Phase> {
    let at = minute(20);
    let nag = || Nag { at, count: 2 };
    vec![
        Phase::Provisioning { since: at },
        Phase::Active,
        Phase::Grace { until: Some(at), nag: nag() },
        Phase::Grace { until: None, nag: nag() },
        Phase::Deleting { since: at, because: worst() },
        Phase::Gone { at },
        Phase::Stuck { step: Step::Provision, why: worst(), nag: nag() },
        Phase::Stuck { step: Step::Purge, why: worst(), nag: nag() },
    ]
}

fn extension_states() -> Vec<ExtensionState> {
    let (by, at) = (person_id("omar"), minute(30));
    vec![
        ExtensionState::Pending(sublet::domain::request::Waiting::from(at, &patience())),
        ExtensionState::Approved { by: by.clone(), at, on: None },
        ExtensionState::Rejected { by, at, on: Some(Platform::Slack), reason: worst() },
        ExtensionState::Lapsed { at },
    ]
}

fn access() -> SshAccess {
    SshAccess {
        host: "127.0.0.1".to_owned(),
        port: 42022,
        user: "dana".to_owned(),
        host_key: "ssh-ed25519 AAAAC3Nza host".to_owned(),
        fingerprint: "SHA256:abc+def/ghi".to_owned(),
        isolation: Some("It is kept apart by a user of its own & nothing else.".to_owned()),
    }
}

fn story(state: RequestState, phase: Option<Phase>, asked: Option<ExtensionState>) -> Story {
    let mut request = samples::request(1, "dana");
    let similar = (2..9).map(|number| EnvName::parse(&format!("web-{number:05}")).unwrap()).collect();
    let cost = Some(Cost { currency: "EUR".to_owned(), hour: 52_001, whole: 3_744_072 });
    let quota = vec![QuotaLine {
        scope: Scope::Team(worst()),
        resource: Resource::Memory,
        limit: 8 << 30,
        before: 1 << 30,
        after: 5 << 30,
    }];
    let all = Amounts { environments: 7, cpu: u64::MAX, ..Amounts::default() };
    let headroom = Some(Headroom { all, roomiest: Some(Amounts { environments: 1, ..all }) });
    request.findings = Findings { similar, holding: 9, cost, quota, headroom };
    request.ballot = ballot(&request);
    request.reason = Some(worst());
    request.state = state;
    let lease = phase.map(|phase| {
        let mut lease: Lease = samples::lease(&request, minute(6_000));
        lease.phase = phase;
        lease.access = Some(access());
        lease.progress = Progress { done: 2, total: 5, step: worst() };
        lease.extended = matches!(asked, Some(ExtensionState::Approved { .. }));
        lease
    });
    let extension = lease.as_ref().zip(asked).map(|(lease, state)| {
        let extension = samples::extension(1, lease, minute(10));
        Extension { state, reason: worst(), ..extension }
    });
    Story { request, lease, extension, people: people() }
}

/// A rule of several groups: one approved already, and somebody offers less.
fn ballot(request: &Request) -> Ballot {
    let need = |of, count| Need { of, count };
    let needs = vec![need(Group::Approvers, 2), need(Group::People([worst(), "kim".to_owned()].into()), 1)];
    let review = |by: &str| Review {
        by: person_id(by),
        on: Platform::Slack,
        at: minute(2),
        rejected: None,
        counts: [0].into(),
        instead_of: Some(person_id("dana")),
        glass: None,
    };
    let offer = Offer {
        review: review("omar"),
        parameters: request.parameters.clone(),
        span: TimeDelta::hours(2).into(),
        until: None,
    };
    let rule = Rule { name: worst(), needs, own: true, ..Rule::default() };
    Ballot { reviews: vec![review("omar")], offer: Some(offer), ..Ballot::new(rule) }
}

/// A story for each state that a request, its lease and its extension can be in.
fn stories() -> Vec<(String, Story)> {
    let mut all = Vec::new();
    for state in request_states() {
        all.push((state.word().to_owned(), story(state, None, None)));
    }
    let approved = || RequestState::Approved { by: Some(person_id("omar")), at: minute(9), on: None };
    for phase in phases() {
        all.push((phase.word().to_owned(), story(approved(), Some(phase.clone()), None)));
        for asked in extension_states() {
            let name = format!("{}, extension {}", phase.word(), asked.word());
            all.push((name, story(approved(), Some(phase.clone()), Some(asked))));
        }
    }
    let mut soon = story(approved(), Some(Phase::Active), None);
    if let Some(term) = soon.lease.as_mut().and_then(|lease| lease.term.as_mut()) {
        term.warned = Some(TimeDelta::hours(1).into());
    }
    all.push(("active, warned".to_owned(), soon));
    all
}

fn every_news() -> Vec<News> {
    let (by, at) = (person_id("omar"), minute(40));
    vec![
        News::Approved { by: None },
        News::Approved { by: Some(by.clone()) },
        News::Rejected { by: by.clone(), reason: worst() },
        News::Offered { by: by.clone(), what: worst() },
        News::Lapsed,
        News::Ready,
        News::ProvisioningFailed { why: worst() },
        News::ExpiresSoon { ends_at: at, offset: TimeDelta::hours(2).into(), last: false },
        News::ExpiresSoon { ends_at: at, offset: TimeDelta::hours(1).into(), last: true },
        News::Extended { by: by.clone(), ends_at: at },
        News::ExtensionRejected { by, reason: worst() },
        News::ExtensionLapsed,
        News::Gone,
    ]
}

/// Every card, notice, answer and list, with its name.
pub fn all() -> Vec<(String, Message)> {
    let mut all = Vec::new();
    for (name, story) in stories() {
        all.push((format!("requester's card, {name}"), request::for_requester(&story)));
        let card = request::for_approvers(&story);
        all.push((format!("approvers' card, {name}"), card.clone()));
        all.push((format!("reminder, {name}"), notice::reminder(card)));
        all.push((format!("details, {name}"), listing::details(&story, true, None)));
        all.push((format!("details for an approver, {name}"), listing::details(&story, false, Some(2))));
        if let Some(asked) = &story.extension {
            all.push((format!("extension, {name}"), extension::for_approvers(&story, asked)));
        }
        if story.extension.is_some() {
            continue; // A notice says the same with and without it.
        }
        for news in every_news() {
            let (request, lease) = (&story.request, story.lease.as_ref());
            let told = Notice {
                to: person_id("dana"),
                request: request.id.clone(),
                name: request.name.clone(),
                lease: lease.map(|lease| lease.id.clone()),
                version: 4,
                news,
            };
            let word = format!("{} while {name}", told.news.word());
            all.push((format!("notice of {word}"), notice::direct(&told, &story)));
            all.push((format!("notice in the channel of {word}"), notice::in_channel(&told, &story)));
        }
    }
    all.extend(answers());
    all.extend(lists());
    all.extend(told::all(&people()));
    all
}

fn answers() -> Vec<(String, Message)> {
    let name = EnvName::parse("web-00001").unwrap();
    let mut all = vec![
        ("fault".to_owned(), answer::fault("7F3K")),
        ("said".to_owned(), answer::say(worst(), Tone::Good)),
        ("page".to_owned(), notice::page(&name, &worst())),
    ];
    for (name, said) in refusals::all(&people()) {
        all.push((format!("refusal {name}"), answer::refused(&said, None)));
        let line = format!("/env request web {}", worst());
        all.push((format!("refusal {name}, marked"), answer::refused(&said, Some(line))));
    }
    let context = commands::Context { now: minute(0), zone: chrono_tz::UTC };
    let lines = ["/env", "/enw list", "/env extend web-1 for=abc", "/env show \"open", "", &worst()];
    for line in lines {
        if let Err(error) = commands::line::parse(line, &context) {
            all.push((format!("misread {line:.20}"), answer::misread(&error, Some(line))));
            all.push((format!("misread form {line:.20}"), answer::misread(&error, None)));
        }
    }
    all
}

fn lists() -> Vec<(String, Message)> {
    let people = people();
    let requests: Vec<_> = (1..200).map(|number| samples::pending(number, "dana", minute(1))).collect();
    let leases: Vec<_> = requests.iter().map(|request| samples::lease(request, minute(90))).collect();
    let keys: Vec<_> = (1..60).map(|number| samples::stored_key(number, "dana")).collect();
    let mut templates: Vec<Template> = templates();
    let limits = BTreeMap::from([("cpu".to_owned(), sublet::domain::template::Value::Cpu(500))]);
    templates[0].approval = Approval::Auto { limits, longest: Some(TimeDelta::days(1).into()) };
    let history: Vec<Entry> = (0..300).map(entry).collect();
    let mut all = vec![
        ("no environments".to_owned(), listing::environments(&[], &[], &people, false)),
        ("two hundred environments".to_owned(), listing::environments(&requests, &leases, &people, true)),
        ("no keys".to_owned(), listing::keys(&[])),
        ("keys".to_owned(), listing::keys(&keys)),
        ("no templates".to_owned(), listing::templates([].iter())),
        ("templates".to_owned(), listing::templates(templates.iter())),
        ("a long story".to_owned(), listing::why("web-00001", &history, &people)),
    ];
    all.extend(
        templates
            .iter()
            .map(|one| (format!("template {}", one.name), template::explained(one, Some(1), false))),
    );
    for topic in [None, Some("env"), Some("env request")] {
        let mut help = answer::say("What you can say", Tone::Plain);
        let text = commands::render::text::help(topic, commands::Access::Admin);
        help.blocks = vec![sublet::ports::chat::Block::Code(text)];
        all.push((format!("help {topic:?}"), help));
    }
    all
}

pub fn entry(seq: i64) -> Entry {
    let facts = [
        Fact::Requested {
            template: "web".to_owned(),
            span: TimeDelta::days(3).into(),
            reason: Some(worst()),
        },
        Fact::Rejected { reason: worst() },
        Fact::Refused { tried: "approve".to_owned(), why: worst() },
        Fact::Ready { access: access(), ends_at: minute(90) },
        Fact::KeyAdded { fingerprint: "SHA256:abc".to_owned() },
        Fact::Gone,
    ];
    let fact = facts.into_iter().cycle().nth(usize::try_from(seq).unwrap()).unwrap();
    Entry {
        seq,
        at: minute(seq),
        actor: Actor::Person(person_id("dana")),
        about: "web-00001".to_owned(),
        fact,
    }
}

/// Homes: of somebody with nothing, and of an approver with everything.
pub fn homes() -> Vec<(String, Message)> {
    let page = |mine: Vec<Story>, waiting: Vec<Story>, decides| {
        let undecided = waiting.len();
        let wishes = if undecided > 0 { told::wishes() } else { Vec::new() };
        let (people, now) = (people(), minute(50));
        home::page(&home::Home { mine, waiting, wishes, people, undecided, allowed: 3, decides, now })
    };
    let everything = || stories().into_iter().map(|(_, story)| story).collect();
    vec![
        ("empty home".to_owned(), page(Vec::new(), Vec::new(), false)),
        ("home of an approver without anything".to_owned(), page(Vec::new(), Vec::new(), true)),
        ("full home".to_owned(), page(everything(), everything(), true)),
    ]
}
