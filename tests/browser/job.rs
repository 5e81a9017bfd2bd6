//! The main job in the browser, by the keyboard alone: key, request, approval, progress, ready, warning, extension,
//! release, purge; and that it is all still there after a reload.

use chrono::TimeDelta;
use fantoccini::key::Key;

use crate::{
    driver::Browser,
    page::{DESKTOP, PHONE, Page},
    world::Bot,
};

const KEY: &str =
    "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIBnWv9wu9R1P9oKSoLvqbXDL+P31YZeXbCD0HGd1enw+ dana@laptop";

/// Both sizes of one moment of the story.
async fn shots(page: &Page, name: &str) {
    page.shot(&format!("job-{name}-desktop")).await;
    page.size(PHONE, false).await;
    page.shot(&format!("job-{name}-phone")).await;
    page.size(DESKTOP, false).await;
}

async fn press(page: &Page, label: &str) {
    page.tab_to(label).await;
    page.key(Key::Enter).await;
}

/// Dana stores a key by the form and asks by one typed line.
async fn ask(page: &Page) {
    page.open("/as/dana/dm").await;
    page.say("/key add").await;
    page.wait_for("dialog[open] form.ask").await;
    page.keys("laptop").await;
    page.key(Key::Tab).await;
    page.keys(KEY).await;
    press(page, "Add").await;
    page.wait_for("dialog:not([open])").await;
    page.wait_for_words(&["Stored your key", "laptop"]).await;
    page.say("/env request").await;
    page.wait_for("dialog[open] #field-template").await;
    page.keys("w").await;
    page.wait_for("dialog[open] #field-cpu").await;
    let chosen = page.script("return document.querySelector('#field-template').value").await;
    assert_eq!(chosen, "web", "the form follows the template, and keeps the choice");
    page.key(Key::Escape).await;
    page.wait_for("dialog:not([open])").await;
    page.say("/env request web cpu=2 memory=4Gi for=3d to test the new checkout").await;
    page.wait_for_words(&["Waiting for an approver", "Withdraw"]).await;
    shots(page, "asked").await;
}

/// Alex decides; Sam, who comes later, sees who did.
async fn approve(page: &Page) {
    page.open("/as/alex/approvals").await;
    page.wait_for_words(&["@dana", "asks for", "to test the new checkout", "Needs a decision"]).await;
    shots(page, "card").await;
    assert_eq!(page.faults_of_access().await, Vec::<String>::new());
    press(page, "Approve").await;
    page.wait_for_words(&["Approved by", "@alex", "Under way"]).await;
    page.open("/as/sam/approvals").await;
    page.wait_for_words(&["Approved by", "@alex"]).await;
}

/// Dana sees it being made, and then how to log in, without touching the page.
async fn watch(page: &Page, bot: &Bot) {
    page.open("/as/dana/dm").await;
    bot.cluster.progress(2, 4, "waiting for the SSH banner");
    page.wait_for_words(&["2 of 4", "waiting for the SSH banner"]).await;
    shots(page, "progress").await;
    bot.cluster.ready();
    page.wait_for_words(&["is ready", "ssh -p 42022 dana@127.0.0.1"]).await;
    page.wait_for_words(&["Active.", "All good"]).await;
    shots(page, "ready").await;
    assert_eq!(page.faults_of_access().await, Vec::<String>::new());
}

/// The warning comes by itself and carries what can be done; more time is asked for and granted.
async fn extend(page: &Page, bot: &Bot) {
    bot.clock.advance(TimeDelta::hours(49));
    page.wait_for_words(&["ends in about", "Extend", "Release now"]).await;
    shots(page, "warning").await;
    press(page, "Extend").await;
    page.wait_for("dialog[open] form.ask").await;
    page.keys("2d").await;
    page.key(Key::Tab).await;
    page.keys("the demo was moved to Friday").await;
    shots(page, "extend").await;
    press(page, "Send request").await;
    page.wait_for("dialog:not([open])").await;
    page.wait_for_words(&["More time was asked for"]).await;

    page.open("/as/sam/approvals").await;
    page.wait_for_words(&["asks for", "more for", "the demo was moved to Friday", "Needs a decision"]).await;
    press(page, "Approve").await;
    page.wait_for_words(&["more for", "Approved by", "@sam"]).await;
    shots(page, "approvals").await;
    page.open("/as/dana/dm").await;
    page.wait_for_words(&["was extended by"]).await;
}

#[tokio::test]
async fn the_main_job_from_request_to_purge() {
    let Some(browser) = Browser::start().await else { return };
    let bot = Bot::start().await;
    let page = Page { client: browser.client.clone(), base: bot.base.clone() };
    page.size(DESKTOP, false).await;
    ask(&page).await;
    approve(&page).await;
    watch(&page, &bot).await;
    extend(&page, &bot).await;
    press(&page, "Release now").await;
    page.wait_for_words(&["Purged at"]).await;
    page.wait_for_words(&["and everything in it is gone"]).await;
    shots(&page, "purged").await;
    let words = "return [...document.querySelectorAll('.msg .what')].map((one) => one.innerText)";
    let before = page.script(words).await;
    page.open("/as/dana/dm").await;
    assert_eq!(page.script(words).await, before, "the page says the same after a reload");
    browser.close().await;
    bot.stop().await;
}
