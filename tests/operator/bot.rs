//! The bot's side: what it writes for a lease, and what it reads in a status.

use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use kube::{Client, Config, ResourceExt, client::ClientBuilder};
use sublet::{
    clock::SystemClock,
    cluster::kubernetes::{
        bot::KubernetesCluster,
        client,
        resource::{Phase, Ssh, Status, Steps},
        settings::Access,
    },
    domain::{
        environment::{EnvironmentSpec, Progress},
        ids::LeaseId,
        template::Value,
    },
    ports::{
        Failure,
        cluster::{Cluster, Observed},
    },
};
use tokio::time::timeout;
use tower::ServiceBuilder;

use crate::world::{PATIENCE, Place, generation, spec};

/// Waits until the bot sees what is expected.
async fn until(
    bot: &KubernetesCluster,
    lease: &LeaseId,
    what: &str,
    so: impl Fn(&Observed) -> bool,
) -> Observed {
    let mut last = None;
    let waiting = async {
        loop {
            let seen = bot.observe(lease).await.unwrap();
            if so(&seen) {
                return seen;
            }
            last = Some(seen);
            bot.changed().await;
        }
    };
    let seen = timeout(PATIENCE, waiting).await;
    seen.unwrap_or_else(|_| panic!("never {what}; last it was {last:?}"))
}

fn words(failure: &Failure) -> &str {
    failure.why()
}

fn ssh() -> Ssh {
    Ssh {
        host: "203.0.113.7".to_owned(),
        port: 30022,
        user: "dev".to_owned(),
        host_key: "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIBRyAp5yGZcyRsNoZkREkJ1TbUeJXAGrpgqmsVWPDGlM"
            .to_owned(),
        fingerprint: "SHA256:abc".to_owned(),
    }
}

