//! What holds for letters in a folder only.

use sublet::mail::{Folder, Transport};

use crate::contract::letter;
use crate::post::{Noon, open};

#[tokio::test]
async fn kept_letters_can_be_shown() {
    let folder = tempfile::tempdir().unwrap();
    let kept = Folder::at(folder.path());
    assert_eq!(Folder::at(folder.path().join("nowhere")).letters().await.unwrap(), []);

    let mail = open(Transport::Folder(folder.path().to_owned()));
    let mut second = letter("b");
    second.html = Some("<p>hello</p>".into());
    mail.send(&second).await.unwrap();
    mail.send(&letter("a")).await.unwrap();

    let letters = kept.letters().await.unwrap();
    let keys: Vec<&str> = letters.iter().map(|letter| letter.key.as_str()).collect();
    assert_eq!(keys, ["a", "b"], "at the same moment, by key");
    assert_eq!(letters[1].html, second.html);
    assert_eq!(letters[1].at, Noon::instant());
}

#[tokio::test]
async fn the_same_letter_twice_is_kept_once() {
    let folder = tempfile::tempdir().unwrap();
    let mail = open(Transport::Folder(folder.path().to_owned()));
    for _ in 0..2 {
        mail.send(&letter("lease/1/ready")).await.unwrap();
    }
    assert_eq!(Folder::at(folder.path()).letters().await.unwrap().len(), 1);
}

#[tokio::test]
async fn a_key_cannot_leave_the_folder() {
    let outer = tempfile::tempdir().unwrap();
    let inner = outer.path().join("letters");
    let mail = open(Transport::Folder(inner.clone()));
    mail.send(&letter("../escaped")).await.unwrap();
    assert_eq!(std::fs::read_dir(outer.path()).unwrap().count(), 1);
    assert_eq!(Folder::at(inner).letters().await.unwrap().len(), 1);
}

#[tokio::test]
async fn a_folder_that_went_away_is_asked_again_later() {
    let folder = tempfile::tempdir().unwrap();
    let mail = open(Transport::Folder(folder.path().join("letters")));
    std::fs::remove_dir(folder.path().join("letters")).unwrap();
    let failure = mail.send(&letter("lost")).await.unwrap_err();
    assert!(matches!(failure, sublet::ports::Failure::Later { .. }), "{failure:?}");
}
