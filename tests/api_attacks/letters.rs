//! Words of people that come by the API reach letters and messages as words, never as headers or mark-up.

use std::path::Path;

use sublet::{
    actions::{Caller, Inbound, Input, Outcome, performed},
    domain::person::Person,
    engine::Engine,
    mail::{self, Settings, Transport},
    ports::chat::Platform,
};

use crate::{
    support::databases::Database,
    world::{World, places},
};

const EVIL: &str =
    "late\r\nBcc: evil@example.org\r\nContent-Type: text/html\r\n\r\n<script>alert(1)</script>";

async fn by_api(world: &World, id: &str, who: &str, path: [&str; 2], values: &[(&str, &str)]) -> Outcome {
    let path = path.map(str::to_owned).to_vec();
    let values = values.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    let input = Input::Form { path, values };
    let caller = Caller::from(places::id(who));
    let inbound = Inbound { id: id.to_owned(), caller, platform: Platform::Api, input };
    performed(&world.engine.world, inbound).await.outcome
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_word_of_a_person_becomes_a_header_of_a_letter() {
    let database = Database::sqlite();
    let world = World::new(&database).await;
    let dana = world.person("dana").await;
    world.knows(&Person { name: format!("Dana {EVIL}"), ..dana }).await;
    let folder = tempfile::tempdir().expect("a folder");
    let transport = Transport::Folder(folder.path().to_owned());
    let settings = Settings { from: "Sublet <sublet@example.org>".to_owned(), transport };
    let sent = mail::open(&settings, world.outside.clock.clone()).expect("mail");
    let engine = world.outside.engine(&database.url, places::policy(), "mailing").await;
    let engine = Engine { mail: Some(sent), chats: Vec::new(), ..engine };
    let asked =
        by_api(&world, "one", "dana", ["env", "request"], &[("template", "web"), ("reason", EVIL)]).await;
    let Outcome::Done { touched: Some(request) } = asked else { panic!("{asked:?}") };
    engine.drain().await.expect("it drains");
    let rejected =
        by_api(&world, "two", "bob", ["env", "reject"], &[("subject", &request), ("reason", EVIL)]).await;
    assert!(matches!(rejected, Outcome::Done { .. }), "{rejected:?}");
    engine.drain().await.expect("it drains");
    assert!(heads(folder.path()) > 0, "a letter was sent");
    for kept in mail::Folder::at(folder.path()).letters().await.expect("the letters") {
        assert!(kept.text.contains("Bcc: evil@example.org"), "the words are kept: {}", kept.text);
        assert!(kept.html.is_none_or(|html| !html.contains("<script>")), "as words");
    }
}

/// Sees that no letter in the folder has a header of somebody else's; how many letters there are.
pub fn heads(folder: &Path) -> usize {
    let mut letters = 0;
    for file in std::fs::read_dir(folder).expect("the folder") {
        let path = file.expect("a file").path();
        if path.extension().is_none_or(|extension| extension != "eml") {
            continue;
        }
        let text = std::fs::read_to_string(&path).expect("a letter").replace("\r\n", "\n");
        let head = text.split_once("\n\n").expect("a head and a body").0.to_lowercase();
        letters += 1;
        let names: Vec<&str> = head.lines().filter_map(|line| Some(line.split_once(':')?.0)).collect();
        assert!(!names.contains(&"bcc"), "{head}");
        assert_eq!(names.iter().filter(|name| **name == "content-type").count(), 1, "{head}");
        assert_eq!(names.iter().filter(|name| **name == "to").count(), 1, "{head}");
    }
    letters
}
