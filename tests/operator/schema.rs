//! The schema of the custom resource, judged by a real API server: each rule and each bound refuses what it should,
//! and says why.

use axum::http::{Request, header};
use kube::{
    Api, ResourceExt,
    api::{ApiResource, DynamicObject, Patch, PatchParams, PostParams},
    client::Body,
};
use serde_json::{Value, json};
use sublet::cluster::kubernetes::{definition, resource::Environment};

use crate::world::Place;

const KEY: &str = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIBRyAp5yGZcyRsNoZkREkJ1TbUeJXAGrpgqmsVWPDGlM one";

/// One that is right, with everything that can be set.
fn good() -> Value {
    json!({
        "apiVersion": "sublet.dev/v1alpha1",
        "kind": "Environment",
        "metadata": { "name": "web-7k3f2" },
        "spec": {
            "lease": "lea_01994f2a",
            "owner": "dana@example.org",
            "template": "web",
            "size": { "cpu": "2", "memory": "4Gi", "storage": "10Gi" },
            "parameters": { "engine": "postgres" },
            "authorizedKeys": [KEY],
            "endsAt": "2026-11-24T12:00:00Z",
            "deadlineSeconds": 300,
            "attempt": 2,
            "container": {
                "image": "registry.example/web:1",
                "user": "dev",
                "sshPort": 2222,
                "ports": { "http": 8080 },
                "volume": "/home/dev/work",
                "env": { "LANG": "C.UTF-8" },
            },
        },
    })
}

/// The good one with the value at a path set, or taken away.
fn but(path: &str, value: Value) -> Value {
    let mut object = good();
    let (parent, name) = path.rsplit_once('/').unwrap();
    let parent = object.pointer_mut(parent).unwrap().as_object_mut().unwrap();
    match value {
        Value::Null => parent.remove(name),
        value => parent.insert(name.to_owned(), value),
    };
    object
}

/// So many entries, each different.
fn many(count: usize, name: &str, value: impl Fn(usize) -> Value) -> Value {
    (0..count)
        .map(|number| (format!("{name}{number}"), value(number)))
        .collect::<serde_json::Map<_, _>>()
        .into()
}

fn environments(place: &Place) -> Api<DynamicObject> {
    let resource = ApiResource::erase::<Environment>(&());
    Api::namespaced_with(place.client.clone(), &place.access.namespace, &resource)
}

/// What the API server says to a new one; empty when it takes it.
async fn said(api: &Api<DynamicObject>, object: Value) -> String {
    let object: DynamicObject = serde_json::from_value(object).unwrap();
    let try_it = PostParams { dry_run: true, ..PostParams::default() };
    match api.create(&try_it, &object).await {
        Ok(_) => String::new(),
        Err(kube::Error::Api(status)) => status.message.clone(),
        Err(error) => panic!("{error}"),
    }
}

