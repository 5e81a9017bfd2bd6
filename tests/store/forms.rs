//! Posts that one process has, forms that are being filled in, and one-time codes.

use chrono::TimeDelta;
use sublet::ports::store::{Code, Draft};
use tokio::task::JoinSet;

use crate::{
    engines::Place,
    support::samples::{minute as at, person_id},
};

pub async fn a_post_is_one_process_s_until_its_time_is_over(place: Place) {
    let lead = async |holder: &str, now| {
        let until = at(now) + TimeDelta::seconds(15);
        place.change(async |tx| tx.lead("gateway", holder, at(now), until).await.unwrap()).await
    };
    assert!(lead("one", 0).await);
    assert!(!lead("two", 0).await, "it is the other's");
    assert!(lead("one", 0).await, "kept");
    assert!(lead("two", 1).await, "a minute later the other's time is over");
    assert!(!lead("one", 1).await);
    place.change(async |tx| tx.resign("gateway", "one").await.unwrap()).await;
    assert!(!lead("one", 1).await, "only its own post can be given back");
    place.change(async |tx| tx.resign("gateway", "two").await.unwrap()).await;
    let mut all = JoinSet::new();
    for number in 0..8 {
        let place = place.clone();
        all.spawn(async move {
            let (holder, until) = (format!("process {number}"), at(2) + TimeDelta::seconds(15));
            let mut tx = place.store.begin().await.unwrap();
            // A database may also say that somebody else was faster.
            let led = tx.lead("gateway", &holder, at(2), until).await;
            led.is_ok_and(|leads| leads) && tx.commit().await.is_ok()
        });
    }
    let leaders = all.join_all().await.into_iter().filter(|leads| *leads).count();
    assert_eq!(leaders, 1);
}

pub async fn a_draft_is_kept_until_it_is_sent_or_old(place: Place) {
    let draft = |id: &str, value: &str| Draft {
        id: id.to_owned(),
        person: person_id("dana"),
        path: vec!["env".to_owned(), "request".to_owned()],
        values: vec![("for".to_owned(), value.to_owned())],
        hidden: vec![("template".to_owned(), "web".to_owned())],
    };
    let find_since = async |id: &str, old| place.look(async |tx| tx.draft(id, at(old)).await.unwrap()).await;
    let find = async |id: &str| find_since(id, 0).await;
    let save = async |draft: &Draft, now, old| {
        place.change(async |tx| tx.save_draft(draft, at(now), at(old)).await.unwrap()).await;
    };
    save(&draft("a", "3d"), 1, 0).await;
    save(&draft("a", "2d"), 2, 0).await;
    assert_eq!(find("a").await, Some(draft("a", "2d")));
    save(&draft("b", "1d"), 5, 2).await;
    assert!(find("a").await.is_some(), "it was saved at that moment, not before");
    save(&draft("c", "1d"), 6, 3).await;
    assert_eq!(find("a").await, None);
    place.change(async |tx| tx.forget_draft("b").await.unwrap()).await;
    assert_eq!(find("b").await, None);
    assert!(find_since("c", 6).await.is_some());
    assert_eq!(find_since("c", 7).await, None, "too old, though nobody cleared it away");
}

pub async fn a_code_is_good_once_and_for_a_while(place: Place) {
    let code =
        |digest: &str, who| Code { digest: digest.to_owned(), person: person_id(who), expires_at: at(10) };
    let take =
        async |digest: &str, now| place.change(async |tx| tx.take_code(digest, at(now)).await.unwrap()).await;
    place
        .change(async |tx| {
            tx.save_code(&code("a", "dana"), at(0)).await.unwrap();
            tx.save_code(&code("b", "erin"), at(0)).await.unwrap();
            tx.save_code(&code("c", "dana"), at(0)).await.unwrap();
        })
        .await;
    assert_eq!(take("x", 1).await, None);
    assert_eq!(take("a", 1).await, Some(person_id("dana")));
    assert_eq!(take("a", 1).await, None, "once");
    assert_eq!(take("b", 9).await, Some(person_id("erin")));
    assert_eq!(take("c", 10).await, None, "too late");
}
