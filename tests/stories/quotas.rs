//! Quotas: what is refused and offered instead, what is shown, and more for a while.

use chrono::TimeDelta;
use insta::assert_snapshot;
use sublet::{
    actions::quotas::stock,
    domain::{
        ids::RequestId,
        person::Person,
        policy::Policy,
        quota::{Amounts, Defaults, Limits, Resource, Scope},
        request::RequestState,
    },
};
use uuid::Uuid;

use crate::world::{World, places};

pub fn limits(limits: &[(Resource, u64)]) -> Limits {
    Limits(limits.iter().copied().collect())
}

/// Everybody may hold four processors and 150 hours, unless something else was set.
pub async fn four_each(world: &mut World) {
    let each_person = limits(&[(Resource::Cpu, 4000), (Resource::LeaseTime, 150 * 3600)]);
    let quotas = Defaults { each_person, ..Defaults::default() };
    world.rules(Policy { quotas, open_requests: 9, ..places::policy() }).await;
}

pub async fn held(world: &World, scope: Scope) -> Amounts {
    let mut tx = world.store().read().await.expect("a transaction");
    tx.held(&scope).await.expect("what is held")
}

pub fn danas() -> Scope {
    Scope::Person(places::id("dana"))
}

pub async fn in_team(world: &World, handle: &str, team: &str) {
    let person = world.person(handle).await;
    world.knows(&Person { teams: [team.to_owned()].into(), ..person }).await;
}

