//! Dana asks, Ada decides: one story for both ways in.

use serde_json::Value;

use crate::{
    cards::{button, buttons, fields, words},
    first,
    peer::{APPROVERS, GENERAL, Sent, chosen, typed},
    until,
    world::World,
};

const DANA: &str = "U0DANA";
const ADA: &str = "U0ADA";
const KEY: &str =
    "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAJG7O+SXfYsAQZZwocpVcXdHW8KdLG5jo+Rcm1JaX9D dana@laptop";

#[test]
fn the_main_job_by_socket_mode() {
    let Some(world) = World::socket() else { return };
    tell(&world);
    assert!(world.slack.calls().contains_key("apps.connections.open"), "{:?}", world.slack.calls());
}

#[test]
fn the_main_job_by_signed_requests() {
    let Some(world) = World::http() else { return };
    tell(&world);
    assert!(!world.slack.calls().contains_key("apps.connections.open"), "{:?}", world.slack.calls());
}

fn tell(world: &World) {
    until("sublet is ready", || {
        Some(world.sublet.get("/readyz")).filter(|(status, _)| *status == 200).ok_or("it is not".into())
    });
    a_newcomer_stores_a_key(world);
    let name = a_request_is_approved(world);
    a_home_shows_it(world, &name);
    a_mistake_is_shown_at_its_field(world, &name);
    a_form_makes_a_request_and_a_reason_rejects_it(world);
    assert_eq!(world.slack.calls().get("chat.delete"), None);
}

fn a_newcomer_stores_a_key(world: &World) {
    world.slack.command(DANA, &format!("/key add {KEY}"));
    let said = answer(world, DANA, "laptop");
    assert_eq!(said["ephemeral_to"], DANA, "what is said about a key is for its owner only: {said:#}");
}

/// Gives the name of the environment.
fn a_request_is_approved(world: &World) -> String {
    // Slack escapes what people type, since the manifest asks for it; the peer leaves it as it is.
    world.slack.command(DANA, "/env request web cpu=1 for=1d to show the &lt;new&gt; checkout &amp; more");
    let said = words(&answer(world, DANA, "Asked for"));
    let name = said.split(|c: char| !(c.is_alphanumeric() || c == '-')).find(|word| word.starts_with("web-"));
    let name = name.unwrap_or_else(|| panic!("no name in {said}")).to_owned();

    let card = card(world, &name);
    assert!(words(&card).contains("&lt;new&gt; checkout &amp; more"), "escaped once: {card:#}");
    assert!(
        card["text"].as_str().is_some_and(|text| text.contains(&name)),
        "nothing for a notification: {card:#}"
    );
    let (approve, block) = button(&card, "Approve").unwrap_or_else(|| panic!("no Approve in {card:#}"));
    world.slack.press(ADA, &card, approve, block);
    // Again, as when Slack delivers twice: nothing happens twice.
    world.slack.press(ADA, &card, approve, block);
    let decided = rewritten(world, &card, "Approved by");
    assert!(words(&decided).contains(&format!("<@{ADA}>")), "{decided:#}");
    assert_eq!(button(&decided, "Approve"), None, "a dead button: {decided:#}");

    let told = until("the developer is told how to log in", || {
        first(&world.slack.direct(DANA), |message| {
            words(message).contains("is ready") && words(message).contains("ssh -p")
        })
    });
    assert!(words(&told).contains(&name));
    name
}

fn a_home_shows_it(world: &World, name: &str) {
    world.slack.open_home(DANA);
    until("the home shows the environment", || {
        let home = world.slack.page().home(DANA).unwrap_or_default();
        Some(()).filter(|()| words(&home).contains(name)).ok_or(format!("{home:#}"))
    });
}

fn a_mistake_is_shown_at_its_field(world: &World, name: &str) {
    world.slack.command(DANA, &format!("/env extend {name}"));
    let (mut page, form) = modal(world, "Ask for more time");
    assert_eq!(fields(&form), ["for", "reason"], "{form:#}");
    let sent = page.submit(DANA, &[("for", typed("soon")), ("reason", typed("it moved"))]);
    assert!(matches!(&sent, Sent::Faults(faults) if !faults["for"].is_null()), "at its field: {sent:?}");
    let sent = page.submit(DANA, &[("for", typed("1d")), ("reason", typed("it moved"))]);
    assert!(says(&sent, "1 day more"), "{sent:?}");
    card(world, "it moved");
}

fn a_form_makes_a_request_and_a_reason_rejects_it(world: &World) {
    world.slack.command(DANA, "/env request");
    let (mut page, form) = modal(world, "Request an environment");
    assert!(fields(&form).contains(&"template".to_owned()), "{form:#}");
    let filled = [("template", chosen("web")), ("for", typed("2d")), ("reason", typed("a second one"))];
    let sent = page.submit(DANA, &filled);
    assert!(says(&sent, "Asked for *web-"), "{sent:?}");

    let card = card(world, "a second one");
    let (reject, block) = button(&card, "Reject").unwrap_or_else(|| panic!("no Reject in {card:#}"));
    world.slack.press(ADA, &card, reject, block);
    let (mut page, form) = modal(world, "Reject");
    assert_eq!(fields(&form), ["reason"], "{form:#}");
    let sent = page.submit(ADA, &[("reason", typed("not this week"))]);
    assert!(says(&sent, "You rejected"), "{sent:?}");
    let decided = rewritten(world, &card, "not this week");
    assert_eq!(buttons(&decided), Vec::<String>::new(), "{decided:#}");
    until("the developer is told why", || {
        first(&world.slack.direct(DANA), |message| words(message).contains("not this week"))
    });
}

/// Whether the form was answered with these words in its place.
fn says(sent: &Sent, containing: &str) -> bool {
    matches!(sent, Sent::Changed(view) if words(view).contains(containing))
}

/// What was answered to somebody's command.
fn answer(world: &World, to: &str, containing: &str) -> Value {
    let all = || world.slack.messages(GENERAL);
    until(&format!("the answer has “{containing}”"), || {
        first(&all(), |message| message["ephemeral_to"] == to && words(message).contains(containing))
    })
}

/// The card for the approvers.
fn card(world: &World, containing: &str) -> Value {
    until("there is a card with buttons", || {
        first(&world.slack.messages(APPROVERS), |message| {
            words(message).contains(containing) && button(message, "Approve").is_some()
        })
    })
}

/// The same message once it says something new.
fn rewritten(world: &World, card: &Value, containing: &str) -> Value {
    until(&format!("the card has “{containing}”"), || {
        first(&world.slack.messages(APPROVERS), |message| {
            message["ts"] == card["ts"] && words(message).contains(containing)
        })
    })
}

fn modal(world: &World, containing: &str) -> (crate::peer::Page, Value) {
    until(&format!("a modal with “{containing}” opens"), || {
        let page = world.slack.page();
        let modal = page.modal().unwrap_or_default();
        if words(&modal).contains(containing) { Ok((page, modal)) } else { Err(format!("{modal:#}")) }
    })
}
