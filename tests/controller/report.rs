//! What the status says while an environment is made, fails, comes back, and goes.

use serde_json::json;
use sublet::cluster::kubernetes::{
    controller::{build::children, gathered::Banner, report},
    resource::{Phase, Status},
    settings::ServiceKind,
};

use crate::{
    some::{at, host_key, plan},
    world::{World, pod, running, waiting},
};

#[test]
fn it_is_told_step_by_step_how_far_it_is() {
    let mut world = World::new();
    let namespace = world.there.namespace.take();
    let mut steps = vec![world.step()];
    world.there.namespace = namespace;
    steps.push(world.step());
    steps.push(world.bound().step());
    world.there.pods = vec![pod(&waiting("ContainerCreating", ""), false)];
    steps.push(world.step());
    world.there.pods = vec![pod(
        &json!({ "imageID": "sha256:1", "state": { "waiting": { "reason": "ContainerCreating" } } }),
        false,
    )];
    steps.push(world.step());
    world.there.pods = vec![pod(&running(), false)];
    steps.push(world.step());
    world.there.pods = vec![pod(&running(), true)];
    world.allotted().rolled_out();
    world.there.banner = Some(Banner::Silent("connection refused".to_owned()));
    steps.push(world.step());
    world.there.banner = Some(Banner::Answers);
    steps.push(world.step());
    insta::assert_snapshot!(steps.join("\n"), @"
    0/6 making its namespace
    1/6 waiting for its volume
    2/6 finding a node for it
    3/6 pulling its image
    4/6 starting it
    5/6 waiting for its SSH server
    5/6 no SSH server answers at 192.0.2.1:30022: connection refused
    6/6 ready
    ");
}

#[test]
fn ready_is_told_with_everything_that_is_needed_to_log_in() {
    let mut world = World::ready();
    let mut status = serde_json::to_value(world.look()).unwrap();
    for (field, value) in [("hostKey", host_key().line()), ("fingerprint", host_key().fingerprint())] {
        assert_eq!(status["ssh"][field], value);
        status["ssh"].as_object_mut().unwrap().remove(field);
    }
    insta::assert_snapshot!(serde_saphyr::to_string(&status).unwrap(), @r#"
    address: 192.0.2.1:30022
    attempt: 1
    conditions:
    - lastTransitionTime: "2026-11-21T12:00:00Z"
      message: its SSH server answers
      observedGeneration: 3
      reason: Answering
      status: "True"
      type: Ready
    - lastTransitionTime: "2026-11-21T12:00:00Z"
      message: everything that it needs is there
      observedGeneration: 3
      reason: Made
      status: "False"
      type: Progressing
    - lastTransitionTime: "2026-11-21T12:00:00Z"
      message: nothing is wrong with it
      observedGeneration: 3
      reason: AsExpected
      status: "False"
      type: Degraded
    message: its SSH server answers
    namespace: web-7k3f2-3755677c
    observedGeneration: 3
    phase: Ready
    ports:
      http: 30023
    progress:
      done: 6
      step: ready
      total: 6
    ssh:
      host: "192.0.2.1"
      port: 30022
      user: dev
    startedAt: "2026-11-21T12:00:00Z"
    "#);
}

#[test]
fn ready_is_not_told_without_all_of_it() {
    let not_yet: [fn(&mut World); 6] = [
        |world| world.there.banner = None,
        |world| world.there.banner = Some(Banner::Silent("timed out".to_owned())),
        |world| world.there.pods = vec![pod(&running(), false)],
        |world| world.there.nodes.clear(),
        |world| world.there.service = None,
        |world| world.there.deployment.as_mut().unwrap().metadata.generation = Some(2),
    ];
    for break_it in not_yet {
        let mut world = World::ready();
        break_it(&mut world);
        assert_ne!(world.look().phase, Some(Phase::Ready));
    }
}

#[test]
fn a_status_is_the_same_as_long_as_nothing_has_changed() {
    let mut world = World::ready();
    let first = serde_json::to_string(&world.look()).unwrap();
    for seconds in [1, 60, 600, 100_000] {
        assert_eq!(serde_json::to_string(&world.at(seconds).look()).unwrap(), first);
    }
    let mut waits = World::new();
    let first = serde_json::to_string(&waits.look()).unwrap();
    assert_eq!(serde_json::to_string(&waits.at(599).look()).unwrap(), first);
    assert_ne!(serde_json::to_string(&waits.at(600).look()).unwrap(), first);
    let failed = serde_json::to_string(&waits.look()).unwrap();
    assert_eq!(serde_json::to_string(&waits.at(90_000).look()).unwrap(), failed);
}

#[test]
fn late_is_better_than_never() {
    let mut world = World::new();
    world.look();
    assert_eq!(world.at(600).look().phase, Some(Phase::Failed));
    world.bound().allotted().rolled_out().there.pods = vec![pod(&running(), true)];
    world.there.banner = Some(Banner::Answers);
    assert_eq!(world.at(700).look().phase, Some(Phase::Ready));
}

#[test]
fn another_try_has_a_deadline_of_its_own() {
    let mut world = World::new();
    world.look();
    assert_eq!(world.at(600).look().phase, Some(Phase::Failed));
    world.environment.spec.attempt = 2;
    let again = world.at(700).look();
    assert_eq!(
        (again.phase, again.attempt, again.started_at),
        (Some(Phase::Provisioning), Some(2), Some(at(700)))
    );
    // The pod of the first try says nothing about the second.
    world.bound().allotted().rolled_out().there.pods = vec![pod(&running(), true)];
    world.there.banner = Some(Banner::Answers);
    assert_eq!(world.look().phase, Some(Phase::Provisioning));
    assert_eq!(world.at(1299).look().phase, Some(Phase::Provisioning));
    assert_eq!(world.at(1300).look().phase, Some(Phase::Failed));
}

fn condition(status: &Status, name: &str) -> (String, String) {
    let found = status.conditions.iter().find(|condition| condition.type_ == name).unwrap();
    (found.status.clone(), found.reason.clone())
}

#[test]
fn one_that_was_ready_and_stops_is_degraded_until_it_is_back() {
    let mut world = World::ready();
    let since = world.look().conditions[0].last_transition_time.clone();
    let mut going = pod(&running(), true);
    going.metadata.deletion_timestamp = Some(since.clone());
    let pods = std::mem::replace(&mut world.there.pods, vec![going]);
    let lost = world.at(5000).look();
    assert_eq!((lost.phase, lost.started_at), (Some(Phase::Provisioning), Some(at(5000))));
    assert_eq!(lost.message.as_deref(), Some("waiting for its former pod to end"));
    assert!(lost.address.is_some(), "the address is the same as before");
    for (name, status) in [("Ready", "False"), ("Progressing", "True"), ("Degraded", "True")] {
        assert_eq!(condition(&lost, name), (status.to_owned(), "Replacing".to_owned()));
    }
    assert_eq!(condition(&world.at(5010).look(), "Degraded").0, "True");
    world.there.pods = pods;
    let back = world.at(5020).look();
    assert_eq!((back.phase, condition(&back, "Degraded").0.as_str()), (Some(Phase::Ready), "False"));
    assert_ne!(back.conditions[0].last_transition_time, since);
}

#[test]
fn an_address_that_was_told_stays_as_long_as_its_node_does() {
    let mut world = World::ready();
    assert_eq!(world.look().address.as_deref(), Some("192.0.2.1:30022"));
    world.there.nodes.reverse();
    assert_eq!(world.look().address.as_deref(), Some("192.0.2.1:30022"));
    world.there.nodes = vec!["2001:db8::1".to_owned()];
    assert_eq!(world.look().address.as_deref(), Some("[2001:db8::1]:30022"));
    world.making.host = Some("env.example.org".to_owned());
    assert_eq!(world.look().address.as_deref(), Some("env.example.org:30022"));
}

#[test]
fn inside_the_cluster_it_is_the_address_of_the_service() {
    let mut world = World::ready();
    world.making.service = ServiceKind::ClusterIp;
    let inside = plan(&world.environment, &world.making);
    world.there.service = Some(children(&inside, &host_key()).service);
    assert_eq!(report::address(&world.environment, &inside, &world.there, &world.making), None);
    world.there.service.as_mut().unwrap().spec.as_mut().unwrap().cluster_ip = Some("10.96.3.4".to_owned());
    let told = world.look();
    assert_eq!(told.address.as_deref(), Some("10.96.3.4:22"));
    assert_eq!(told.ports, [("http".to_owned(), 8080)].into());
}

#[test]
fn what_is_refused_says_why_and_starts_anew_once_it_can_be_built() {
    let mut world = World::new();
    world.look();
    let faults = ["One is wrong.".to_owned(), "Two as well.".to_owned()];
    let refused = report::refused(&world.environment, &faults, at(10));
    assert_eq!(
        (refused.phase, refused.message.as_deref()),
        (Some(Phase::Failed), Some("One is wrong. Two as well."))
    );
    assert_eq!(refused.observed_generation, Some(3));
    assert_eq!(condition(&refused, "Ready"), ("False".to_owned(), "Invalid".to_owned()));
    world.environment.status = Some(refused.clone());
    assert_eq!(report::refused(&world.environment, &faults, at(99)), refused);
    let built = world.at(5000).look();
    assert_eq!((built.phase, built.started_at), (Some(Phase::Provisioning), Some(at(5000))));
}

#[test]
fn what_goes_says_what_is_left() {
    let mut world = World::ready();
    let left = ["namespace web-7k3f2-1".to_owned(), "volume pvc-1".to_owned()];
    let removing = report::removing(&world.environment, &left, at(10));
    assert_eq!((removing.phase, removing.left.as_slice()), (Some(Phase::Deleting), left.as_slice()));
    assert_eq!((removing.address.as_deref(), &removing.ssh), (None, &None));
    let words = "it is being removed; still there: namespace web-7k3f2-1, volume pvc-1";
    assert_eq!(removing.message.as_deref(), Some(words));
    world.environment.status = Some(removing.clone());
    assert_eq!(report::removing(&world.environment, &left, at(99)), removing);
}

#[test]
fn conditions_are_as_kubernetes_wants_them() {
    let mut world = World::new();
    let statuses = [
        world.look(),
        World::ready().look(),
        report::refused(&world.environment, &["x".to_owned()], at(0)),
        report::removing(&world.environment, &[], at(0)),
    ];
    for status in statuses {
        let names: Vec<&str> = status.conditions.iter().map(|condition| condition.type_.as_str()).collect();
        assert_eq!(names, ["Ready", "Progressing", "Degraded"]);
        for condition in &status.conditions {
            let camel = condition.reason.starts_with(|c: char| c.is_ascii_uppercase())
                && condition.reason.chars().all(|c| c.is_ascii_alphanumeric());
            assert!(camel && !condition.message.is_empty(), "{condition:?}");
            assert_eq!(condition.observed_generation, Some(3));
        }
    }
}

#[test]
fn a_deadline_is_a_moment_to_look_again() {
    let mut world = World::new();
    let status = world.look();
    assert_eq!(report::deadline(&world.environment, &status), Some(at(600)));
    let mut ready = World::ready();
    let status = ready.look();
    assert_eq!(report::deadline(&ready.environment, &status), None);
}