pub async fn what_does_not_fit_is_refused_with_what_would(world: &mut World) {
    four_each(world).await;
    world.says("dana", "/env request web cpu=3 memory=1Gi for=4d").await;
    assert_snapshot!(world.says("dana", "/env request web cpu=2 for=3d to show it").await, @"
    You may hold 4 cpu at once. You hold 3 cpu, and asked for 2 cpu more. Held by web-1 (3). You may hold 150 hours at once. You hold 96 hours, and asked for 72 hours more. Held by web-1 (96).
        /env request web cpu=2 for=3d to show it
                             ^
    (This would fit: `/env request web cpu=1 memory=2Gi for=54h to show it`)
    [Ask for that]
    ");
    assert_snapshot!(world.accepts("dana", "Ask for that").await, @"Asked for web-2. Its card is in your direct messages and moves with it.");
    assert_snapshot!(world.says("dana", "/env request web").await, @"
    You may hold 4 cpu at once. You hold 4 cpu, and asked for 1 cpu more. Held by web-1 (3), web-2 (1). You may hold 150 hours at once. You hold 150 hours, and asked for 72 hours more. Held by web-1 (96), web-2 (54).
    (Release or withdraw something, or ask for more for a while: `/quota request`. `/quota show` tells how it stands.)
    ");
    world.settles().await;
    assert_snapshot!(world.says("dana", "/quota show").await, @"
    # Your quotas
    ▓▓▓▓▓▓▓▓▓▓ cpu: 4 of 4
    ▓▓▓▓▓▓▓▓▓▓ hours: 150 of 150
    (Without a limit: 2 environments, 3Gi memory.)
    What uses it:
    - web-1: 3 cpu, 1Gi memory, 96 hours
    - web-2: 1 cpu, 2Gi memory, 54 hours
    [Ask for more]
    ");
    world.says("dana", "/env withdraw web-2").await;
    world.says("dana", "/env request").await;
    assert_snapshot!(world.fills("dana", &[("template", "web"), ("for", "3d")]).await, @"
    You may hold 150 hours at once. You hold 96 hours, and asked for 72 hours more. Held by web-1 (96).
    (This would fit: `/env request web cpu=1 memory=2Gi for=54h`)
    [Ask for that]
    ");
    assert_snapshot!(world.accepts("dana", "Ask for that").await, @"Asked for web-3. Its card is in your direct messages and moves with it.");
}

pub async fn what_uses_it_is_shown_to_whoever_may_see_it(world: &mut World) {
    in_team(world, "dana", "shop").await;
    in_team(world, "erin", "shop").await;
    world.says("root", "/quota set team:shop cpu=4 environments=3").await;
    world.says("dana", "/env request web cpu=1 for=1d").await;
    world.says("erin", "/env request web cpu=2 for=1d").await;
    world.settles().await;
    assert_snapshot!(world.says("dana", "/env request web cpu=2 for=1d").await, @"
    The team shop may hold 4 cpu at once. Together that is 3 cpu now, and you asked for 2 cpu more. Held by web-1 of @dana (1); by others 2.
        /env request web cpu=2 for=1d
                             ^
    (This would fit: `/env request web cpu=1 memory=2Gi for=1d team=shop`)
    [Ask for that]
    ");
    assert_snapshot!(world.says("dana", "/quota show").await, @"
    # Your quotas
    No limits.
    The team shop:
    ▓▓▓▓▓▓░░░░ environments: 2 of 3
    ▓▓▓▓▓▓▓░░░ cpu: 3 of 4
    (Without a limit: 1 environment, 1 cpu, 2Gi memory, 24 hours.)
    What uses it:
    - web-1: 1 cpu, 2Gi memory, 24 hours
    [Ask for more]
    ");
    assert_snapshot!(world.says("dana", "/quota show team:shop").await, @"
    # Quotas: The team shop
    ▓▓▓▓▓▓░░░░ environments: 2 of 3
    ▓▓▓▓▓▓▓░░░ cpu: 3 of 4
    (Without a limit: 4Gi memory, 48 hours.)
    What uses it:
    - web-1 of @dana: 1 cpu, 2Gi memory, 24 hours
    - and 1 more
    ");
    assert_snapshot!(world.says("ada", "/quota show team:shop").await, @"
    # Quotas: The team shop
    ▓▓▓▓▓▓░░░░ environments: 2 of 3
    ▓▓▓▓▓▓▓░░░ cpu: 3 of 4
    (Without a limit: 4Gi memory, 48 hours.)
    What uses it:
    - web-2 of @erin: 2 cpu, 2Gi memory, 24 hours
    - web-1 of @dana: 1 cpu, 2Gi memory, 24 hours
    ");
    assert_snapshot!(world.says("ada", "/quota show @dana").await, @"
    # Quotas: @dana
    No limits.
    (Without a limit: 1 environment, 1 cpu, 2Gi memory, 24 hours.)
    What uses it:
    - web-1: 1 cpu, 2Gi memory, 24 hours
    ");
    assert_snapshot!(world.says("dana", "/quota show @erin").await, @"
    Only approvers may do that.
    (They were asked already; you will be told what they decide.)
    ");
    assert_snapshot!(world.says("ada", "/quota show team:shoop").await, @"
    There is nobody and nothing called `team:shoop` here that could have a quota.
        /quota show team:shoop
                    ^^^^^^^^^^
    (Did you mean `shop`?)
    ");
    assert_snapshot!(world.says("ada", "/quota show template:wob").await, @"
    There is no template `wob`.
    (Did you mean `web`?)
    ");
}

pub async fn everything_that_ends_is_released(world: &mut World) {
    four_each(world).await;
    let before = held(world, danas()).await;
    for line in ["/env request web for=1d", "/env request web for=1d", "/env request web for=1d"] {
        world.says("dana", line).await;
    }
    world.settles().await;
    let three = Amounts { environments: 3, cpu: 3000, memory: 6 << 30, storage: 0, lease_time: 3 * 86_400 };
    assert_eq!(held(world, danas()).await, three);
    assert_eq!(held(world, Scope::Everybody).await, three);
    assert_eq!(held(world, Scope::Template("web".to_owned())).await, three);
    world.says("dana", "/env withdraw web-1").await;
    world.says("dana", "/env withdraw web-1").await;
    world.says("ada", "/env reject web-2 no").await;
    world.says("bob", "/env reject web-2 no").await;
    assert_eq!(held(world, danas()).await.environments, 1);
    world.passes(TimeDelta::hours(25)).await;
    assert_eq!(held(world, danas()).await, before, "it lapsed");

    world.says("dana", "/env request small for=1h").await;
    world.passes(TimeDelta::hours(1)).await;
    assert_eq!(held(world, danas()).await.environments, 1, "it is held through the grace");
    world.passes(TimeDelta::hours(9)).await;
    assert_eq!(held(world, danas()).await, before, "it is purged");
    assert_eq!(held(world, Scope::Everybody).await, before);
}

pub async fn limits_are_set_given_and_taken_back(world: &mut World) {
    four_each(world).await;
    assert_snapshot!(world.says("dana", "/quota set me cpu=100").await, @"
    Only admins may do that.
    (Ask one of them.)
    ");
    assert_snapshot!(world.says("ada", "/quota set everybody cpu=100").await, @"
    Only admins may do that.
    (Ask one of them.)
    ");
    assert_snapshot!(world.says("root", "/quota set everybody cpu=6 memory=16Gi hours=none").await, @"Everybody together may hold 6 cpu, 16Gi memory at once.");
    assert_snapshot!(world.says("root", "/quota set @dana cpu=lots").await, @"
    /quota set @dana cpu=lots
                         ^^^^
    `lots` is not a number of processors.
    Write `2`, `1.5` or `500m` (half a processor).
    ");
    assert_snapshot!(world.says("root", "/quota set @dana cpu=6").await, @"@dana may hold 6 cpu, 150 hours at once.");
    world.says("dana", "/env request web cpu=4 for=1h").await;
    assert_snapshot!(world.says("root", "/quota set @dana cpu=none").await, @"@dana may hold 4 cpu, 150 hours at once.");
    assert_snapshot!(world.says("root", "/quota set @dana cpu=1").await, @"@dana may hold 1 cpu, 150 hours at once. More is held now (4 cpu): nothing is deleted, new requests are refused.");
    assert_snapshot!(world.says("ada", "/quota grant @ada cpu=4 until=2026-12-01").await, @"
    Only admins may do that.
    (Ask one of them.)
    ");
    assert_snapshot!(world.says("dana", "/quota grant me cpu=4 until=2026-12-01").await, @"
    Only approvers and admins may do that.
    (Ask one of them.)
    ");
    assert_snapshot!(world.says("ada", "/quota grant @dana storage=1Gi until=2026-12-01").await, @"
    @dana has no limit on storage.
        /quota grant @dana storage=1Gi until=2026-12-01
                                   ^^^
    (So nothing can be added to it, and nothing need be.)
    ");
    assert_snapshot!(world.says("ada", "/quota grant @dana cpu=1 until=2026-11-01").await, @"
    /quota grant @dana cpu=1 until=2026-11-01
                                   ^^^^^^^^^^
    `2026-11-01` is already past.
    It is now 2026-11-23 09:00 (Europe/London).
    ");
    assert_snapshot!(world.says("ada", "/quota grant @dana cpu=1 from=2026-12-02 until=2026-12-01").await, @"
    It would end at Wed 2 Dec 2026 00:00 GMT, before it begins at Wed 2 Dec 2026 00:00 GMT.
        /quota grant @dana cpu=1 from=2026-12-02 until=2026-12-01
                                                       ^^^^^^^^^^
    (Give an end after the beginning.)
    ");
    let said = world.says("ada", "/quota grant @dana cpu=4 until=2026-12-01 for the demo").await;
    let grant = said.split(['`', ' ']).find(|word| word.starts_with("gra_")).expect("its id").to_owned();
    assert_snapshot!(said.replace(&grant, "gra_1"), @"@dana may hold 4 cpu more from Mon 23 Nov 2026 09:00 GMT until Wed 2 Dec 2026 00:00 GMT. Taken back with `/quota revoke gra_1`.");
    assert_snapshot!(world.says("ada", "/quota show @dana").await.replace(&grant, "gra_1"), @"
    # Quotas: @dana
    ▓▓▓▓▓▓▓▓░░ cpu: 4 of 5
    ░░░░░░░░░░ hours: 1 of 150
    (Without a limit: 1 environment, 2Gi memory.)
    What uses it:
    - web-1: 4 cpu, 2Gi memory, 1 hour
    For a while:
    - `gra_1`: 4 cpu more until Wed 2 Dec 2026 00:00 GMT, by @ada
    ");
    assert_snapshot!(world.says("dana", "/env request web cpu=1 for=1h").await, @"Asked for web-2. Its card is in your direct messages and moves with it.");
    assert_snapshot!(world.says("dana", "/env request web cpu=1500m for=1h").await, @"
    Everybody together may hold 6 cpu at once. Together that is 5 cpu now, and you asked for 1.5 cpu more. Held by web-1 of @dana (4), web-2 of @dana (1). You may hold 5 cpu at once. You hold 5 cpu, and asked for 1.5 cpu more. Held by web-1 (4), web-2 (1).
        /env request web cpu=1500m for=1h
                             ^^^^^
    (Release or withdraw something, or ask for more for a while: `/quota request`. `/quota show` tells how it stands.)
    ");
    assert_snapshot!(world.says("dana", &format!("/quota revoke {grant}")).await, @"
    Only approvers and admins may do that.
    (Ask one of them.)
    ");
    let said = world.says("bob", &format!("/quota revoke {grant}")).await;
    assert_snapshot!(said.replace(&grant, "gra_1"), @"gra_1 is over: @dana may hold 4 cpu less from now on.");
    assert_snapshot!(world.says("bob", &format!("/quota revoke {grant}")).await, @"
    The temporary quota `gra_00000000000000070000000000000007` is over already.
    (Nothing is left to be taken back.)
    ");
    assert_snapshot!(world.says("bob", "/quota revoke gra_none").await, @"
    There is no temporary quota `gra_none`.
    (`/quota show @kim` lists somebody's with their ids.)
    ");
    world.settles().await;
    assert_snapshot!(world.sees("dana").await, @"
    sublet:
    @ada gave you 4 cpu more, from Mon 23 Nov 2026 10:00 CET until Wed 2 Dec 2026 01:00 CET.
    [My quotas]

    sublet:
    A temporary quota (4 cpu more) was taken back by @bob. Held now: 5 cpu; the limit is 1 cpu. Held by web-1 (4), web-2 (1). Nothing is deleted because of that; new requests are refused until less is held.
    [My quotas]

    sublet:
    # web-1
    Waiting for an approver.
    Template: web
    Size: cpu=4 memory=2Gi
    For: 1 hour
    [Withdraw]

    sublet:
    # web-2
    Waiting for an approver.
    Template: web
    Size: cpu=1 memory=2Gi
    For: 1 hour
    [Withdraw]
    ");
    world.passes(TimeDelta::days(20)).await;
    assert!(!world.sees("dana").await.contains("temporary quota"), "what was taken back does not end again");
}

pub async fn what_was_there_before_is_counted_at_the_start(world: &mut World) {
    four_each(world).await;
    world.says("dana", "/env request web cpu=2 for=1d").await;
    world.settles().await;
    let mut tx = world.store().begin().await.expect("a transaction");
    let known = tx.open_requests(None).await.expect("requests").remove(0);
    // As a version without quotas wrote it.
    let mut old = known.clone();
    old.id = RequestId::new(Uuid::from_u128(77));
    old.name = sublet::domain::ids::EnvName::parse("web-22222").expect("a name");
    old.amounts = Amounts::default();
    tx.insert_request(&mut old).await.expect("it is stored");
    tx.commit().await.expect("a commit");
    let one = Amounts { environments: 1, cpu: 2000, memory: 2 << 30, storage: 0, lease_time: 86_400 };
    assert_eq!(held(world, danas()).await, one);
    for _ in 0..2 {
        stock::take(&world.engine.world).await.expect("stock is taken");
        assert_eq!(held(world, danas()).await, one.plus(&one));
    }
    // As a version without quotas ends it.
    let mut tx = world.store().begin().await.expect("a transaction");
    old.state = RequestState::Lapsed { at: world.now() };
    tx.save_request(&mut old).await.expect("it is saved");
    tx.commit().await.expect("a commit");
    for _ in 0..2 {
        stock::take(&world.engine.world).await.expect("stock is taken");
        assert_eq!(held(world, danas()).await, one);
        assert_eq!(held(world, Scope::Everybody).await, one);
    }
}

pub async fn an_extension_takes_its_time_from_the_quota(world: &mut World) {
    four_each(world).await;
    world.says("dana", "/env request web for=5d").await;
    world.settles().await;
    world.presses("ada", "#approvers", "Approve").await;
    world.settles().await;
    assert_snapshot!(world.says("dana", "/env extend web-1 for=2d more").await, @"
    You may hold 150 hours at once. You hold 120 hours, and asked for 48 hours more. Held by web-1 (120).
        /env extend web-1 for=2d more
                              ^^
    (This would fit: `/env extend web-1 for=30h more`)
    [Ask for that]
    ");
    assert_snapshot!(world.accepts("dana", "Ask for that").await, @"Asked for 1 day 6 hours more for web-1. An approver decides; you will be told.");
    assert_eq!(held(world, danas()).await.lease_time, 150 * 3600);
    world.settles().await;
    world.says("ada", "/env reject web-1 no").await;
    assert_eq!(held(world, danas()).await.lease_time, 120 * 3600, "what was not given is not held");
    world.says("dana", "/env extend web-1 for=1d more").await;
    world.settles().await;
    world.says("ada", "/env approve web-1").await;
    assert_eq!(held(world, danas()).await.lease_time, 144 * 3600);
    world.settles().await;
    world.says("dana", "/env release web-1").await;
    world.passes(TimeDelta::hours(1)).await;
    assert_eq!(held(world, danas()).await, Amounts::default());
}
