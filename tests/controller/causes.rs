//! Why an environment does not get on: the words before its deadline, and after it.

use serde_json::json;
use sublet::cluster::kubernetes::{controller::gathered::Banner, resource::Phase};

use crate::world::{World, pod, running, unscheduled, waiting, with};

/// What is told of a world before and after its deadline.
fn told(change: impl Fn(&mut World)) -> String {
    let mut world = World::new();
    world.look();
    change(&mut world);
    let step = world.at(599).look().progress.unwrap().step;
    let failed = world.at(600).look();
    assert_eq!(failed.phase, Some(Phase::Failed));
    let degraded = failed.conditions.iter().find(|condition| condition.type_ == "Degraded").unwrap();
    let message = failed.message.unwrap();
    assert_eq!((degraded.status.as_str(), &degraded.message), ("True", &message));
    assert!(message.contains(&step), "{step} | {message}");
    format!("{}: {message}\n", degraded.reason)
}

#[test]
fn what_keeps_a_pod_from_starting_is_told() {
    let image = "failed to pull and unpack image \"registry.example/web:1\": not found";
    let warning = "storageclass.storage.k8s.io \"fast\" not found";
    let mut all = String::new();
    for (reason, message) in [
        ("ErrImagePull", image.to_owned()),
        (
            "ImagePullBackOff",
            format!("Back-off pulling image \"registry.example/web:1\": ErrImagePull: {image}"),
        ),
        ("InvalidImageName", "couldn't parse image name".to_owned()),
        ("CreateContainerConfigError", "secret \"ssh\" not found".to_owned()),
    ] {
        all += &told(|world| {
            world.bound().there.pods = vec![pod(&waiting(reason, &message), false)];
        });
    }
    all += &told(|world| {
        let words = "0/2 nodes are available: 2 Insufficient cpu. preemption: 0/2 nodes are available.";
        world.bound().there.pods = vec![unscheduled(words)];
    });
    all += &told(|world| {
        world.there.pods = vec![unscheduled("0/2 nodes: pod has unbound immediate PersistentVolumeClaims.")];
        world.there.warnings = vec![warning.to_owned()];
    });
    all += &told(|world| world.there.warnings = vec![warning.to_owned()]);
    all += &told(|world| {
        let message = "pods \"web-1\" is forbidden: exceeded quota: team, requested: cpu=2, used: cpu=4, limited: cpu=4";
        let condition = json!([{ "type": "ReplicaFailure", "status": "True", "message": message }]);
        world.bound().there.deployment = Some(with(
            world.there.deployment.as_ref().unwrap(),
            json!({ "status": { "conditions": condition } }),
        ));
    });
    insta::assert_snapshot!(all, @r#"
    ImageNotPulled: its image registry.example/web:1 cannot be pulled: failed to pull and unpack image "registry.example/web:1": not found (it was to be ready within 10 minutes)
    ImageNotPulled: its image registry.example/web:1 cannot be pulled: failed to pull and unpack image "registry.example/web:1": not found (it was to be ready within 10 minutes)
    ImageNotPulled: its image registry.example/web:1 cannot be pulled: couldn't parse image name (it was to be ready within 10 minutes)
    ContainerRefused: its container cannot be started: secret "ssh" not found (it was to be ready within 10 minutes)
    DoesNotFit: it does not fit on any node: 0/2 nodes are available: 2 Insufficient cpu (it was to be ready within 10 minutes)
    VolumeNotBound: there is no volume for it (storage class standard): storageclass.storage.k8s.io "fast" not found (it was to be ready within 10 minutes)
    VolumeNotBound: there is no volume for it (storage class standard): storageclass.storage.k8s.io "fast" not found (it was to be ready within 10 minutes)
    QuotaExceeded: a quota of the cluster is used up: pods "web-1" is forbidden: exceeded quota: team, requested: cpu=2, used: cpu=4, limited: cpu=4 (it was to be ready within 10 minutes)
    "#);
}

#[test]
fn what_ends_a_container_is_told() {
    let mut all = String::new();
    let ended = json!({ "exitCode": 1, "reason": "Error", "message": "starting\nno host keys\n\n" });
    all += &told(|world| {
        let crash = json!({ "state": { "waiting": { "reason": "CrashLoopBackOff" } }, "lastState": { "terminated": ended }, "imageID": "x" });
        world.bound().there.pods = vec![pod(&crash, false)];
        world.there.last_line = Some("sshd: no hostkeys available -- exiting.".to_owned());
    });
    all += &told(|world| {
        let crash = json!({ "state": { "terminated": ended }, "imageID": "x" });
        world.bound().there.pods = vec![pod(&crash, false)];
    });
    all += &told(|world| {
        let crash = json!({ "state": { "running": {} }, "lastState": { "terminated": { "exitCode": 137, "reason": "OOMKilled" } }, "imageID": "x" });
        world.bound().there.pods = vec![pod(&crash, false)];
    });
    all += &told(|world| {
        let evicted = json!({ "status": { "phase": "Failed", "reason": "Evicted", "message": "The node was low on resource: memory." } });
        world.bound().there.pods = vec![with(&pod(&running(), false), evicted)];
    });
    insta::assert_snapshot!(all, @"
    CrashLoop: its container ends by itself (code 1); the last that it printed: sshd: no hostkeys available -- exiting. (it was to be ready within 10 minutes)
    CrashLoop: its container ends by itself (code 1); the last that it printed: no host keys (it was to be ready within 10 minutes)
    OutOfMemory: it needs more memory than its 1Gi and was ended for it (OOMKilled) (it was to be ready within 10 minutes)
    Evicted: its node had to end it: The node was low on resource: memory. (it was to be ready within 10 minutes)
    ");
}

#[test]
fn what_keeps_people_out_is_told() {
    let mut all = String::new();
    all += &told(|world| {
        world.bound().allotted().rolled_out().there.pods = vec![pod(&running(), true)];
        world.there.banner = Some(Banner::Silent("connection refused".to_owned()));
    });
    all += &told(|world| {
        world.bound().allotted().rolled_out().there.pods = vec![pod(&running(), true)];
        world.there.nodes.clear();
    });
    all += &told(|world| world.there.refused = Some("the API server refuses the Service: quota".to_owned()));
    all += &told(|_| {});
    insta::assert_snapshot!(all, @"
    NotAnswering: no SSH server answers at 192.0.2.1:30022: connection refused (it was to be ready within 10 minutes)
    NoAddress: there is no node with an address to tell; set the host under which nodes are reached (it was to be ready within 10 minutes)
    Refused: the API server refuses the Service: quota (it was to be ready within 10 minutes)
    BindingVolume: it was not ready within 10 minutes; it is still waiting for its volume
    ");
}
