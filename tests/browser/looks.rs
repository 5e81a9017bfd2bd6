//! How the console looks and feels: pictures, the keyboard alone, live news, and the accessibility checker.

use fantoccini::{Locator, key::Key};
use sublet::{
    domain::ids::PersonId,
    ports::chat::{Block, Button, Chat, Message, MessageRef, Posting, Room, Style, Text, Tone},
};

use crate::{
    driver::Browser,
    page::{DESKTOP, PHONE, Page},
    world::Bot,
};

/// The narrowest window that must do without scrolling sideways.
const NARROW: (u32, u32) = (320, 640);

async fn start() -> Option<(Browser, Bot, Page)> {
    let browser = Browser::start().await?;
    let bot = Bot::start().await;
    let page = Page { client: browser.client.clone(), base: bot.base.clone() };
    page.size(DESKTOP, false).await;
    Some((browser, bot, page))
}

async fn stop(browser: Browser, bot: Bot) {
    browser.close().await;
    bot.stop().await;
}

fn dana() -> Room {
    Room::Direct(PersonId::parse("per_dana").unwrap())
}

async fn post(bot: &Bot, room: &Room, key: &str, message: &Message) -> MessageRef {
    bot.console.post(Posting::new(room, key, message)).await.unwrap()
}

fn button(label: &str, line: &str, style: Style) -> Block {
    Block::Actions(vec![Button { label: label.into(), line: line.into(), style }])
}

fn message(summary: &str, tone: Tone, blocks: Vec<Block>) -> Message {
    Message { summary: summary.into(), tone, blocks }
}

/// One message of every tone and every block.
fn samples() -> Vec<Message> {
    let now = "2026-11-24T17:00:00Z".parse().unwrap();
    let alex = PersonId::parse("per_alex").unwrap();
    let size = || {
        vec![
            ("Size".to_owned(), Text::plain("cpu 2, memory 4Gi, storage 10Gi")),
            ("For".to_owned(), Text::plain("3 days, until ").time(now)),
            ("Reason".to_owned(), Text::plain("to test the new checkout with the payment team")),
        ]
    };
    vec![
        message("hello", Tone::Plain, vec![Block::Paragraph(Text::plain("A plain answer with ").code("/env list").and(" in it."))]),
        message("asks", Tone::Asking, vec![
            Block::Heading(Text::default().person(&alex, "Alex Lindqvist").and(" asks for ").strong("web-7k3f")),
            Block::Fields(size()),
            Block::Actions(vec![
                Button { label: "Approve".into(), line: "/help".into(), style: Style::Primary },
                Button { label: "Reject".into(), line: "/env list".into(), style: Style::Danger },
                Button { label: "Details".into(), line: "/help".into(), style: Style::Plain },
            ]),
        ]),
        message("working", Tone::Working, vec![
            Block::Heading(Text::plain("web-7k3f")),
            Block::Progress { done: 2, total: 4, step: "waiting for the SSH banner".into() },
        ]),
        message("good", Tone::Good, vec![
            Block::Paragraph(Text::default().strong("web-7k3f").and(" is ready. You can log in:")),
            Block::Code("ssh -p 42022 dana@127.0.0.1 -o UserKnownHostsFile=~/.ssh/known_hosts_sublet -o IdentitiesOnly=yes".into()),
            Block::Note(Text::plain("Host key ").code("SHA256:Qq0uLr0fWq0v6k3F7xWZr8hQ6sYw2bN4mEJ1c5tD9aA")),
        ]),
        message("ends soon", Tone::Warning, vec![
            Block::Paragraph(Text::default().strong("web-7k3f").and(" ends at ").time(now).and(".")),
            Block::Actions(vec![
                Button { label: "Extend".into(), line: "/env request".into(), style: Style::Primary },
                Button { label: "Release now".into(), line: "/env list".into(), style: Style::Danger },
            ]),
        ]),
        message("failed", Tone::Bad, vec![
            Block::Paragraph(Text::plain("Provisioning failed: the port was taken.")),
            button("Retry", "/env list", Style::Primary),
        ]),
        message("over", Tone::Over, vec![
            Block::Heading(Text::plain("data-2p9x")),
            Block::List(vec!["one thing".into(), "another thing".into()]),
        ]),
    ]
}