/// A status about the present generation and try.
async fn about(place: &Place, spec: &EnvironmentSpec, phase: Phase) -> Status {
    let there = place.look(&spec.name).await;
    Status {
        observed_generation: generation(&there),
        attempt: Some(there.spec.attempt),
        phase: Some(phase),
        ..Status::default()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_asked_is_written_once() {
    let Some(place) = Place::new().await else { return };
    let (bot, mut spec) = (place.bot(), spec(1));
    assert_eq!(bot.leases().await.unwrap(), []);
    bot.apply(&spec).await.unwrap();
    let there = place.look(&spec.name).await;
    insta::assert_snapshot!(
        serde_json::to_string_pretty(&there.spec).unwrap().replace(spec.lease.as_str(), "LEASE"),
        @r#"
    {
      "lease": "LEASE",
      "owner": "dana@example.org",
      "template": "web",
      "size": {
        "cpu": "1500m",
        "memory": "512Mi",
        "storage": "1Gi"
      },
      "parameters": {
        "debug": "true",
        "engine": "postgres"
      },
      "authorizedKeys": [
        "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIBRyAp5yGZcyRsNoZkREkJ1TbUeJXAGrpgqmsVWPDGlM one"
      ],
      "deadlineSeconds": 120,
      "attempt": 1,
      "container": {
        "image": "registry.local/sublet-ssh:1",
        "user": "dev",
        "sshPort": 2222,
        "ports": {
          "http": 8080
        },
        "volume": "/home/dev/work",
        "env": {
          "LANG": "C.UTF-8"
        }
      }
    }
    "#
    );
    assert_eq!(there.labels()["sublet.dev/lease"], spec.lease.as_str());
    assert_eq!(bot.leases().await.unwrap(), std::slice::from_ref(&spec.lease));

    bot.apply(&spec).await.unwrap();
    assert_eq!(
        place.look(&spec.name).await.resource_version(),
        there.resource_version(),
        "nothing is written twice"
    );

    spec.ends_at = chrono::DateTime::from_timestamp_millis(1_900_000_000_123);
    spec.parameters.insert("storage".to_owned(), Value::Bytes(2 << 30));
    bot.apply(&spec).await.unwrap();
    let changed = place.look(&spec.name).await;
    assert_eq!(changed.spec.ends_at, spec.ends_at);
    assert_eq!(changed.spec.size.storage.as_deref(), Some("2Gi"));
    assert_eq!((changed.spec.attempt, generation(&changed)), (1, Some(2)));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_status_is_believed_as_far_as_it_is_about_what_was_asked_last() {
    let Some(place) = Place::new().await else { return };
    let (bot, mut spec) = (place.bot(), spec(1));
    let waiting = |seen: &Observed| matches!(seen, Observed::Working(progress) if progress.step == "waiting for the controller");
    assert_eq!(bot.observe(&spec.lease).await.unwrap(), Observed::Absent);
    bot.apply(&spec).await.unwrap();
    let seen = bot.observe(&spec.lease).await.unwrap();
    assert!(waiting(&seen), "at once, without waiting for news: {seen:?}");

    let steps = Steps { done: 2, total: 5, step: "pulling the image".to_owned() };
    let status = Status { progress: Some(steps), ..about(&place, &spec, Phase::Provisioning).await };
    place.report(&spec.name, status).await;
    let pulling = Progress { done: 2, total: 5, step: "pulling the image".to_owned() };
    until(&bot, &spec.lease, "pulling", |seen| *seen == Observed::Working(pulling.clone())).await;

    let status = Status { ssh: Some(ssh()), ..about(&place, &spec, Phase::Ready).await };
    place.report(&spec.name, status).await;
    let seen = until(&bot, &spec.lease, "ready", |seen| matches!(seen, Observed::Ready(_))).await;
    let Observed::Ready(access) = seen else { panic!("{seen:?}") };
    assert_eq!(access.command(), "ssh -p 30022 dev@203.0.113.7");
    assert!(access.isolation.is_some_and(|words| words.contains("container")));

    // What was reported is about another spec now.
    spec.keys.push(spec.keys[0].replace("one", "again"));
    bot.apply(&spec).await.unwrap();
    let seen = bot.observe(&spec.lease).await.unwrap();
    assert!(waiting(&seen), "{seen:?}");
    let status = Status { ssh: Some(ssh()), ..about(&place, &spec, Phase::Ready).await };
    place.report(&spec.name, status).await;
    until(&bot, &spec.lease, "ready again", |seen| matches!(seen, Observed::Ready(_))).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn after_a_failure_applying_again_tries_again() {
    let Some(place) = Place::new().await else { return };
    let (bot, spec) = (place.bot(), spec(1));
    bot.apply(&spec).await.unwrap();
    let why = "the image cannot be pulled";
    let status = Status { message: Some(why.to_owned()), ..about(&place, &spec, Phase::Failed).await };
    place.report(&spec.name, status.clone()).await;
    let failed = Observed::Failed(why.to_owned());
    until(&bot, &spec.lease, "failed", |seen| *seen == failed).await;

    bot.apply(&spec).await.unwrap();
    assert_eq!(place.look(&spec.name).await.spec.attempt, 2);
    let seen = bot.observe(&spec.lease).await.unwrap();
    assert!(matches!(seen, Observed::Working(_)), "the failure is that of the try before: {seen:?}");
    // The controller looks, and tells for a moment what it told before: still another try.
    let status = Status { observed_generation: Some(2), ..status };
    place.report(&spec.name, status).await;
    bot.changed().await;
    let seen = bot.observe(&spec.lease).await.unwrap();
    assert!(matches!(seen, Observed::Working(_)), "{seen:?}");
    bot.apply(&spec).await.unwrap();
    assert_eq!(place.look(&spec.name).await.spec.attempt, 2, "one failure, one more try");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_name_belongs_to_one_lease() {
    let Some(place) = Place::new().await else { return };
    let (bot, one) = (place.bot(), spec(1));
    bot.apply(&one).await.unwrap();
    let other = EnvironmentSpec { lease: spec(2).lease, ..one.clone() };
    let refused = bot.apply(&other).await.unwrap_err();
    assert!(matches!(refused, Failure::Never { .. }), "{refused:?}");
    assert!(
        words(&refused).starts_with("the name web-0001 is taken by an Environment of the lease lea_"),
        "{refused}"
    );

    place.finalizers(&one.name, &["sublet.dev/test"]).await;
    assert!(matches!(bot.remove(&one.lease).await.unwrap(), Observed::Leaving(_)));
    let refused = bot.apply(&one).await.unwrap_err();
    assert!(matches!(refused, Failure::Later { after: Some(_), .. }), "{refused:?}");
    assert_eq!(words(&refused), "an Environment web-0001 is still being removed");
}

#[tokio::test(flavor = "multi_thread")]
async fn removed_is_what_is_proven_gone() {
    let Some(place) = Place::new().await else { return };
    let (bot, one, two) = (place.bot(), spec(1), spec(2));
    assert_eq!(bot.remove(&one.lease).await.unwrap(), Observed::Absent);
    bot.apply(&one).await.unwrap();
    bot.apply(&two).await.unwrap();
    place.finalizers(&one.name, &["sublet.dev/test"]).await;

    assert!(matches!(bot.remove(&one.lease).await.unwrap(), Observed::Leaving(left) if !left.is_empty()));
    let left = vec!["the volume".to_owned(), "the namespace".to_owned()];
    let status = Status { left: left.clone(), ..about(&place, &one, Phase::Deleting).await };
    place.report(&one.name, status).await;
    until(&bot, &one.lease, "leaving", |seen| *seen == Observed::Leaving(left.clone())).await;
    assert_eq!(bot.remove(&one.lease).await.unwrap(), Observed::Leaving(left));

    place.finalizers(&one.name, &[]).await;
    until(&bot, &one.lease, "absent", |seen| *seen == Observed::Absent).await;
    assert_eq!(bot.remove(&one.lease).await.unwrap(), Observed::Absent);
    assert_eq!(bot.leases().await.unwrap(), std::slice::from_ref(&two.lease));

    // The same lease again is a new resource, and is seen at once.
    bot.apply(&one).await.unwrap();
    assert!(matches!(bot.observe(&one.lease).await.unwrap(), Observed::Working(_)));
    assert_eq!(bot.leases().await.unwrap().len(), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_cluster_refuses_is_told_in_words() {
    let Some(place) = Place::new().await else { return };
    let (bot, good) = (place.bot(), spec(1));
    bot.apply(&good).await.unwrap();
    let mut told = Vec::new();
    let mut refused = async |change: &dyn Fn(&mut EnvironmentSpec)| {
        let mut bad = good.clone();
        change(&mut bad);
        let refused = bot.apply(&bad).await.unwrap_err();
        assert!(matches!(refused, Failure::Never { .. }), "{refused:?}");
        told.push(words(&refused).to_owned());
    };
    refused(&|spec| drop(spec.parameters.insert("storage".into(), Value::Bytes(1 << 20)))).await;
    refused(&|spec| drop(spec.parameters.insert("cpu".into(), Value::Cpu(1)))).await;
    refused(&|spec| "omar@example.org".clone_into(&mut spec.owner)).await;
    refused(&|spec| drop(spec.parameters.remove("memory"))).await;
    refused(&|spec| drop(spec.parameters.insert("cpu".into(), Value::Text("many".into())))).await;
    refused(&|spec| drop(spec.parameters.remove("storage"))).await;
    refused(&|spec| spec.workload = None).await;
    insta::assert_snapshot!(told.join("\n"), @r#"
    the cluster does not take it: spec.size: storage cannot shrink
    the cluster does not take it: spec.size.cpu: cpu must be a quantity from 10m to 256
    the cluster does not take it: spec.owner: owner cannot be changed
    nothing says how much memory it gets
    its parameter “cpu” is not an amount
    its volume and its parameter “storage” do not belong together
    its template “web” does not say what runs in it: it was requested before the template named a container
    "#);
    assert_eq!(generation(&place.look(&good.name).await), Some(1), "nothing of it was written");

    let nowhere = Access { namespace: "nowhere".to_owned(), ..place.access.clone() };
    let bot = KubernetesCluster::open(place.client.clone(), &nowhere, Arc::new(SystemClock));
    let refused = bot.apply(&good).await.unwrap_err();
    insta::assert_snapshot!(words(&refused), @"the namespace nowhere is not in the cluster. An operator makes it: `kubectl create namespace nowhere`");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cluster_that_is_away_is_asked_again_later() {
    let Some(place) = Place::new().await else { return };
    let mut config = Config::new("https://127.0.0.1:9".parse().unwrap());
    config.accept_invalid_certs = true;
    let client = client::with_manners(config, Duration::from_secs(2)).unwrap();
    let bot = KubernetesCluster::open(client, &place.access, Arc::new(SystemClock));
    let spec = spec(1);
    for refused in [
        bot.apply(&spec).await.unwrap_err(),
        bot.observe(&spec.lease).await.unwrap_err(),
        bot.remove(&spec.lease).await.unwrap_err(),
        bot.leases().await.unwrap_err(),
    ] {
        assert!(matches!(refused, Failure::Later { .. }), "{refused:?}");
        assert!(words(&refused).contains("Connection refused"), "{refused}");
    }
}

/// A client that counts what it sends.
async fn counting(place: &Place) -> (Client, Arc<AtomicUsize>) {
    let sent = Arc::new(AtomicUsize::new(0));
    let kubeconfig = kube::config::Kubeconfig::read_from(place.access.kubeconfig.as_ref().unwrap()).unwrap();
    let config = Config::from_custom_kubeconfig(kubeconfig, &Default::default()).await.unwrap();
    let count = sent.clone();
    let layer = ServiceBuilder::new().map_request(move |request| {
        count.fetch_add(1, Ordering::Relaxed);
        request
    });
    (ClientBuilder::try_from(config).unwrap().with_layer(&layer.into_inner()).build(), sent)
}

#[tokio::test(flavor = "multi_thread")]
async fn looking_asks_nothing_of_the_cluster() {
    let Some(place) = Place::new().await else { return };
    let (client, sent) = counting(&place).await;
    let bot = KubernetesCluster::open(client, &place.access, Arc::new(SystemClock));
    assert_eq!(bot.leases().await.unwrap(), []);
    let first = sent.load(Ordering::Relaxed);
    assert!(first <= 2, "one list and one watch: {first}");
    for number in 1..=20 {
        bot.apply(&spec(number)).await.unwrap();
    }
    assert_eq!(sent.load(Ordering::Relaxed), first.max(2) + 40, "a look and a write for each");
    place.finalizers(&spec(1).name, &["sublet.dev/test"]).await;
    bot.remove(&spec(1).lease).await.unwrap();
    let settled = sent.load(Ordering::Relaxed);
    for _ in 0..500 {
        for number in 1..=20 {
            bot.observe(&spec(number).lease).await.unwrap();
        }
        bot.leases().await.unwrap();
        assert!(matches!(bot.remove(&spec(1).lease).await.unwrap(), Observed::Leaving(_)));
    }
    assert_eq!(sent.load(Ordering::Relaxed), settled);
}
