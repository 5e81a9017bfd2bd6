//! What cannot be made: the cause reaches the person in words, and Retry tries again.

use crate::world::{World, until};

const CRASHES: &str = r#"
title = "Crashes"
provisioner = "kubernetes"
[lease]
default = "2h"
longest = "1d"
warnings = ["30m"]
grace = "30m"
ready_within = "12s"
[approval]
rule = "auto"
longest = "4h"
[approval.limits]
cpu = "1"
memory = "1Gi"
[container]
image = "registry.local/crash:1"
[parameters.cpu]
kind = "cpu"
help = "Processors"
default = "50m"
[parameters.memory]
kind = "bytes"
help = "Memory"
default = "64Mi"
"#;

#[test]
fn a_failure_has_its_cause_in_words_and_retry_tries_again() {
    let Some(world) = World::start() else { return };
    world.offers("crashes", CRASHES);
    world.offers("missing", &CRASHES.replace("registry.local/crash:1", "registry.local/no-such-image:1"));
    until("the templates are read", || {
        world.says("dana", "/template list").contains("missing").then_some(())
    });
    for (template, cause) in [
        ("crashes", "the last that it printed: cannot open /data: no such file"),
        ("missing", "its image registry.local/no-such-image:1 cannot be pulled"),
    ] {
        let (name, _key) = world.asks("dana", template, "");
        let failed = |attempt: &str| {
            let found = world.field(&name, ".status.phase") + &world.field(&name, ".status.attempt");
            (found == format!("Failed{attempt}")).then_some(())
        };
        until("it is there", || world.kubectl(&["-n", &world.namespace, "get", "environment", &name]).ok());
        until("the failure", || failed("1"));
        until("the failure is told, with Retry", || {
            let text = world.sees("dana");
            text.contains(&format!("{name} could not be provisioned")).then_some(())
        });
        let why = world.says("dana", &format!("/env why {name}"));
        assert!(why.contains(cause), "{why}");
        world.says("dana", &format!("/env retry {name}"));
        until("another try", || (world.field(&name, ".spec.attempt") == "2").then_some(()));
        until("the failure of the other try", || failed("2"));
        world.says("dana", &format!("/env release {name}"));
        until("it is gone", || {
            let text = world.kubectl(&["-n", &world.namespace, "get", "environment", &name]);
            text.is_err().then_some(())
        });
    }
}
