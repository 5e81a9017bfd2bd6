//! From the wish to “ready”, through failure and another try; and quiet when there is nothing to do.

use std::{
    sync::atomic::{AtomicUsize, Ordering},
    time::Duration,
};

use chrono::TimeDelta;
use k8s_openapi::api::core::v1::{Namespace, Secret};
use kube::{Api, ResourceExt};
use serde_json::json;
use sublet::cluster::kubernetes::{names, resource::Phase};

use super::{
    proxy::{Came, Trouble},
    stage::{Stage, until},
};

const RARELY: Duration = Duration::from_secs(600);

#[tokio::test]
async fn an_environment_is_ready_when_its_ssh_server_answers_and_not_before() {
    let Some(stage) = Stage::new(RARELY).await else { return };
    let asked = stage.ask("web", json!({})).await;
    let waits = stage.status("web", "its pod is waited for", |status| status.progress.is_some()).await;
    assert_eq!(waits.phase, Some(Phase::Provisioning));
    stage.run_pod(&asked).await;
    let waits = stage
        .status("web", "only the answer is missing", |status| {
            status.progress.as_ref().is_some_and(|steps| steps.done + 1 == steps.total)
        })
        .await;
    assert_eq!(waits.phase, Some(Phase::Provisioning), "{waits:?}");
    let greeter = stage.greet(&asked).await;
    let ready = stage.phase("web", Phase::Ready).await;
    let ssh = ready.ssh.unwrap();
    assert_eq!((ssh.host.as_str(), ssh.user.as_str()), ("127.0.0.1", "dev"));
    assert_eq!(ready.observed_generation, Some(1));
    let secret: Secret = stage.child(&asked, names::SECRET).await;
    let public = &secret.data.unwrap()[&format!("{}.pub", names::HOST_KEY_FILE)];
    assert_eq!(str::from_utf8(&public.0).unwrap().trim(), ssh.host_key);
    drop(greeter);
}

#[tokio::test]
async fn a_failure_has_a_cause_and_another_try_can_succeed() {
    let Some(stage) = Stage::new(RARELY).await else { return };
    stage.ask("web", json!({ "deadlineSeconds": 60 })).await;
    stage.status("web", "it has begun", |status| status.started_at.is_some()).await;
    stage.clock.advance(TimeDelta::seconds(61));
    stage.touch("web").await;
    let failed = stage.phase("web", Phase::Failed).await;
    let message = failed.message.unwrap();
    assert!(message.contains("1 minute"), "{message}");
    let degraded = failed.conditions.iter().find(|condition| condition.type_ == "Degraded").unwrap();
    assert_eq!(degraded.status, "True");
    stage.change("web", json!({ "attempt": 2 })).await;
    let again = stage.status("web", "the next try has begun", |status| status.attempt == Some(2)).await;
    assert_eq!(again.phase, Some(Phase::Provisioning), "{again:?}");
    let asked = stage.place.environments().get("web").await.unwrap();
    let _greeter = stage.bring_up(&asked).await;
    stage.phase("web", Phase::Ready).await;
}

#[tokio::test]
async fn what_cannot_be_made_says_why_and_is_made_once_it_can() {
    let Some(stage) = Stage::new(RARELY).await else { return };
    let asked = stage.ask("web", json!({ "container": { "ports": { "extra": 2222 } } })).await;
    let refused = stage.phase("web", Phase::Failed).await;
    assert!(refused.message.unwrap().contains("give each a port of its own"));
    let namespaces = Api::<Namespace>::all(stage.client());
    assert!(namespaces.get_opt(&names::namespace(&asked)).await.unwrap().is_none());
    stage.change("web", json!({ "container": { "ports": { "extra": 8080 } } })).await;
    stage.phase("web", Phase::Provisioning).await;
}

