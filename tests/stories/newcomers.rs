//! People who come by a chat platform that vouches for them, and what becomes of them when they are listed.

use sublet::{
    actions::{
        admit::{Described, Newcomers, admit},
        people::bring_in,
    },
    domain::person::{Membership, Origin, Person, Role},
    ports::chat::Workspace,
};

use crate::world::{World, places};

fn described(id: &str, handle: &str, email: Option<&str>) -> Described {
    Described {
        workspace: Workspace::slack("T1"),
        id: id.to_owned(),
        membership: Membership::Member,
        name: "Nora Neu".to_owned(),
        handle: handle.to_owned(),
        listed: None,
        email: email.map(str::to_owned),
        by_email: true,
        zone: Some(chrono_tz::Europe::Oslo),
    }
}

/// Who somebody is, or why they are not admitted.
async fn comes(world: &World, who: &Described, newcomers: Newcomers) -> Result<Person, String> {
    let admitted = admit(&world.engine.world, who, newcomers).await.expect("the database");
    let mut tx = world.store().read().await.expect("a transaction");
    let account = tx.account(&who.workspace, &who.id).await.expect("an account").expect("it is remembered");
    assert_eq!(account.person.as_ref(), admitted.as_ref().ok());
    assert_eq!(account.membership, who.membership);
    match admitted {
        Ok(id) => Ok(tx.person(&id).await.expect("a person").expect("they are known")),
        Err(message) => Err(message.summary.in_zone(chrono_tz::UTC)),
    }
}

pub async fn members_of_an_allowed_domain_may_come(world: &mut World) {
    let nora = described("U1", "Nora.Neu", Some("nora@example.org"));
    let person = comes(world, &nora, Newcomers::Members).await.expect("she may come");
    assert_eq!((person.handle.as_str(), person.origin), ("nora.neu", Origin::Chat));
    assert_eq!((person.zone, person.may_decide()), (chrono_tz::Europe::Oslo, false));
    assert_eq!(
        comes(world, &nora, Newcomers::Members).await,
        Ok(person),
        "the same person when she comes again"
    );

    let world: &World = world;
    let refused =
        |who: Described, newcomers| async move { comes(world, &who, newcomers).await.expect_err("refused") };
    let stranger = |membership| Described { membership, ..described("U2", "x", Some("x@example.org")) };
    let said = refused(stranger(Membership::Guest), Newcomers::Members).await;
    assert_eq!(said, "Guests may not use Sublet here.");
    let said = refused(stranger(Membership::Bot), Newcomers::Members).await;
    assert_eq!(said, "Sublet listens to people, not to programs.");
    let said = refused(stranger(Membership::Stranger), Newcomers::Members).await;
    assert_eq!(said, "People of other organisations may not use Sublet here.");
    let said = refused(stranger(Membership::Left), Newcomers::Members).await;
    assert_eq!(said, "This account was closed, or has left.");
    let said = refused(described("U3", "eve", Some("eve@elsewhere.test")), Newcomers::Members).await;
    assert_eq!(said, "Your address eve@elsewhere.test is not of an allowed domain.");
    let said = refused(described("U3", "eve", None), Newcomers::Members).await;
    assert!(said.contains("shows no e-mail address"), "{said}");
    let said = refused(described("U4", "otto", Some("otto@example.org")), Newcomers::Nobody).await;
    assert!(said.contains("does not know you"), "{said}");
}

