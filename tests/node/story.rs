//! Asked for, approved, made, used, kept apart, restarted, extended, released, and gone.

use std::{collections::BTreeSet, net::TcpListener, thread, time::Duration};

use crate::{
    login::{Access, Key},
    world::{World, until},
};

/// What the card says while it is made.
const STEPS: [&str; 6] = [
    "waiting for the controller",
    "waiting for its volume",
    "finding a node for it",
    "pulling its image",
    "starting it",
    "waiting for its SSH server",
];

#[test]
fn from_the_request_to_the_purge() {
    let Some(mut world) = World::start() else { return };
    world.is_counted();
    let (name, key) = world.asks("dana", "web", "cpu=300m memory=200Mi storage=64Mi");
    let stranger = Key::make(world.folder(), "stranger");
    until("the card", || world.sees("dana").contains("Waiting for an approver.").then_some(()));
    assert!(!world.kubectl(&["-n", &world.namespace, "get", "environments"]).unwrap().contains(&name));
    world.tells_room();
    world.says("ada", &format!("/env approve {name}"));
    told_as_it_is_made(&world, &name);
    let access = world.access("dana", &name);

    assert_eq!(
        key.run(&access, "echo hello from $(whoami) at $(hostname)").unwrap(),
        format!("hello from dev at {name}")
    );
    let refused = stranger.run(&access, "true").unwrap_err();
    assert!(refused.contains("Permission denied (publickey)"), "{refused}");
    what_was_asked_is_what_there_is(&key, &access);
    nobody_else_is_near(&world, &name, &key, &access);
    what_is_on_the_volume_stays(&world, &name, &key, &access);

    // The program may die while something is made: it goes on, and is told afterwards.
    let (other, other_key) = world.asks("omar", "web", "cpu=100m memory=64Mi storage=16Mi");
    until("the card", || world.sees("omar").contains("Waiting for an approver.").then_some(()));
    world.says("ada", &format!("/env approve {other}"));
    until("the making is told", || {
        let text = world.sees("omar");
        STEPS.into_iter().find(|step| text.contains(step))
    });
    world.crashes_and_comes_back();
    let other_access = world.access("omar", &other);
    other_key.run(&other_access, "true").unwrap();
    assert_eq!(world.access("dana", &name), access, "the address stays");

    extended(&world, &name, &key, &access);
    released(&world, &name, &key, &access);
    other_key.run(&other_access, "true").unwrap();
    released(&world, &other, &other_key, &other_access);
}

/// The card is rewritten with each step, until it says how to log in.
fn told_as_it_is_made(world: &World, name: &str) {
    let mut steps = BTreeSet::new();
    for _ in 0..1200 {
        let text = world.sees("dana");
        steps.extend(STEPS.into_iter().filter(|step| text.contains(step)));
        if text.contains("is ready. You can log in:") {
            break;
        }
        thread::sleep(Duration::from_millis(50));
    }
    assert!(steps.len() >= 2, "of {name} was told only {steps:?}");
    let table = world.kubectl(&["-n", &world.namespace, "get", "environments"]).unwrap();
    assert!(
        table.lines().any(|line| {
            let mut words = line.split_whitespace();
            words.next() == Some(name) && words.any(|word| word == "Ready")
        }),
        "{table}"
    );
}

/// Processor, memory and volume are limited as they were asked, by the kernel.
fn what_was_asked_is_what_there_is(key: &Key, access: &Access) {
    let memory =
        "cat /sys/fs/cgroup/memory/memory.limit_in_bytes 2>/dev/null || cat /sys/fs/cgroup/memory.max";
    assert_eq!(key.run(access, memory).unwrap(), (200 << 20).to_string());
    let cpu = "if [ -e /sys/fs/cgroup/cpu.max ]; then cat /sys/fs/cgroup/cpu.max; \
               else cd /sys/fs/cgroup/cpu && echo $(cat cpu.cfs_quota_us) $(cat cpu.cfs_period_us); fi";
    assert_eq!(key.run(access, cpu).unwrap(), "30000 100000", "three tenths of a processor");
    let size = key.run(access, "df -B1 --output=size work | tail -1").unwrap();
    let size: u64 = size.trim().parse().unwrap();
    assert!((32 << 20..=64 << 20).contains(&size), "a volume of {size} bytes");
    let full = key.run(access, "head -c 80M /dev/zero > work/big; s=$?; rm work/big; exit $s");
    assert!(full.unwrap_err().contains("No space left on device"));
    let rights =
        "id -u; grep -c . /proc/self/status; grep -E 'CapEff|CapBnd|NoNewPrivs|Seccomp:' /proc/self/status";
    let rights = key.run(access, rights).unwrap();
    for right in
        ["1000\n", "CapEff:\t0000000000000000", "CapBnd:\t0000000000000000", "NoNewPrivs:\t1", "Seccomp:\t2"]
    {
        assert!(rights.contains(right), "“{right}” is missing in:\n{rights}");
    }
    let token = key.run(access, "ls /var/run/secrets/kubernetes.io 2>&1; true").unwrap();
    assert!(token.contains("No such file"), "{token}");
}

