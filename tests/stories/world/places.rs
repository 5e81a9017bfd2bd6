//! Who lives in the world of the stories, what they may ask for, and under which rules.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use chrono::TimeDelta;
use chrono_tz::Tz;
use sublet::{
    domain::{
        ids::PersonId,
        person::{Person, Role},
        policy::Policy,
        request::Patience,
        template::{Access, Approval, Parameter, ParameterKind, Template, Value},
    },
    ports::templates::Templates,
};

/// Dana's public key.
pub const DANAS_KEY: &str =
    "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAJG7O+SXfYsAQZZwocpVcXdHW8KdLG5jo+Rcm1JaX9D dana@laptop";
/// Erin's public key.
pub const ERINS_KEY: &str =
    "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIOC+wyWidx7gLiLU2iXuurPzl4/QxBQqweK5dTFxTwsh erin@laptop";
/// A key of 1024 bits, which nobody should use.
pub const WEAK_KEY: &str = "ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAAAgQDLkPmqoKgz83b5Wr+9VdShRdjo8dbK1q0ZgYOymz0/24wnAGqBlJzlY95bN8cPOgNRPOZDSXWkxVu2N8SKWO4JF9S8MPsus3E4nDJh/WxzgfO5sn4/63Z4vzl8VE8wWkfUqaaCDP48pagdzkHlkgd1bshZ6hAVaPRbAVtTQjcLGQ== old@laptop";

/// The id of the person of that handle.
pub fn id(handle: &str) -> PersonId {
    PersonId::parse(&format!("per_{handle}")).expect("a handle of letters")
}

/// Everybody: two developers, two approvers, an admin, and somebody with a foreign address.
pub fn people() -> Vec<Person> {
    use Role::{Admin, Approver, Developer};
    vec![
        person("dana", "Dana Jäger", chrono_tz::Europe::Berlin, &[Developer]),
        person("erin", "Erin 雪", chrono_tz::Asia::Tokyo, &[Developer]),
        person("ada", "Ada", chrono_tz::Europe::London, &[Developer, Approver]),
        person("bob", "Bob", chrono_tz::America::New_York, &[Approver]),
        person("root", "Rut", chrono_tz::UTC, &[Admin]),
        Person {
            email: "mallory@elsewhere.test".to_owned(),
            ..person("mallory", "Mallory", chrono_tz::UTC, &[Developer])
        },
    ]
}

fn person(handle: &str, name: &str, zone: Tz, roles: &[Role]) -> Person {
    Person {
        id: id(handle),
        handle: handle.to_owned(),
        name: name.to_owned(),
        email: format!("{handle}@example.org"),
        zone,
        roles: BTreeSet::from_iter(roles.iter().copied()),
        teams: BTreeSet::new(),
        active: true,
        origin: sublet::domain::person::Origin::Listed,
        standing: Default::default(),
    }
}

/// The installation's rules.
pub fn policy() -> Policy {
    Policy {
        domains: vec!["example.org".to_owned()],
        patience: Patience { remind_after: TimeDelta::hours(1), lapse_after: TimeDelta::hours(24) },
        open_requests: 2,
        ..Policy::default()
    }
}

/// The templates of the stories.
pub struct Shelf(Vec<Arc<Template>>);

impl Shelf {
    /// These templates.
    pub fn of(templates: impl IntoIterator<Item = Template>) -> Self {
        Self(templates.into_iter().map(Arc::new).collect())
    }
}

impl Templates for Shelf {
    fn all(&self) -> Vec<Arc<Template>> {
        self.0.clone()
    }
}

/// `web`, which an approver decides, and `small`, which a rule may.
pub fn shelf() -> Shelf {
    let web = web();
    let small = Template {
        name: "small".to_owned(),
        title: "A small machine".to_owned(),
        approval: Approval::Auto {
            limits: BTreeMap::from([("cpu".to_owned(), Value::Cpu(1000))]),
            longest: Some(TimeDelta::days(1).into()),
        },
        default_span: TimeDelta::hours(8).into(),
        ..web.clone()
    };
    Shelf(vec![Arc::new(web), Arc::new(small)])
}

/// A machine of which an approver decides.
pub fn web() -> Template {
    Template {
        name: "web".to_owned(),
        title: "A web server".to_owned(),
        about: "Debian with a web server.".to_owned(),
        access: Access::Ssh,
        provisioner: "paper".to_owned(),
        workload: None,
        parameters: vec![
            parameter("cpu", ParameterKind::Cpu, Value::Cpu(1000), Value::Cpu(100), Value::Cpu(4000)),
            parameter("memory", ParameterKind::Bytes, gib(2), gib(1), gib(8)),
        ],
        default_span: TimeDelta::days(3).into(),
        longest: TimeDelta::days(7).into(),
        approval: Approval::Always,
        reviews: Default::default(),
        warnings: vec![TimeDelta::hours(24).into(), TimeDelta::hours(2).into()],
        grace: TimeDelta::hours(4).into(),
        ready_within: TimeDelta::minutes(15).into(),
        sizes: Vec::new(),
        teams: Vec::new(),
    }
}

fn parameter(name: &str, kind: ParameterKind, default: Value, min: Value, max: Value) -> Parameter {
    Parameter {
        help: format!("How much {name}"),
        default: Some(default),
        min: Some(min),
        max: Some(max),
        ..Parameter::of(name, kind)
    }
}

fn gib(count: u64) -> Value {
    Value::Bytes(count << 30)
}
