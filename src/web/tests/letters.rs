//! The page of letters: each person's own, escaped, and only where letters are kept.

use async_trait::async_trait;

use super::*;

/// One letter to `dana@example.org`, and a second one once there is news.
struct TwoLetters {
    news: std::sync::atomic::AtomicBool,
}

#[async_trait]
impl Letters for TwoLetters {
    async fn to(&self, address: &str) -> anyhow::Result<Vec<Kept>> {
        let letter = |at: &str, subject: &str| {
            let text = format!("Hello,\n\n<script>alert('{subject}')</script>\n");
            anyhow::Ok(Kept { at: at.parse()?, subject: subject.to_owned(), text })
        };
        let mut letters = vec![letter("2026-11-21T12:00:00Z", "web-1 is ready")?];
        if self.news.load(std::sync::atomic::Ordering::SeqCst) {
            letters.push(letter("2026-11-21T13:00:00Z", "web-1 <b> ends soon")?);
        }
        Ok(if address == "dana@example.org" { letters } else { Vec::new() })
    }
}

async fn kept() -> (Web, Arc<TwoLetters>) {
    let letters = Arc::new(TwoLetters { news: false.into() });
    let settings = Settings { letters: Some(letters.clone()), ..Settings::default() };
    (Web { settings: Arc::new(settings), ..web().await }, letters)
}

#[tokio::test]
async fn a_letter_is_shown_to_its_reader_alone() {
    let (web, _) = kept().await;
    let page = read(&web, "/as/dana/mail").await;
    assert!(page.contains("web-1 is ready"), "{page}");
    assert!(page.contains("13:00</time>"), "in the reader's zone: {page}");
    assert!(!page.contains("<script>") && page.contains("&#60;script&#62;alert("), "{page}");
    for (path, empty) in [("/as/dave/mail", true), ("/as/alex/mail", true), ("/as/dana/dm", false)] {
        let other = read(&web, path).await;
        assert!(!other.contains("web-1"), "{path}: {other}");
        assert_eq!(other.contains("No letters yet"), empty, "{path}: {other}");
    }
}

#[tokio::test]
async fn an_open_page_hears_of_a_new_letter() {
    let (web, letters) = kept().await;
    assert!(read(&web, "/as/dana/mail").await.contains("hx-get=\"/as/dana/mail?known=1\""));
    assert_eq!(status(&web, "/as/dana/mail?known=1").await, StatusCode::NO_CONTENT);
    letters.news.store(true, std::sync::atomic::Ordering::SeqCst);
    let page = read(&web, "/as/dana/mail?known=1").await;
    assert!(page.contains("web-1 &#60;b&#62; ends soon") && page.contains("known=2"), "{page}");
}

#[tokio::test]
async fn where_letters_are_sent_there_is_no_such_page() {
    let link = "href=\"/as/dana/mail\"";
    let web = web().await;
    assert_eq!(status(&web, "/as/dana/mail").await, StatusCode::NOT_FOUND);
    assert!(!read(&web, "/as/dana/dm").await.contains(link));
    let (web, _) = kept().await;
    assert!(read(&web, "/as/dana/dm").await.contains(link));
    assert_eq!(status(&web, "/as/nobody/mail").await, StatusCode::NOT_FOUND);
}
