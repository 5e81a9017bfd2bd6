//! Several controllers: one leads and another takes over; and were two ever to work at once, nothing would break.

use std::{
    sync::{Arc, Mutex},
    time::Duration,
};

use k8s_openapi::api::core::v1::Secret;
use serde_json::json;
use sublet::cluster::kubernetes::{
    controller::{leader::lead, standing::Standing},
    names,
    resource::Phase,
    settings::Leading,
};
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use super::{
    proxy::{Proxy, Trouble},
    stage::{Stage, until},
};

/// Who works now, in the order in which they began.
#[derive(Clone, Default)]
struct AtWork(Arc<Mutex<Vec<&'static str>>>);

impl AtWork {
    fn now(&self) -> Vec<&'static str> {
        self.0.lock().unwrap().clone()
    }

    async fn is(&self, who: &[&str]) {
        until(&format!("{who:?} work"), async || {
            let now = self.now();
            if now == who { Ok(()) } else { Err(format!("{now:?}")) }
        })
        .await;
    }
}

/// A candidate that does nothing but hold the Lease.
fn candidate(
    stage: &Stage,
    door: &Proxy,
    who: &'static str,
    at_work: &AtWork,
) -> (CancellationToken, JoinHandle<()>) {
    let (stop, at_work) = (CancellationToken::new(), at_work.clone());
    let (client, home, stopped) = (door.client(), stage.home().to_owned(), stop.clone());
    let task = tokio::spawn(async move {
        let leading = Leading { lease: "controller".to_owned(), duration: Duration::from_secs(6) };
        let work = |lost: CancellationToken| {
            let at_work = at_work.clone();
            async move {
                at_work.0.lock().unwrap().push(who);
                lost.cancelled().await;
                at_work.0.lock().unwrap().retain(|other| *other != who);
            }
        };
        lead(client, &home, &leading, who, stopped, &Standing::default(), work).await;
    });
    (stop, task)
}

#[tokio::test]
async fn one_leads_and_another_takes_over() {
    let Some(stage) = Stage::without_controller(Duration::from_secs(600)).await else { return };
    let at_work = AtWork::default();
    let (first, first_ends) = candidate(&stage, &stage.proxy, "first", &at_work);
    at_work.is(&["first"]).await;
    let (second, second_ends) = candidate(&stage, &stage.proxy, "second", &at_work);
    tokio::time::sleep(Duration::from_secs(8)).await;
    assert_eq!(at_work.now(), ["first"], "it renews, so that nobody takes over");
    // Whoever is told to stop gives the Lease back.
    first.cancel();
    first_ends.await.unwrap();
    at_work.is(&["second"]).await;
    // Whoever is killed holds it no longer than it lasts.
    let (_third, third_ends) = candidate(&stage, &stage.proxy, "third", &at_work);
    second_ends.abort();
    at_work.is(&["second", "third"]).await;
    drop(second);
    third_ends.abort();
}

#[tokio::test]
async fn who_cannot_reach_the_api_server_stops_before_another_begins() {
    let Some(stage) = Stage::without_controller(Duration::from_secs(600)).await else { return };
    let at_work = AtWork::default();
    let (_first, first_ends) = candidate(&stage, &stage.proxy, "first", &at_work);
    at_work.is(&["first"]).await;
    stage.proxy.begin(Trouble::Silent);
    at_work.is(&[]).await;
    stage.proxy.end();
    at_work.is(&["first"]).await;
    first_ends.abort();
}

#[tokio::test]
async fn two_that_work_at_once_do_no_harm() {
    let Some(stage) = Stage::new(Duration::from_secs(2)).await else { return };
    let another = stage.another();
    let asked = stage.ask("web", json!({})).await;
    let _greeter = stage.bring_up(&asked).await;
    let ready = stage.phase("web", Phase::Ready).await;
    let secret: Secret = stage.child(&asked, names::SECRET).await;
    until("both are quiet", async || {
        tokio::time::sleep(Duration::from_secs(3)).await;
        let busy = stage.proxy.came().into_iter().filter(|came| came.writes()).count();
        if busy == 0 { Ok(()) } else { Err(format!("{busy} writes")) }
    })
    .await;
    let after: Secret = stage.child(&asked, names::SECRET).await;
    assert_eq!(after.data, secret.data, "one host key, whoever made it");
    assert_eq!(stage.phase("web", Phase::Ready).await.ssh, ready.ssh);
    another.stop().await;
}