#[tokio::test]
async fn it_looks_good_and_is_accessible_at_every_size() {
    let Some((browser, bot, page)) = start().await else { return };
    page.open("/as/dana/dm").await;
    let mut faults = Vec::new();
    let sizes = [("phone", PHONE), ("desktop", DESKTOP)];
    for dark in [false, true] {
        for (name, size) in sizes {
            page.size(size, dark).await;
            page.shot(&format!("empty-{name}-{}", if dark { "dark" } else { "light" })).await;
            faults.extend(page.faults_of_access().await);
        }
    }
    for (at, sample) in samples().iter().enumerate() {
        post(&bot, &dana(), &format!("sample-{at}"), sample).await;
    }
    page.wait_for_words(&["data-2p9x"]).await;
    for dark in [false, true] {
        for (name, size) in sizes {
            page.size(size, dark).await;
            page.open("/as/dana/dm").await;
            page.shot(&format!("cards-{name}-{}", if dark { "dark" } else { "light" })).await;
            faults.extend(page.faults_of_access().await);
            page.script("document.getElementById('scroll').scrollTop = 0").await;
            page.shot(&format!("cards-top-{name}-{}", if dark { "dark" } else { "light" })).await;
        }
    }
    page.size(NARROW, false).await;
    assert_eq!(page.overhang().await, 0, "no scrolling sideways in a narrow window");
    assert!(faults.is_empty(), "{faults:#?}");
    stop(browser, bot).await;
}

#[tokio::test]
async fn completion_is_chosen_with_the_keyboard() {
    let Some((browser, bot, page)) = start().await else { return };
    page.open("/as/dana/dm").await;
    page.keys("/env re").await;
    page.wait_for("#options:not([hidden]) [role=option]").await;
    page.shot("completion-desktop-light").await;
    assert_eq!(page.faults_of_access().await, Vec::<String>::new());
    page.key(Key::Down).await;
    page.wait_for("#line[aria-activedescendant=option-0]").await;
    page.key(Key::Tab).await;
    page.wait_for_path("//li[@role='option'][contains(., 'web')]").await;
    let line = page.script("return document.getElementById('line').value").await;
    assert_eq!(line, "/env request ");
    page.key(Key::Escape).await;
    page.wait_for("#options[hidden]").await;
    stop(browser, bot).await;
}

#[tokio::test]
async fn a_form_opens_is_filled_in_and_says_what_is_wrong_without_a_mouse() {
    let Some((browser, bot, page)) = start().await else { return };
    page.open("/as/dana/dm").await;
    page.keys("/key add").await;
    page.key(Key::Escape).await;
    page.key(Key::Enter).await;
    page.wait_for("dialog[open] form.ask").await;
    page.shot("form-desktop-light").await;
    page.size(PHONE, true).await;
    page.shot("form-phone-dark").await;
    assert_eq!(page.faults_of_access().await, Vec::<String>::new());
    page.size(DESKTOP, false).await;
    // The focus is in the dialog, in the first field, and Tab does not leave the dialog.
    let inside = "return document.activeElement.closest('dialog') !== null";
    assert_eq!(page.script(inside).await, true);
    page.wait_for("dialog textarea").await.send_keys("not a key").await.unwrap();
    page.wait_for("dialog button[type=submit]")
        .await
        .send_keys(&String::from(char::from(Key::Enter)))
        .await
        .unwrap();
    page.wait_for("dialog [aria-invalid=true]").await;
    page.shot("form-wrong-desktop-light").await;
    assert_eq!(page.faults_of_access().await, Vec::<String>::new());
    page.key(Key::Escape).await;
    page.wait_for("dialog:not([open])").await;
    let focus = "return document.activeElement.id";
    assert_eq!(page.script(focus).await, "line");
    stop(browser, bot).await;
}