/// The environment reaches the outside, as it may, but neither another environment nor the cloud's metadata; and the
/// other one is no nearer to it by any of its addresses.
fn nobody_else_is_near(world: &World, name: &str, key: &Key, access: &Access) {
    let (near, near_key) = world.asks("dana", "box", "");
    let near_access = world.access("dana", &near);
    let outside = TcpListener::bind("0.0.0.0:0").unwrap();
    let port = outside.local_addr().unwrap().port();
    thread::spawn(move || {
        for stream in outside.incoming() {
            let _ = std::io::Write::write_all(&mut stream.unwrap(), b"outside\n");
        }
    });
    // As the node sees the machine of the tests: the gateway of the pod's way out is the node, whose own is the machine.
    let machine =
        world.kubectl(&["get", "nodes", "-o", "jsonpath={.items[0].status.addresses[0].address}"]).unwrap();
    let machine = format!("{}.1", machine.rsplit_once('.').unwrap().0);
    let reach = |host: &str, port: u16| {
        format!(
            "timeout 4 bash -c 'exec 3<>/dev/tcp/{host}/{port} && head -n 1 <&3' 2>/dev/null || echo nothing"
        )
    };
    until("it reaches the outside", || {
        (key.run(access, &reach(&machine, port)).ok()? == "outside").then_some(())
    });

    let of = |what: &str, name: &str, path: &str| {
        let label = format!("sublet.dev/environment={name}");
        world
            .kubectl(&["get", what, "-A", "-l", &label, "-o", &format!("jsonpath={{.items[0]{path}}}")])
            .unwrap()
    };
    let pod = of("pods", &near, ".status.podIP");
    let service = of("services", &near, ".spec.clusterIP");
    for (what, host, port) in [
        ("the other's pod", pod.as_str(), 2222),
        ("the other's service", service.as_str(), 22),
        ("the other's node port", near_access.host.as_str(), near_access.port),
        ("the cloud's metadata", "169.254.169.254", 80),
        ("the API server", "10.96.0.1", 443),
    ] {
        assert_eq!(
            key.run(access, &reach(host, port)).unwrap(),
            "nothing",
            "{name} reaches {what} at {host}:{port}"
        );
    }
    let own = of("pods", name, ".status.podIP");
    assert_eq!(near_key.run(&near_access, &reach(&own, 2222)).unwrap(), "nothing", "{near} reaches {name}");
    released(world, &near, &near_key, &near_access);
}

/// A pod that goes comes back with the same data, address and host key.
fn what_is_on_the_volume_stays(world: &World, name: &str, key: &Key, access: &Access) {
    key.run(access, "echo precious > work/note && sync").unwrap();
    let namespace = world.field(name, ".status.namespace");
    let pods = ["-n", namespace.as_str(), "get", "pods", "-o", "jsonpath={.items[*].metadata.uid}"];
    let before = world.kubectl(&pods).unwrap();
    world.kubectl(&["-n", &namespace, "delete", "pods", "--all", "--wait=true"]).unwrap();
    let read = until("the pod is back", || key.run(access, "cat work/note").ok());
    assert_eq!(read, "precious");
    assert_ne!(world.kubectl(&pods).unwrap(), before, "it is another pod");
}

/// More time is seen by everybody who looks into the cluster, and takes nothing away.
fn extended(world: &World, name: &str, key: &Key, access: &Access) {
    let ends =
        || world.kubectl(&["-n", &world.namespace, "get", "environment", name, "--no-headers"]).unwrap();
    let end = |line: &str| {
        line.split_whitespace().find_map(|word| word.parse::<chrono::DateTime<chrono::Utc>>().ok())
    };
    let before = until("the end is known", || end(&ends()));
    world.says("dana", &format!("/env extend {name} for=1d the review was moved"));
    world.says("omar", &format!("/env approve {name}"));
    let after = until("the new end", || end(&ends()).filter(|after| *after != before));
    assert_eq!(after - before, chrono::TimeDelta::days(1));
    assert_eq!(key.run(access, "cat work/note").unwrap(), "precious");
}

/// Everything is gone: the resource, the namespace, the volume, the address.
fn released(world: &World, name: &str, key: &Key, access: &Access) {
    let namespace = world.field(name, ".status.namespace");
    let volumes = || {
        let path =
            format!("jsonpath={{.items[?(@.spec.claimRef.namespace==\"{namespace}\")].metadata.name}}");
        world.kubectl(&["get", "persistentvolumes", "-o", &path]).unwrap()
    };
    let had = volumes();
    world.says("dana", &format!("/env release {name}"));
    world.says("omar", &format!("/env release {name}"));
    until("the last notice", || {
        let all = [world.sees("dana"), world.sees("omar")].concat();
        all.contains(&format!("{name} and everything in it is gone")).then_some(())
    });
    // Gone was told: from now on nothing may be there, not even for a moment.
    for what in
        [vec!["get", "namespace", &namespace], vec!["-n", &world.namespace, "get", "environment", name]]
    {
        let left = world.kubectl(&what).unwrap_err();
        assert!(left.contains("NotFound"), "{left}");
    }
    assert_eq!(volumes(), "", "of {had}");
    let refused = key.run(access, "true").unwrap_err();
    assert!(refused.contains("onnect"), "{refused}");
}
