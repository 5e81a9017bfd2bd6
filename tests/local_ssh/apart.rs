//! What an environment cannot see or touch. Where the kernel allows no namespaces, that must be said.

use crate::world::{World, namespaced, spec, text};

#[tokio::test(flavor = "multi_thread")]
async fn neither_other_environments_nor_the_host_can_be_seen() {
    let world = World::new().await;
    let ada = world.key("ada");
    let (one, two) = (world.ready(&spec(1, &[&ada])).await, world.ready(&spec(2, &[&ada])).await);
    if !namespaced(&one) {
        assert!(one.isolation.unwrap().starts_with("Not kept apart from the host"));
        return;
    }
    let secret = world.folder.path().join("secret");
    std::fs::write(&secret, "the host's").unwrap();
    world
        .run(
            &two,
            &ada,
            "echo mine > /home/dev/note; echo mine > /tmp/note; nohup sleep 987 >/dev/null 2>&1 &",
        )
        .await;

    let own = world.run(&two, &ada, "grep -lsa 'sl[e]ep.987' /proc/[0-9]*/cmdline | wc -l").await;
    assert_eq!(text(&own.stdout), "1\n", "what one environment must not see, the other does");

    let looked = format!(
        "hostname; whoami; pwd; ls /home /tmp; cat {} {}; ls {}; ls /root /etc/shadow; \
         grep -lsa 'sl[e]ep.987' /proc/[0-9]*/cmdline | wc -l; \
         env | cut -d= -f1 | sort | tr '\\n' ' '",
        secret.display(),
        world.config.folder.join("*/home/note").display(),
        world.config.folder.display(),
    );
    let seen = world.run(&one, &ada, &looked).await;
    assert_eq!(
        text(&seen.stdout),
        "web-0001\ndev\n/home/dev\n/home:\ndev\n\n/tmp:\n0\n\
         HOME LOGNAME OLDPWD PATH PWD SHELL SHLVL SUBLET_LEASE SUBLET_NAME USER _ ",
        "{}",
        text(&seen.stderr)
    );
    assert_eq!(text(&seen.stderr).matches("No such file or directory").count(), 5, "{}", text(&seen.stderr));
    world.cluster.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_host_cannot_be_changed_and_no_privilege_is_left() {
    let world = World::new().await;
    let ada = world.key("ada");
    let access = world.ready(&spec(1, &[&ada])).await;
    if !namespaced(&access) {
        return;
    }
    let tried = "for try in 'touch /usr/x' 'touch /etc/x' 'touch /x' 'mount -t tmpfs x /tmp' 'chown 0 .' \
         'kill -9 1' 'tee /proc/sys/kernel/core_pattern' 'tee /proc/sysrq-trigger' 'hostname x' \
         'ip link set lo down' 'cat /proc/1/environ' 'ls /proc/1/cwd/'; \
         do sh -c \"$try\" </dev/null >/dev/null 2>&1 && echo \"$try\"; done; \
         grep -E 'CapEff|CapPrm|NoNewPrivs' /proc/self/status; kill -0 1 2>/dev/null; hostname";
    let seen = world.run(&access, &ada, tried).await;
    assert_eq!(
        text(&seen.stdout).replace('\t', " ").lines().filter(|line| *line != "kill -9 1").collect::<Vec<_>>(),
        ["CapPrm: 0000000000000000", "CapEff: 0000000000000000", "NoNewPrivs: 1", "web-0001"],
    );
    world.cluster.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn logins_of_one_environment_share_it() {
    let world = World::new().await;
    let ada = world.key("ada");
    let access = world.ready(&spec(1, &[&ada])).await;
    world.run(&access, &ada, "echo shared > /tmp/sublet-test-note; nohup sleep 654 >/dev/null 2>&1 &").await;
    if !namespaced(&access) {
        return;
    }
    let seen = world
        .run(&access, &ada, "cat /tmp/sublet-test-note; grep -lsa 'sl[e]ep.654' /proc/[0-9]*/cmdline | wc -l")
        .await;
    assert_eq!(text(&seen.stdout), "shared\n1\n");
    world.cluster.close().await;
}