#[tokio::test]
async fn long_answers_and_long_forms_fit() {
    let Some((browser, bot, page)) = start().await else { return };
    page.open("/as/dana/dm").await;
    for (line, words) in
        [("/help", "/env request"), ("/template list", "web"), ("/env requst web", "request")]
    {
        page.say(line).await;
        page.wait_for_words(&["Sublet", words]).await;
    }
    page.wait_for_path("//li[contains(@class,'msg')][6]").await;
    page.shot("answers-desktop-light").await;
    assert_eq!(page.faults_of_access().await, Vec::<String>::new());
    page.say("/env request").await;
    page.wait_for("dialog[open] select").await;
    page.shot("request-desktop-light").await;
    page.size(NARROW, true).await;
    page.shot("request-narrow-dark").await;
    assert_eq!(page.overhang().await, 0, "no scrolling sideways in a narrow window");
    assert_eq!(page.faults_of_access().await, Vec::<String>::new());
    stop(browser, bot).await;
}

#[tokio::test]
async fn news_arrive_by_themselves_and_are_the_same_after_a_reload() {
    let Some((browser, bot, page)) = start().await else { return };
    page.open("/as/dana/dm").await;
    let first = message("first", Tone::Working, vec![Block::Paragraph("The first news.".into())]);
    let at = post(&bot, &dana(), "first", &first).await;
    page.wait_for_words(&["The first news."]).await;
    let second = message("second", Tone::Plain, vec![Block::Paragraph("The second news.".into())]);
    post(&bot, &dana(), "second", &second).await;
    page.wait_for_words(&["The second news."]).await;
    let changed = message("changed", Tone::Good, vec![Block::Paragraph("The first news, changed.".into())]);
    bot.console.rewrite(&at, &changed).await.unwrap();
    page.wait_for_words(&["The first news, changed."]).await;
    let request = message("asks", Tone::Asking, vec![Block::Paragraph("A request.".into())]);
    post(&bot, &Room::Approvers, "request", &request).await;
    page.wait_for("#mark-alex-approvals:not([hidden])").await;

    let words = "return [...document.querySelectorAll('.msg .what')].map((one) => one.innerText)";
    let before = page.script(words).await;
    assert_eq!(before.as_array().unwrap().len(), 2, "{before}");
    page.open("/as/dana/dm").await;
    assert_eq!(page.script(words).await, before, "the page says the same after a reload");
    page.open("/as/alex/approvals").await;
    page.wait_for_words(&["A request."]).await;
    page.open("/as/dana/dm").await;
    let mark = page.client.find(Locator::Id("mark-alex-approvals")).await.unwrap();
    assert!(!mark.is_displayed().await.unwrap(), "what was seen is not marked any more");
    stop(browser, bot).await;
}

#[tokio::test]
async fn letters_that_are_kept_are_shown_to_whom_they_are_written() {
    let Some((browser, bot, page)) = start().await else { return };
    page.client.goto(&format!("{}/as/dana/mail", page.base)).await.unwrap();
    page.wait_for_path("//h2[contains(., '[Sublet] web-7k3f is ready')]").await;
    page.shot("mail-desktop-light").await;
    assert_eq!(page.faults_of_access().await, Vec::<String>::new());
    page.size(PHONE, true).await;
    page.shot("mail-phone-dark").await;
    assert_eq!(page.faults_of_access().await, Vec::<String>::new());
    page.client.goto(&format!("{}/as/alex/mail", page.base)).await.unwrap();
    page.wait_for_path("//h2[contains(., 'No letters yet')]").await;
    stop(browser, bot).await;
}
