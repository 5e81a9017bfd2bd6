//! `[quotas]`: what is understood, and what is refused and in which words.

use sublet::domain::{
    ids::PersonId,
    quota::{Resource, Scope},
};

use super::{SMALLEST, faults, load};

#[test]
fn limits_for_each_kind() {
    let text = format!(
        "{SMALLEST}{}",
        r#"
[quotas.everybody]
environments = 200
cpu = 100
[quotas.each_person]
environments = 3
cpu = "500m"
memory = "16Gi"
storage = "100Gi"
hours = 336
[quotas.teams.shop]
cpu = "40"
[quotas.templates.web]
environments = 0
"#
    );
    let config = load(&text, &[("SUBLET__QUOTAS__EACH_PERSON__CPU", "2")]).unwrap();
    let of = |scope: Scope| config.quotas.of(&scope);
    let person = of(Scope::Person(PersonId::parse("per_dana").unwrap()));
    let amounts: Vec<Option<u64>> = Resource::ALL.into_iter().map(|resource| person.of(resource)).collect();
    assert_eq!(amounts, [Some(3), Some(2000), Some(16 << 30), Some(100 << 30), Some(336 * 3600)]);
    assert_eq!(of(Scope::Everybody).of(Resource::Cpu), Some(100_000));
    assert_eq!(of(Scope::Everybody).of(Resource::Memory), None);
    assert_eq!(of(Scope::Team("shop".to_owned())).of(Resource::Cpu), Some(40_000));
    assert_eq!(of(Scope::Team("other".to_owned())).of(Resource::Cpu), None);
    assert_eq!(of(Scope::Template("web".to_owned())).of(Resource::Environments), Some(0));
    assert!(config.summary().to_string().contains("everybody, each person, team shop, template web"));
}

#[test]
fn what_is_wrong_is_told_with_its_place() {
    let text = format!(
        "{SMALLEST}{}",
        r#"
[quotas]
anybody = 1
[quotas.everybody]
environments = -1
cpu = "many"
memory = "4 apples"
[quotas.teams."the Shop"]
cpu = 1
[quotas.templates.web]
cpus = 3
"#
    );
    insta::assert_snapshot!(faults(&text, &[]), @"
    sublet.toml:10:1  quotas.anybody
        There is no such key.
        Known here: each_person, everybody, teams, templates.

    sublet.toml:12:16  quotas.everybody.environments
        -1 is outside the limits.
        Write a whole number from 0 to 1000000000.

    sublet.toml:13:7  quotas.everybody.cpu
        `many` is not a number of processors.
        Write `2`, `1.5` or `500m` (half a processor).

    sublet.toml:14:10  quotas.everybody.memory
        `4 apples` is not a size.
        Write a number and a unit, such as `512Mi` or `4Gi`.

    sublet.toml:15:15  quotas.teams.the Shop
        “the Shop” is not a team's name.
        Write at most 32 small letters, digits, `-`, `_` or `.`, a letter first.

    sublet.toml:18:1  quotas.templates.web.cpus
        There is no such key.
        Did you mean “cpu”?

    6 faults.
    ");
}