pub async fn whoever_is_listed_is_recognised_by_their_address(world: &mut World) {
    let dana = described("U1", "someone", Some("DANA@example.org"));
    let person = comes(world, &dana, Newcomers::Nobody).await.expect("she is listed");
    assert_eq!((person.id.clone(), person.handle.as_str()), (places::id("dana"), "dana"));
    assert_eq!(person.zone, chrono_tz::Europe::Berlin, "what the configuration says counts more");
    let guest = Described { membership: Membership::Guest, ..dana.clone() };
    assert!(comes(world, &guest, Newcomers::Nobody).await.is_err(), "the address of a guest says nothing");
    let unwanted = Described { by_email: false, ..dana.clone() };
    let said = comes(world, &unwanted, Newcomers::Members).await.expect_err("addresses say nothing here");
    assert!(said.contains("does not know who you are"), "{said}");
    assert_eq!(comes(world, &dana, Newcomers::Nobody).await, Ok(person));
    let bot = Described { membership: Membership::Bot, ..dana.clone() };
    assert!(comes(world, &bot, Newcomers::Members).await.is_err());
    world.deactivates("dana").await;
    assert!(comes(world, &dana, Newcomers::Members).await.is_err(), "who left stays out");
    world.knows(&places::people()[0]).await;
}

pub async fn whoever_came_first_and_is_listed_later_stays_who_they_are(world: &mut World) {
    let nora = described("U1", "nora", Some("nora@example.org"));
    let came = comes(world, &nora, Newcomers::Members).await.expect("she may come");
    let taken = described("U2", "zoe", Some("zoe.first@example.org"));
    let first = comes(world, &taken, Newcomers::Members).await.expect("she may come");

    let template = places::people()[2].clone();
    let listed = |handle: &str, email: &str| Person {
        id: places::id(handle),
        handle: handle.to_owned(),
        email: email.to_owned(),
        zone: chrono_tz::UTC,
        roles: [Role::Approver].into(),
        ..template.clone()
    };
    let mut configured = places::people();
    configured.extend([listed("nora", "Nora@example.org"), listed("zoe", "zoe@example.org")]);
    for _ in 0..2 {
        bring_in(&world.engine.world, &configured).await.expect("the database");
        let mut tx = world.store().read().await.expect("a transaction");
        let now = tx.person(&came.id).await.expect("a person").expect("she is known");
        assert!(now.may_decide() && now.origin == Origin::Listed, "{now:?}");
        assert_eq!(now.zone, chrono_tz::Europe::Oslo, "the configuration says nothing about her zone");
        assert_eq!(tx.person(&places::id("nora")).await.expect("a person"), None, "nobody is known twice");
        let renamed = tx.person(&first.id).await.expect("a person").expect("she is known");
        assert_eq!((renamed.handle.as_str(), renamed.active), ("zoe-2", true), "a listed handle counts more");
    }
    bring_in(&world.engine.world, &places::people()).await.expect("the database");
    let mut tx = world.store().read().await.expect("a transaction");
    let now = tx.person(&came.id).await.expect("a person").expect("she is known");
    assert!(!now.active, "who is no longer listed is no longer active");
}

pub async fn whoever_is_known_by_an_account_only_leaves_with_it(world: &mut World) {
    let nora = described("U1", "nora", Some("nora@example.org"));
    let came = comes(world, &nora, Newcomers::Members).await.expect("she may come");
    let left = Described { membership: Membership::Left, ..nora.clone() };
    for _ in 0..2 {
        assert!(comes(world, &left, Newcomers::Members).await.is_err());
        let mut tx = world.store().read().await.expect("a transaction");
        assert!(!tx.person(&came.id).await.expect("a person").expect("she is known").active);
        let told = tx.history("@nora").await.expect("entries");
        assert_eq!(told.len(), 1, "once: {told:?}");
    }
    let back = comes(world, &nora, Newcomers::Members).await.expect("she is back");
    assert_eq!((back.id.clone(), back.active), (came.id, true));
    // Whoever an admin removed does not come back by the platform.
    world.says("root", "/admin remove @nora did not pay for the coffee").await;
    assert!(comes(world, &nora, Newcomers::Members).await.is_err());
    let away =
        Described { membership: Membership::Left, ..described("U2", "dana", Some("dana@example.org")) };
    assert!(comes(world, &away, Newcomers::Members).await.is_err());
    assert!(world.person("dana").await.active, "whoever is listed leaves by the configuration");
}