/// What it says to a change of the good one.
async fn said_later(api: &Api<DynamicObject>, spec: Value) -> String {
    let try_it = PatchParams { dry_run: true, ..PatchParams::default() };
    match api.patch("web-7k3f2", &try_it, &Patch::Merge(json!({ "spec": spec }))).await {
        Ok(_) => String::new(),
        Err(kube::Error::Api(status)) => status.message.clone(),
        Err(error) => panic!("{error}"),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_right_is_taken_and_filled_up() {
    let Some(place) = Place::new().await else { return };
    let api = environments(&place);
    assert_eq!(said(&api, good()).await, "");
    let mut least = but("/metadata/name", json!("least"));
    least["spec"] = json!({
        "lease": "lea_1",
        "owner": "dana@example.org",
        "template": "web",
        "size": { "cpu": "10m", "memory": "16Mi" },
        "authorizedKeys": [KEY],
        "container": { "image": "web" },
    });
    let least: Environment = serde_json::from_value(least).unwrap();
    let spec = place.environments().create(&PostParams::default(), &least).await.unwrap().spec;
    let container = spec.container.unwrap();
    assert_eq!((spec.deadline_seconds, spec.attempt), (600, 1));
    assert_eq!((container.user.as_str(), container.ssh_port), ("dev", 2222));
    for longest in [but("/metadata/name", json!("w".repeat(54))), but("/spec/lease", json!("l".repeat(63)))] {
        assert_eq!(said(&api, longest).await, "");
    }
    let most = [
        ("/spec/size/cpu", json!("256")),
        ("/spec/size/memory", json!("16Ti")),
        ("/spec/size/storage", json!("64Ti")),
        ("/spec/authorizedKeys", json!(vec![KEY; 32])),
        ("/spec/parameters", many(32, "p", |_| json!("x".repeat(4096)))),
        ("/spec/container/ports", many(16, "p", |number| json!(8000 + number))),
        ("/spec/container/env", many(64, "V", |_| json!("x".repeat(4096)))),
    ];
    for (path, value) in most {
        assert_eq!(said(&api, but(path, value)).await, "", "{path}");
    }
}

/// A place in the good one, what is put there, and what the API server says to it.
type Wrong = (&'static str, Value, &'static str);

fn wrong_wishes() -> Vec<Wrong> {
    let name = "metadata.name is a lower-case label of at most 54 characters";
    let together = "size.storage and container.volume belong together: set both or neither";
    vec![
        ("/metadata/name", json!("w".repeat(55)), name),
        ("/metadata/name", json!("web.prod"), name),
        ("/metadata/name", json!("1web"), name),
        ("/spec/lease", Value::Null, "spec.lease: Required value"),
        ("/spec/lease", json!("Lease"), "spec.lease in body should match"),
        ("/spec/lease", json!("l".repeat(64)), "spec.lease: Too long"),
        ("/spec/owner", json!("dana"), "spec.owner in body should match"),
        ("/spec/owner", json!(format!("{}@example.org", "d".repeat(250))), "spec.owner: Too long"),
        ("/spec/owner", Value::Null, "spec.owner: Required value"),
        ("/spec/template", json!("Web"), "spec.template in body should match"),
        ("/spec/template", json!("w".repeat(41)), "spec.template: Too long"),
        ("/spec/size", Value::Null, "spec.size: Required value"),
        ("/spec/size/cpu", json!("much"), "cpu must be a quantity from 10m to 256"),
        ("/spec/size/cpu", json!("9m"), "cpu must be a quantity from 10m to 256"),
        ("/spec/size/cpu", json!("257"), "cpu must be a quantity from 10m to 256"),
        ("/spec/size/cpu", json!(""), "spec.size.cpu in body should be at least 1 chars long"),
        ("/spec/size/memory", json!("15Mi"), "memory must be a quantity from 16Mi to 16Ti"),
        ("/spec/size/memory", json!("17Ti"), "memory must be a quantity from 16Mi to 16Ti"),
        ("/spec/size/storage", json!("1Ki"), "storage must be a quantity from 1Mi to 64Ti"),
        ("/spec/size/storage", json!("65Ti"), "storage must be a quantity from 1Mi to 64Ti"),
        ("/spec/size/storage", Value::Null, together),
        ("/spec/container/volume", Value::Null, together),
        ("/spec/parameters", many(33, "p", |_| json!("x")), "spec.parameters: Too many"),
        ("/spec/parameters", json!({ "debug": true }), "spec.parameters.debug: Invalid value"),
        ("/spec/authorizedKeys", json!([]), "spec.authorizedKeys in body should have at least 1 items"),
        ("/spec/authorizedKeys", json!(vec![KEY; 33]), "spec.authorizedKeys: Too many"),
        (
            "/spec/authorizedKeys",
            json!([format!("no-pty {KEY}")]),
            "spec.authorizedKeys[0] in body should match",
        ),
        (
            "/spec/authorizedKeys",
            json!([format!("{KEY}\n{KEY}")]),
            "spec.authorizedKeys[0] in body should match",
        ),
        ("/spec/authorizedKeys", json!(["ssh-ed25519"]), "should be at least 16 chars long"),
        ("/spec/endsAt", json!("tomorrow"), "spec.endsAt in body must be of type date-time"),
        ("/spec/deadlineSeconds", json!(4), "should be greater than or equal to 5"),
        ("/spec/deadlineSeconds", json!(86_401), "should be less than or equal to 86400"),
        ("/spec/attempt", json!(0), "should be greater than or equal to 1"),
        ("/spec/attempt", json!(1_000_001), "should be less than or equal to 1000000"),
    ]
}

fn wrong_containers() -> Vec<Wrong> {
    let port = "a port's name is a lower-case label of at most 15 characters, and not ssh";
    vec![
        ("/spec/container", Value::Null, "exactly one kind of workload must be set: container"),
        ("/spec/container/image", Value::Null, "spec.container.image: Required value"),
        ("/spec/container/image", json!("two words"), "spec.container.image in body should match"),
        ("/spec/container/image", json!("i".repeat(513)), "spec.container.image: Too long"),
        ("/spec/container/user", json!("Dana"), "spec.container.user in body should match"),
        ("/spec/container/user", json!("d".repeat(33)), "spec.container.user: Too long"),
        ("/spec/container/sshPort", json!(22), "should be greater than or equal to 1024"),
        ("/spec/container/sshPort", json!(65_536), "should be less than or equal to 65535"),
        ("/spec/container/ports", json!({ "ssh": 8080 }), port),
        ("/spec/container/ports", json!({ "Http": 8080 }), port),
        ("/spec/container/ports", json!({ "a--b": 8080 }), port),
        ("/spec/container/ports", json!({ "abcdefghijklmnop": 8080 }), port),
        ("/spec/container/ports", json!({ "http": 80 }), "ports lie from 1024 to 65535"),
        (
            "/spec/container/ports",
            many(17, "p", |number| json!(8000 + number)),
            "spec.container.ports: Too many",
        ),
        ("/spec/container/volume", json!("home"), "spec.container.volume in body should match"),
        ("/spec/container/volume", json!("/"), "should be at least 2 chars long"),
        ("/spec/container/volume", json!(format!("/{}", "v".repeat(255))), "spec.container.volume: Too long"),
        ("/spec/container/volume", json!("/etc/sublet/ssh"), "volume must lie outside /etc/sublet"),
        ("/spec/container/env", many(65, "V", |_| json!("x")), "spec.container.env: Too many"),
    ]
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_wrong_is_refused_and_it_says_why() {
    let Some(place) = Place::new().await else { return };
    let api = environments(&place);
    let mut mistaken = Vec::new();
    for (path, value, why) in [wrong_wishes(), wrong_containers()].concat() {
        let words = said(&api, but(path, value.clone())).await;
        if !words.contains(why) {
            mistaken.push(format!("{path} = {value:.60}: expected “{why}”, it says “{words}”"));
        }
    }
    assert!(mistaken.is_empty(), "\n{}", mistaken.join("\n"));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_must_not_change_does_not() {
    let Some(place) = Place::new().await else { return };
    let api = environments(&place);
    api.create(&PostParams::default(), &serde_json::from_value(good()).unwrap()).await.unwrap();
    let wrong = [
        (json!({ "lease": "lea_2" }), "lease cannot be changed"),
        (json!({ "owner": "eve@example.org" }), "owner cannot be changed"),
        (json!({ "template": "lab" }), "template cannot be changed"),
        (json!({ "attempt": 1 }), "attempt can only grow"),
        (json!({ "size": { "storage": "9Gi" } }), "storage cannot shrink"),
        (
            json!({ "size": { "storage": null }, "container": { "volume": null } }),
            "storage cannot be added or taken away later",
        ),
        (json!({ "container": { "image": "other" } }), "container.image cannot be changed"),
        (json!({ "container": { "volume": "/srv" } }), "container.volume cannot be changed"),
        (json!({ "container": null }), "the kind of workload cannot be changed"),
    ];
    for (change, why) in wrong {
        let words = said_later(&api, change.clone()).await;
        assert!(words.contains(why), "{change}: {words}");
    }
    let right = [
        json!({ "endsAt": "2026-11-25T12:00:00Z" }),
        // A database that was restored may know an earlier end; what it decides is still written.
        json!({ "endsAt": "2026-11-23T12:00:00Z" }),
        json!({ "attempt": 3 }),
        json!({ "size": { "cpu": "1", "memory": "8Gi", "storage": "10240Mi" } }),
        json!({ "size": { "storage": "11Gi" } }),
        json!({ "authorizedKeys": [KEY, KEY] }),
        json!({ "deadlineSeconds": 60 }),
        json!({ "container": { "env": { "LANG": "de_DE.UTF-8" }, "ports": { "web": 8081 } } }),
    ];
    for change in right {
        assert_eq!(said_later(&api, change.clone()).await, "", "{change}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_status_has_a_shape_too() {
    let Some(place) = Place::new().await else { return };
    let api = environments(&place);
    api.create(&PostParams::default(), &serde_json::from_value(good()).unwrap()).await.unwrap();
    let wrong = [
        (json!({ "phase": "Nice" }), "status.phase: Unsupported value: \"Nice\""),
        (json!({ "conditions": [{ "type": "Ready" }] }), "status.conditions[0].reason: Required value"),
        (json!({ "ssh": { "host": "x" } }), "status.ssh.port: Required value"),
        (json!({ "ports": { "http": 70_000 } }), "should be less than or equal to 65535"),
    ];
    for (status, why) in wrong {
        let change = Patch::Merge(json!({ "status": status }));
        let refused = api.patch_status("web-7k3f2", &PatchParams::default(), &change).await.unwrap_err();
        assert!(refused.to_string().contains(why), "{status}: {refused}");
    }
    // Who may write the status cannot write the spec by it, and the other way round.
    let both = Patch::Merge(json!({ "spec": { "attempt": 9 }, "status": { "phase": "Ready" } }));
    let there = api.patch_status("web-7k3f2", &PatchParams::default(), &both).await.unwrap();
    assert_eq!(
        (&there.data["spec"]["attempt"], &there.data["status"]["phase"]),
        (&json!(2), &json!("Ready"))
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_list_tells_what_people_ask_for() {
    let Some(place) = Place::new().await else { return };
    let api = environments(&place);
    api.create(&PostParams::default(), &serde_json::from_value(good()).unwrap()).await.unwrap();
    let status = Patch::Merge(json!({ "status": { "phase": "Ready", "address": "192.0.2.1:30022" } }));
    api.patch_status("web-7k3f2", &PatchParams::default(), &status).await.unwrap();
    let request =
        Request::get(format!("/apis/sublet.dev/v1alpha1/namespaces/{}/environments", place.access.namespace))
            .header(header::ACCEPT, "application/json;as=Table;v=v1;g=meta.k8s.io")
            .body(Vec::new())
            .unwrap();
    let table: Value = place.client.request(request).await.unwrap();
    let columns: Vec<String> = table["columnDefinitions"]
        .as_array()
        .unwrap()
        .iter()
        .map(|column| format!("{} {}", column["name"].as_str().unwrap(), column["priority"]))
        .collect();
    assert_eq!(
        columns,
        ["Name 0", "Owner 0", "Template 0", "Phase 0", "Address 0", "Ends 0", "Lease 1", "Message 1"]
    );
    assert_eq!(
        table["rows"][0]["cells"],
        json!([
            "web-7k3f2",
            "dana@example.org",
            "web",
            "Ready",
            "192.0.2.1:30022",
            "2026-11-24T12:00:00Z",
            "lea_01994f2a",
            null
        ])
    );
    let of_lease = kube::api::ListParams::default().fields("spec.lease=lea_01994f2a");
    assert_eq!(api.list(&of_lease).await.unwrap().items.len(), 1);
    let of_another = kube::api::ListParams::default().fields("spec.lease=lea_2");
    assert_eq!(api.list(&of_another).await.unwrap().items.len(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_definition_is_taken_without_a_warning() {
    let Some(place) = Place::new().await else { return };
    let definition = definition::crd();
    let path = format!(
        "/apis/apiextensions.k8s.io/v1/customresourcedefinitions/{}?fieldManager=sublet-tests&force=true&fieldValidation=Strict",
        definition.name_any()
    );
    let request = Request::patch(path)
        .header(header::CONTENT_TYPE, "application/apply-patch+yaml")
        .body(Body::from(definition::yaml().unwrap().into_bytes()))
        .unwrap();
    let answer = place.client.send(request).await.unwrap();
    let warnings: Vec<_> = answer.headers().get_all(header::WARNING).iter().collect();
    assert!(answer.status().is_success() && warnings.is_empty(), "{} {warnings:?}", answer.status());
}
