//! Versions of templates: each content has one number for ever, also when several keep it at once.

use sublet::domain::template::Template;

use crate::{
    engines::Place,
    support::samples::{at, template},
};

pub async fn each_content_has_one_number(place: Place) {
    let first = template("web");
    let second = Template { title: "Another web".to_owned(), ..first.clone() };
    let other = template("box");
    assert_eq!(keep(&place, &first, 1).await, 1);
    assert_eq!(keep(&place, &second, 2).await, 2);
    assert_eq!(keep(&place, &other, 3).await, 1, "each template counts by itself");
    assert_eq!(keep(&place, &first, 4).await, 1, "what comes back has its old number");
    let mut tx = place.store.read().await.unwrap();
    let versions = tx.template_versions("web").await.unwrap();
    let seen: Vec<_> = versions.iter().map(|version| (version.number, version.first_seen)).collect();
    assert_eq!(seen, [(1, at(1)), (2, at(2))]);
    assert_eq!(versions[1].digest, second.digest());
    assert_eq!(tx.template_version("web", 2).await.unwrap(), Some(second));
    assert_eq!(tx.template_version("web", 3).await.unwrap(), None);
    assert_eq!(tx.template_versions("nothing").await.unwrap(), []);
}

pub async fn several_who_keep_the_same_agree_on_its_number(place: Place) {
    let contents: Vec<Template> =
        (0..3).map(|number| Template { title: format!("Web {number}"), ..template("web") }).collect();
    let mut all = tokio::task::JoinSet::new();
    for content in contents.iter().cycle().take(12).cloned() {
        let store = place.store.clone();
        all.spawn(async move {
            loop {
                let mut tx = store.begin().await.unwrap();
                let kept = tx.keep_template(&content, at(0)).await;
                let Ok(number) = kept else { continue };
                if tx.commit().await.is_ok() {
                    return (content.title, number);
                }
            }
        });
    }
    let mut seen: Vec<(String, u32)> = all.join_all().await;
    seen.sort();
    seen.dedup();
    let mut numbers: Vec<u32> = seen.iter().map(|(_, number)| *number).collect();
    numbers.sort_unstable();
    assert_eq!(numbers, [1, 2, 3], "one number for each content: {seen:?}");
}

async fn keep(place: &Place, template: &Template, now: i64) -> u32 {
    place.change(async |tx| tx.keep_template(template, at(now)).await.unwrap()).await
}
