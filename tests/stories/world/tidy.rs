//! How a story must end: nothing undelivered, every card as the database says, no button that leads nowhere,
//! and what exists knows when it ends.

use sublet::{
    actions::{stories, work::Work},
    cards::{extension, offer, quota, request, story::Story},
    domain::ids::{ExtensionId, LeaseId, RequestId, WishId},
    ports::chat::Message,
};

use super::{
    World,
    chat::{Posted, buttons},
};

impl World {
    /// Sees that the story ended tidily.
    pub async fn ends(&self) {
        self.settles().await;
        let waiting = self.looks().await.waiting(100).await.expect("what waits");
        let keys: Vec<String> = waiting.iter().map(|queued| queued.effect.key()).collect();
        let (expected, why) = self.left.unwrap_or((0, "nothing was said to stay"));
        assert_eq!(keys.len(), expected, "effects are undelivered ({why}): {keys:#?}");
        for posted in self.outside.chat.messages() {
            if let Some(about) = posted.key.strip_prefix("card/").filter(|_| !posted.deleted) {
                self.card_is_true(about, &posted).await;
            } else if !posted.deleted {
                self.buttons_live(&posted).await;
            }
        }
        for made in self.outside.cluster.made() {
            let mut tx = self.looks().await;
            let lease = tx.lease(&made.spec.lease).await.expect("a lease").expect("what exists has a lease");
            assert_ne!(lease.phase.word(), "gone", "{} is said to be gone, and is not", lease.name);
            if matches!(lease.phase.word(), "active" | "grace") {
                assert_eq!(made.spec.ends_at, lease.ends_at(), "{} exists with another end", lease.name);
            }
        }
    }

    /// A warning or a reminder offers nothing that its card does not offer.
    async fn buttons_live(&self, posted: &Posted) {
        if buttons(&posted.message).next().is_none() {
            return;
        }
        let about = posted.key.split('/').find_map(RequestId::parse);
        let lease = posted.key.split('/').find_map(LeaseId::parse);
        let extension = posted.key.split('/').find_map(ExtensionId::parse);
        let mut work = Work::look(&self.engine.world).await.expect("a transaction");
        let request = match (about, lease, extension) {
            (Some(request), ..) => request,
            (_, Some(id), _) => work.tx.lease(&id).await.expect("a lease").expect("it is there").request,
            (.., Some(id)) => work.tx.extension(&id).await.expect("one").expect("it is there").request,
            // A page names no id, and only tells.
            (None, None, None) => return,
        };
        let story = stories::find(&mut work, &request).await.expect("a story").expect("it is there");
        assert_eq!(
            posted.message,
            offer::renewed(&posted.message, &story),
            "a dead button on {}",
            posted.key
        );
    }

    async fn card_is_true(&self, about: &str, posted: &Posted) {
        let mut parts = about.split('/');
        let (subject, audience) = (parts.next().unwrap_or_default(), parts.next().unwrap_or_default());
        let mut work = Work::look(&self.engine.world).await.expect("a transaction");
        if let Some(id) = WishId::parse(subject) {
            let wish = work.tx.wish(&id).await.expect("a wish").expect("it is there");
            let people = work.people().await.expect("people");
            assert_eq!(posted.message, quota::for_approvers(&wish, &people), "a card is not true");
            return;
        }
        let held = subject.split_once('.').and_then(|(lease, _)| LeaseId::parse(lease));
        let request = match ExtensionId::parse(subject) {
            None if held.is_some() => {
                let lease = work.tx.lease(&held.expect("an id")).await.expect("a lease");
                lease.expect("it is there").request
            }
            Some(id) => work.tx.extension(&id).await.expect("an extension").expect("it is there").request,
            None => RequestId::parse(subject).expect("the subject of a card"),
        };
        let story = stories::find(&mut work, &request).await.expect("a story").expect("it is there");
        let Some(expected) = expected(&story, subject, audience) else { return };
        assert_eq!(posted.message, expected, "a card does not say what is the case");
        let over = story.request.state.word() != "pending"
            && story.lease.as_ref().is_none_or(|lease| lease.phase.word() == "gone");
        let dead = over && buttons(&posted.message).next().is_some();
        assert!(!dead, "a card of something that is over has buttons: {:?}", posted.message);
    }
}

/// What a card should say now; `None` for an extension after which another was asked for.
fn expected(story: &Story, subject: &str, audience: &str) -> Option<Message> {
    if ExtensionId::parse(subject).is_some() {
        let latest = story.extension.as_ref().filter(|extension| extension.id.as_str() == subject)?;
        return Some(extension::for_approvers(story, latest));
    }
    if subject.contains('.') {
        return Some(request::for_owner(story));
    }
    Some(match audience {
        "requester" => request::for_requester(story),
        _ => request::for_approvers(story),
    })
}
