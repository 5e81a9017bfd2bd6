//! Start, restart, failure, removal.

use std::{process::Stdio, time::Duration};

use sublet::{
    cluster::local::{LocalCluster, LocalConfig, OpenError},
    ports::cluster::{Cluster, Observed},
};
use tokio::{io::AsyncReadExt, net::TcpListener};

use crate::world::{DEADLINE, World, plain, spec, text};

#[tokio::test(flavor = "multi_thread")]
async fn a_restart_keeps_port_host_key_and_files() {
    let mut world = World::new().await;
    let ada = world.key("ada");
    let wanted = spec(1, &[&ada]);
    let before = world.ready(&wanted).await;
    world.run(&before, &ada, "echo kept > note").await;
    world.reopen().await;
    let after = world.until_ready(&wanted.lease).await;
    assert_eq!(after, before);
    assert_eq!(text(&world.run(&after, &ada, "cat note").await.stdout), "kept\n");
    world.cluster.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn one_folder_is_for_one_process() {
    let world = World::new().await;
    let refused = LocalCluster::open(world.config.clone()).await.err().unwrap();
    assert!(matches!(refused, OpenError::InUse(_)), "{refused}");
    world.cluster.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn only_loopback_is_listened_on() {
    let folder = tempfile::tempdir().unwrap();
    let mut config = LocalConfig::new(folder.path());
    config.host = "0.0.0.0".parse().unwrap();
    let refused = LocalCluster::open(config).await.err().unwrap();
    assert!(refused.to_string().contains("loopback only"), "{refused}");
}

async fn removal_ends_a_live_session_and_leaves_nothing(world: World) {
    let ada = world.key("ada");
    let wanted = spec(1, &[&ada]);
    let access = world.ready(&wanted).await;
    // One that the client waits for, one that ignores hanging up, one that has left its session.
    let mut client = world.ssh(&access, &ada);
    let mut client = client
        .arg("trap '' HUP TERM; nohup sleep 321 & setsid sleep 321 & echo in; sleep 321; echo on; sleep 321")
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    client.stdout.as_mut().unwrap().read_exact(&mut [0; 3]).await.unwrap();
    assert!(!with_mark(wanted.lease.as_str()).is_empty());

    let mut seen = world.cluster.remove(&wanted.lease).await.unwrap();
    while matches!(seen, Observed::Leaving(_)) {
        seen = world.until(&wanted.lease, |_| true).await;
    }
    assert_eq!(seen, Observed::Absent);
    tokio::time::timeout(DEADLINE, client.wait()).await.expect("the session lives on").unwrap();
    assert_eq!(with_mark(wanted.lease.as_str()), [0_u32; 0]);
    assert!(!world.config.folder.join(wanted.lease.as_str()).exists());
    assert!(world.cluster.leases().await.unwrap().is_empty());
    TcpListener::bind((access.host.as_str(), access.port)).await.expect("the port is free");
    world.cluster.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn removal_leaves_nothing() {
    removal_ends_a_live_session_and_leaves_nothing(World::new().await).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn removal_leaves_nothing_without_namespaces() {
    removal_ends_a_live_session_and_leaves_nothing(World::with(plain).await).await;
}

/// Processes of this machine that belong to a lease, as anybody who may look sees them.
fn with_mark(lease: &str) -> Vec<u32> {
    let mark = format!("SUBLET_LEASE={lease}");
    let marked = |pid: &u32| {
        std::fs::read(format!("/proc/{pid}/environ"))
            .is_ok_and(|environ| environ.split(|b| *b == 0).any(|part| part == mark.as_bytes()))
    };
    let pids = std::fs::read_dir("/proc").unwrap();
    pids.filter_map(|entry| entry.unwrap().file_name().to_str()?.parse().ok()).filter(marked).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn closing_ends_sessions_and_processes_but_keeps_the_folder() {
    let world = World::new().await;
    let ada = world.key("ada");
    let wanted = spec(1, &[&ada]);
    let access = world.ready(&wanted).await;
    let mut client = world.ssh(&access, &ada);
    let mut client = client.arg("echo in; sleep 432").stdout(Stdio::piped()).spawn().unwrap();
    client.stdout.as_mut().unwrap().read_exact(&mut [0; 3]).await.unwrap();
    world.cluster.close().await;
    tokio::time::timeout(DEADLINE, client.wait()).await.expect("the session lives on").unwrap();
    assert_eq!(with_mark(wanted.lease.as_str()), [0_u32; 0]);
    assert!(world.config.folder.join(wanted.lease.as_str()).join("home").exists());
    assert!(world.cluster.apply(&wanted).await.is_err(), "closed is closed");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_full_range_of_ports_is_said_and_passes() {
    let held = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = held.local_addr().unwrap().port();
    let world = World::with(|config| config.ports = port..=port).await;
    let ada = world.key("ada");
    let wanted = spec(1, &[&ada]);
    world.cluster.apply(&wanted).await.unwrap();
    let seen = world.until(&wanted.lease, |seen| matches!(seen, Observed::Failed(_))).await;
    let Observed::Failed(why) = seen else { unreachable!() };
    assert!(why.contains(&format!("no free port: all from {port} to {port} are taken")), "{why}");
    drop(held);
    assert_eq!(world.ready(&wanted).await.port, port);

    let next = spec(2, &[&ada]);
    world.cluster.apply(&next).await.unwrap();
    world.until(&next.lease, |seen| matches!(seen, Observed::Failed(_))).await;
    assert_eq!(world.cluster.remove(&wanted.lease).await.unwrap(), Observed::Absent);
    assert_eq!(world.ready(&next).await.port, port);
    world.cluster.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_folder_that_cannot_be_made_is_said_and_passes() {
    let world = World::new().await;
    let wanted = spec(1, &[&world.key("ada")]);
    let in_the_way = world.config.folder.join(wanted.lease.as_str());
    std::fs::write(&in_the_way, "").unwrap();
    world.cluster.apply(&wanted).await.unwrap();
    let seen = world.until(&wanted.lease, |seen| matches!(seen, Observed::Failed(_))).await;
    assert!(matches!(&seen, Observed::Failed(why) if why.contains("folder cannot be made")), "{seen:?}");
    std::fs::remove_file(in_the_way).unwrap();
    world.ready(&wanted).await;
    world.cluster.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_port_taken_during_a_restart_is_waited_for_not_replaced() {
    let mut world = World::new().await;
    let ada = world.key("ada");
    let wanted = spec(1, &[&ada]);
    let before = world.ready(&wanted).await;
    world.cluster.close().await;
    let thief = TcpListener::bind((before.host.as_str(), before.port)).await.unwrap();
    world.reopen().await;
    let seen = world.until(&wanted.lease, |seen| matches!(seen, Observed::Failed(_))).await;
    assert!(matches!(&seen, Observed::Failed(why) if why.contains("free it and retry")), "{seen:?}");
    drop(thief);
    assert_eq!(world.ready(&wanted).await, before);
    world.cluster.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn twenty_at_once_each_on_their_own() {
    let world = World::new().await;
    let ada = world.key("ada");
    let specs: Vec<_> = (1..=20).map(|number| spec(number, &[&ada])).collect();
    for wanted in &specs {
        world.cluster.apply(wanted).await.unwrap();
    }
    let mut ports = std::collections::BTreeSet::new();
    for wanted in &specs {
        let access = world.until_ready(&wanted.lease).await;
        let said = world.run(&access, &ada, "echo $SUBLET_NAME").await;
        assert_eq!(text(&said.stdout).trim(), wanted.name.as_str());
        ports.insert(access.port);
    }
    assert_eq!(ports.len(), 20);
    assert_eq!(world.cluster.leases().await.unwrap().len(), 20);
    let removals = specs.iter().map(|wanted| world.cluster.remove(&wanted.lease));
    for seen in futures_util::future::join_all(removals).await {
        assert!(matches!(seen.unwrap(), Observed::Absent | Observed::Leaving(_)));
    }
    for wanted in &specs {
        world.until(&wanted.lease, |seen| *seen == Observed::Absent).await;
    }
    world.cluster.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_removal_in_the_middle_of_a_start_leaves_nothing() {
    let world = World::new().await;
    let wanted = spec(1, &[&world.key("ada")]);
    for pause in 0..12 {
        world.cluster.apply(&wanted).await.unwrap();
        // Different moments of the start; whichever it is, the end must be the same.
        let _moment = tokio::time::timeout(Duration::from_millis(pause * 5), world.cluster.changed()).await;
        world.cluster.remove(&wanted.lease).await.unwrap();
        world.until(&wanted.lease, |seen| *seen == Observed::Absent).await;
        assert!(!world.config.folder.join(wanted.lease.as_str()).exists());
    }
    world.ready(&wanted).await;
    world.cluster.close().await;
}
