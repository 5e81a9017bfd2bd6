//! The bot and the controller as an operator runs them, each with the rights of its manifest and no other.

use std::fs;

use crate::world::{World, until};

#[test]
fn the_rights_of_the_manifests_are_enough_for_the_whole_story() {
    let Some(world) = World::apart() else { return };
    world.is_counted();
    let (name, key) = world.asks("dana", "web", "cpu=100m memory=64Mi storage=16Mi");
    until("the card", || world.sees("dana").contains("Waiting for an approver.").then_some(()));
    world.tells_room();
    world.says("ada", &format!("/env approve {name}"));
    let access = world.access("dana", &name);
    assert_eq!(key.run(&access, "hostname").unwrap(), name);

    let namespace = world.field(&name, ".status.namespace");
    let path = "jsonpath={.items[*].roleRef.name} {.items[*].subjects[*].name}";
    let bound = world.kubectl(&["-n", &namespace, "get", "rolebindings", "-o", path]).unwrap();
    assert_eq!(bound, "sublet-environment sublet-controller");

    // A child that goes away comes back.
    world.kubectl(&["-n", &namespace, "delete", "networkpolicies", "--all"]).unwrap();
    until("the policies are back", || {
        let there = world.kubectl(&["-n", &namespace, "get", "networkpolicies", "-o", "name"]).unwrap();
        (there.lines().count() == 4).then_some(())
    });

    world.says("dana", &format!("/env release {name}"));
    until("the last notice", || {
        world.sees("dana").contains(&format!("{name} and everything in it is gone")).then_some(())
    });
    assert!(world.kubectl(&["get", "namespace", &namespace]).is_err());
    let log = fs::read_to_string(world.log()).unwrap();
    let refused: Vec<&str> = log.lines().filter(|line| line.to_lowercase().contains("forbidden")).collect();
    assert!(log.contains("this controller leads") && refused.is_empty(), "{refused:#?}\n{log}");
}