#[tokio::test]
async fn in_the_steady_state_nothing_is_written_and_almost_nothing_asked() {
    let every = Duration::from_secs(3);
    let Some(stage) = Stage::new(every).await else { return };
    let mut greeters = Vec::new();
    for name in ["one", "two", "three"] {
        let asked = stage.ask(name, json!({})).await;
        greeters.push(stage.bring_up(&asked).await);
    }
    for name in ["one", "two", "three"] {
        stage.phase(name, Phase::Ready).await;
    }
    until("it is quiet", async || {
        tokio::time::sleep(every).await;
        let busy = stage.proxy.came().into_iter().filter(|came| came.writes()).count();
        if busy == 0 { Ok(()) } else { Err(format!("{busy} writes")) }
    })
    .await;
    tokio::time::sleep(every * 3).await;
    let (headroom, came): (Vec<Came>, Vec<Came>) =
        stage.proxy.came().into_iter().partition(Came::counts_headroom);
    // It is counted once a minute, and told then.
    assert!(headroom.len() <= 2, "{headroom:?}");
    let writes: Vec<_> = came.iter().filter(|came| came.writes()).collect();
    assert!(writes.is_empty(), "{writes:?}");
    let reads = came.into_iter().filter(|came| !came.watches());
    let (secrets, others): (Vec<Came>, Vec<Came>) =
        reads.partition(|came| came.what.ends_with("/secrets/ssh"));
    // Three environments, and some three looks each; the window may hold one more.
    assert!((3..=12).contains(&secrets.len()), "{secrets:?}");
    // The claim that is not bound has its warnings asked for.
    assert!(others.iter().all(|came| came.what.contains("/events?")), "{others:?}");
}

#[tokio::test]
async fn a_change_of_the_spec_is_made_without_losing_anything() {
    let Some(stage) = Stage::new(RARELY).await else { return };
    let asked = stage.ask("web", json!({})).await;
    let _greeter = stage.bring_up(&asked).await;
    let before = stage.phase("web", Phase::Ready).await;
    let claims = stage.children::<k8s_openapi::api::core::v1::PersistentVolumeClaim>(&asked);
    let claim = claims.get("web").await.unwrap();
    let other = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAABAgMEBQYHCAkKCwwNDg8QERITFBUWFxgZGhscHR4f two";
    stage.change("web", json!({ "authorizedKeys": [other], "endsAt": "2030-01-01T00:00:00Z" })).await;
    let secrets = stage.children::<Secret>(&asked);
    until("the new key is there", async || {
        let data = secrets.get(names::SECRET).await.unwrap().data.unwrap();
        let keys = String::from_utf8(data["authorized_keys"].0.clone()).unwrap();
        if keys.contains(other) && !keys.contains(super::stage::KEY) { Ok(()) } else { Err(keys) }
    })
    .await;
    let after =
        stage.status("web", "the change was seen", |status| status.observed_generation == Some(2)).await;
    assert_eq!(after.ssh, before.ssh, "neither the address nor the host key has changed");
    assert_eq!(claims.get("web").await.unwrap().uid(), claim.uid());
}

/// After a restart everything is asked about at once, before all that is there was read.
#[tokio::test]
async fn after_a_restart_every_environment_is_looked_at() {
    let Some(mut stage) = Stage::new(RARELY).await else { return };
    let names: Vec<String> = (0..24).map(|number| format!("web-{number}")).collect();
    for name in &names {
        stage.ask(name, json!({ "endsAt": "2030-01-01T00:00:00Z" })).await;
    }
    for name in &names {
        stage.status(name, "it was looked at", |status| status.observed_generation == Some(1)).await;
    }
    stage.stop().await;
    for name in &names {
        stage.change(name, json!({ "endsAt": "2030-01-02T00:00:00Z" })).await;
    }
    // All of them wait for the pods; then these are there.
    let pods = "/api/v1/pods";
    stage.proxy.begin(Trouble::Without(pods));
    stage.proxy.came();
    stage.start();
    let asked = AtomicUsize::new(0);
    until("the pods were asked for again", async || {
        let came = stage.proxy.came().iter().filter(|came| came.what.starts_with(pods)).count();
        let asked = asked.fetch_add(came, Ordering::Relaxed) + came;
        if asked > 1 { Ok(()) } else { Err(format!("{asked} times")) }
    })
    .await;
    stage.proxy.end();
    for name in &names {
        stage.status(name, &format!("{name} is looked at again"), |s| s.observed_generation == Some(2)).await;
    }
}
