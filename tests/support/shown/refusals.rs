//! Every refusal, with the worst of what people write in it.

use chrono::TimeDelta;
use sublet::{
    cards::{
        People,
        refusal::{Said, say},
    },
    domain::{
        notice::Offset,
        person::Membership,
        refusal::{KeyProblem, Refusal},
        template::{ParameterFault, Problem, Value},
    },
};

use super::cards::worst;
use crate::support::samples::{minute, person_id};

/// Each with its name and its words.
pub fn all(people: &People) -> Vec<(String, Said)> {
    let name = |refusal: &Refusal| format!("{refusal:?}").chars().take(30).collect();
    refusals().iter().chain(&about_reviews()).map(|refusal| (name(refusal), say(refusal, people))).collect()
}

/// Those about reviews.
fn about_reviews() -> Vec<Refusal> {
    vec![
        Refusal::NobodyCanApprove { lacks: vec!["2 of the admins".to_owned(), worst()] },
        Refusal::NotReviewer { needs: worst() },
        Refusal::SpokenFor { by: person_id("omar") },
        Refusal::NoBreakGlass { who: None },
        Refusal::NoBreakGlass { who: Some(worst()) },
        Refusal::NoOffer,
        Refusal::OnlyLess { name: "cpu".to_owned(), asked: "2".to_owned() },
        Refusal::NothingLess,
        Refusal::OwnStead,
        Refusal::AwayTooLong { latest: minute(9) },
    ]
}

fn refusals() -> Vec<Refusal> {
    let day: Offset = TimeDelta::days(1).into();
    let known = || vec![worst(), "web".to_owned()];
    let mut all = vec![
        Refusal::Unknown,
        Refusal::NotAdmitted { membership: Membership::Bot },
        Refusal::NoAddress,
        Refusal::NotLinked { account: "80351110224678912".to_owned() },
        Refusal::WrongCode,
        Refusal::Linked,
        Refusal::DomainNotAllowed { email: worst(), allowed: known() },
        Refusal::NoTemplate { name: worst(), known: known() },
        Refusal::NotForTeams { template: worst(), teams: known() },
        Refusal::NoSuchSize { template: worst(), name: worst(), known: known() },
        Refusal::NoSuchVersion { template: worst(), latest: 3 },
        Refusal::TooLong { asked: day, longest: day },
        Refusal::TooShort { asked: day, shortest: day },
        Refusal::EndInThePast { until: minute(0) },
        Refusal::NoKey,
        Refusal::WhichKey { names: known() },
        Refusal::NoSuchKey { name: worst(), known: known() },
        Refusal::KeyExists { name: worst() },
        Refusal::NoSuch { name: worst(), similar: Some("web-00001".to_owned()) },
        Refusal::NotYours { name: worst() },
        Refusal::NotApprover,
        Refusal::OwnRequest,
        Refusal::AlreadyDecided {
            decision: "approved".to_owned(),
            by: Some(person_id("dana")),
            at: minute(3),
        },
        Refusal::Stale,
        Refusal::NotYet,
        Refusal::WrongState { tried: "extend".to_owned(), state: "gone".to_owned() },
        Refusal::AlreadyExtended,
        Refusal::ExtensionPending,
        Refusal::BeyondMaximum { latest: minute(5), possible: day },
        Refusal::TooMany { what: worst(), limit: Value::Number(3) },
        Refusal::TooMuchText { field: "reason".to_owned(), most: 1_000 },
    ];
    all.extend(problems().into_iter().map(|problem| {
        let faults = vec![ParameterFault { name: worst(), problem }];
        Refusal::BadParameters { template: "web".to_owned(), faults }
    }));
    let keys = [
        KeyProblem::Empty,
        KeyProblem::Private,
        KeyProblem::Type { found: worst() },
        KeyProblem::Weak { bits: 1_024, needed: 2_048 },
    ];
    all.extend(keys.map(|problem| Refusal::BadKey { problem }));
    all
}

/// What can be wrong with a parameter, at its worst.
fn problems() -> Vec<Problem> {
    let known = || vec![Value::Text(worst()), Value::Text("web".to_owned())];
    vec![
        Problem::Missing,
        Problem::Unknown { known: vec![worst(), "web".to_owned()] },
        Problem::Unreadable { why: worst() },
        Problem::AboveMaximum { max: Value::Cpu(500) },
        Problem::NotAChoice { choices: known() },
        Problem::NoMatch { pattern: worst() },
        Problem::BadName { name: worst() },
        Problem::Inside { of: worst(), fault: Box::new(Problem::TooLong { most: 3 }) },
    ]
}
