//! Who gets in, and who does not.

use sublet::ports::{Failure, cluster::Cluster};

use crate::world::{World, output, spec, ssh, text};

#[tokio::test(flavor = "multi_thread")]
async fn the_right_key_gets_in_and_another_does_not() {
    let world = World::new().await;
    let (ada, eve) = (world.key("ada"), world.key("eve"));
    let access = world.ready(&spec(1, &[&ada])).await;

    let inside = world.run(&access, &ada, "echo hello from $USER; exit 7").await;
    assert_eq!((inside.status.code(), text(&inside.stdout).as_str()), (Some(7), "hello from dev\n"));

    let outside = world.run(&access, &eve, "echo in").await;
    assert_eq!(outside.status.code(), Some(255));
    assert!(text(&outside.stderr).contains("Permission denied (publickey)"), "{}", text(&outside.stderr));
    assert!(outside.stdout.is_empty());
    world.cluster.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn every_type_of_key_that_is_accepted_gets_in() {
    let world = World::new().await;
    let keys = ["ed25519", "ecdsa", "rsa"].map(|kind| world.key_of(kind, kind));
    let access = world.ready(&spec(1, &keys.each_ref())).await;
    for key in &keys {
        let inside = world.run(&access, key, "echo in").await;
        assert_eq!(text(&inside.stdout), "in\n", "{}: {}", key.line, text(&inside.stderr));
    }
    world.cluster.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn another_user_name_is_refused() {
    let world = World::new().await;
    let ada = world.key("ada");
    let access = world.ready(&spec(1, &[&ada])).await;
    let known = world.folder.path().join("known");
    std::fs::write(&known, access.known_host()).unwrap();
    let refused = output(ssh(&access, &ada, &known, "root").arg("id")).await;
    assert!(text(&refused.stderr).contains("Permission denied (publickey)"), "{}", text(&refused.stderr));
    world.cluster.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_password_is_never_asked_for() {
    let world = World::new().await;
    let (ada, eve) = (world.key("ada"), world.key("eve"));
    let access = world.ready(&spec(1, &[&ada])).await;
    let mut client = world.ssh(&access, &eve);
    let said =
        output(client.args(["-v", "-o", "PreferredAuthentications=password,keyboard-interactive"])).await;
    let said = text(&said.stderr);
    assert!(
        said.contains("Authentications that can continue: publickey\n")
            || said.contains("continue: publickey\r\n"),
        "{said}"
    );
    world.cluster.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_client_refuses_another_host_key() {
    let world = World::new().await;
    let ada = world.key("ada");
    let (one, two) = (world.ready(&spec(1, &[&ada])).await, world.ready(&spec(2, &[&ada])).await);
    assert_ne!(one.host_key, two.host_key);
    let mut forged = one.clone();
    forged.host_key = two.host_key;
    let refused = world.run(&forged, &ada, "echo in").await;
    assert_eq!(refused.status.code(), Some(255));
    assert!(text(&refused.stderr).contains("Host key verification failed"), "{}", text(&refused.stderr));
    world.cluster.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_fingerprint_is_the_one_that_openssh_prints() {
    let world = World::new().await;
    let access = world.ready(&spec(1, &[&world.key("ada")])).await;
    let file = world.folder.path().join("host.pub");
    std::fs::write(&file, &access.host_key).unwrap();
    let printed = std::process::Command::new("ssh-keygen").arg("-lf").arg(&file).output().unwrap();
    assert_eq!(text(&printed.stdout).split(' ').nth(1), Some(access.fingerprint.as_str()));
    world.cluster.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_changed_key_list_applies_at_once_and_ends_the_sessions_of_a_removed_key() {
    let world = World::new().await;
    let (ada, bob) = (world.key("ada"), world.key("bob"));
    let mut wanted = spec(1, &[&ada]);
    let access = world.ready(&wanted).await;
    let mut live = world.ssh(&access, &ada);
    let mut live = live
        .arg("echo kept > note; echo in; exec sleep 600")
        .stdout(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    let mut first = [0; 3];
    tokio::io::AsyncReadExt::read_exact(live.stdout.as_mut().unwrap(), &mut first).await.unwrap();

    wanted.keys = vec![bob.line.clone()];
    world.cluster.apply(&wanted).await.unwrap();
    let ended = tokio::time::timeout(crate::world::DEADLINE, live.wait()).await.expect("still in").unwrap();
    assert_eq!(ended.code(), Some(255));
    assert_eq!(world.run(&access, &ada, "true").await.status.code(), Some(255));
    assert_eq!(text(&world.run(&access, &bob, "cat note").await.stdout), "kept\n");
    world.cluster.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_that_cannot_be_used_is_refused_with_the_reason() {
    let world = World::new().await;
    let mut wanted = spec(1, &[&world.key("ada")]);
    wanted.keys.push("ssh-ed25519 nonsense".to_owned());
    let refused = world.cluster.apply(&wanted).await.unwrap_err();
    assert!(matches!(&refused, Failure::Never { why } if why.starts_with("key 2")), "{refused}");
    assert!(world.cluster.leases().await.unwrap().is_empty());
    world.cluster.close().await;
}
