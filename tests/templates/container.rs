//! `[container]` in a template: a good one, and every fault of bad ones.

use std::collections::BTreeMap;

use sublet::{
    domain::workload::{Container, Workload},
    templates::{demo, read},
};

const CONTAINER: &str = r#"
[container]
image = "registry.example.org/ssh:1"
user = "coder"
ssh_port = 2022
volume = "/home/coder/work"

[container.ports]
http = 8080

[container.env]
LANG = "C.UTF-8"

[parameters.storage]
kind = "bytes"
help = "Volume"
default = "1Gi"
"#;

/// The box of the demo on Kubernetes: as approvers decide it, so that nothing else has to be limited.
fn on_kubernetes(container: &str) -> String {
    let text = demo::FILES[1].1;
    let (start, rest) = text.split_once("[approval]").unwrap();
    let parameters = rest.split_once("[parameters.cpu]").unwrap().1;
    let text = format!("{start}[parameters.cpu]{parameters}\n{container}");
    text.replace("\"local\"", "\"kubernetes\"")
}

#[test]
fn a_container_is_read() {
    let template =
        read("box", "box.toml", &on_kubernetes(CONTAINER)).unwrap_or_else(|faults| panic!("{faults}"));
    let container = Container {
        image: "registry.example.org/ssh:1".into(),
        user: "coder".into(),
        ssh_port: 2022,
        ports: BTreeMap::from([("http".into(), 8080)]),
        volume: Some("/home/coder/work".into()),
        env: BTreeMap::from([("LANG".into(), "C.UTF-8".into())]),
    };
    assert_eq!(template.workload, Some(Workload::Container(container)));

    let least = on_kubernetes("[container]\nimage = \"ssh\"\n");
    let Some(Workload::Container(container)) = read("box", "box.toml", &least).unwrap().workload else {
        panic!("no container");
    };
    assert_eq!((container.user.as_str(), container.ssh_port, container.volume), ("dev", 2222, None));
}

#[test]
fn every_fault_of_a_container_is_told() {
    let ports: String = (0..17).map(|n| format!("p{n} = {}\n", 8000 + n)).collect();
    let bad = format!(
        r#"
[container]
imgae = "x"
image = "two words"
user = "root"
ssh_port = 22
volume = "work"

[container.ports]
{ports}
ssh = 2222
web = 80
Web = 8080

[container.env]
lang = "C"
SUBLET_CPU = "2"
LONG = "{}"
"#,
        "x".repeat(4097)
    );
    insta::assert_snapshot!(read("box", "box.toml", &on_kubernetes(&bad)).unwrap_err(), @r#"
    box.toml:29:1  container.imgae
        There is no such key.
        Did you mean “image”?

    box.toml:30:9  container.image
        “two words” is not an image.
        Write its name without spaces.

    box.toml:31:8  container.user
        “root” is not a user to log in as.
        Write the image's user with the id 1000, such as `dev`.

    box.toml:32:12  container.ssh_port
        22 is outside the limits.
        Write a whole number from 1024 to 65535.

    box.toml:33:10  container.volume
        “work” is not a path for a volume.
        Write an absolute path of the image, such as `/home/dev/work`.

    box.toml:33:10  container.volume
        No parameter says how big the volume is.
        Write a section [parameters.storage] with kind = "bytes".

    box.toml:52:1  container.ports.p16
        20 ports are more than one environment gets.
        Keep 16 at most.

    box.toml:54:1  container.ports.ssh
        “ssh” cannot be the name of a port.
        Write a name of small letters and a number from 1024, such as http = 8080.

    box.toml:55:7  container.ports.web
        “80” is not a port for it.
        Write a name of small letters and a number from 1024, such as http = 8080.

    box.toml:56:1  container.ports.Web
        “Web” cannot be the name of a port.
        Write a name of small letters and a number from 1024, such as http = 8080.

    box.toml:59:1  container.env.lang
        “lang” cannot be the name of a variable.
        Write a name of capital letters, digits and `_`, such as LANG = "C.UTF-8".

    box.toml:60:1  container.env.SUBLET_CPU
        This name is taken.
        Name it otherwise: these are the template's parameters.

    box.toml:61:8  container.env.LONG
        This has 4097 characters.
        Write 4096 at most.

    13 faults.
    "#);
    for (volume, told) in [
        ("/etc/sublet/ssh", "/etc/sublet holds the keys"),
        ("/", "is not a path for a volume"),
        ("/a b", "is not a path for a volume"),
    ] {
        let text = on_kubernetes(&CONTAINER.replace("/home/coder/work", volume));
        let faults = read("box", "box.toml", &text).unwrap_err().to_string();
        assert!(faults.contains(told) && faults.ends_with("One fault."), "{faults}");
    }
    let variables: String = (0..65).map(|n| format!("V{n} = \"x\"\n")).collect();
    let text = on_kubernetes(&CONTAINER.replace("LANG = \"C.UTF-8\"", &variables));
    let faults = read("box", "box.toml", &text).unwrap_err().to_string();
    assert!(faults.contains("65 variables are too many") && faults.ends_with("One fault."), "{faults}");
}

#[test]
fn a_container_fits_its_parameters_and_its_provisioner() {
    let told = |text: &str| read("box", "box.toml", text).unwrap_err();
    insta::assert_snapshot!(told(&on_kubernetes("")), @r#"
    box.toml  container
        Nothing says what runs in it.
        Write a section [container] with image = "…".

    One fault.
    "#);
    insta::assert_snapshot!(told(&on_kubernetes("[container]\n")), @r#"
    box.toml:27:1  container.image
        This is missing.
        Write the image, such as "registry.example.org/ssh:1".

    One fault.
    "#);
    let number = on_kubernetes("").replacen("title =", "container = 1\ntitle =", 1);
    insta::assert_snapshot!(told(&number), @r#"
    box.toml:2:13  container
        This is a number, not a section.
        Write it as a section: [container].

    One fault.
    "#);
    let nameless = on_kubernetes("[container]\nimage = \"ssh\"\n")
        .replace("[parameters.cpu]", "[parameters.cores]")
        .replace("kind = \"bytes\"", "kind = \"text\"")
        .replace("min = \"128Mi\"\nmax = \"4Gi\"", "");
    insta::assert_snapshot!(told(&nameless), @r#"
    box.toml:13:2  parameters
        No parameter says how much cpu it gets.
        Write a section [parameters.cpu] with kind = "cpu".

    box.toml:13:2  parameters
        No parameter says how much memory it gets.
        Write a section [parameters.memory] with kind = "bytes".

    2 faults.
    "#);
    let unmounted = on_kubernetes(&CONTAINER.replace("volume = \"/home/coder/work\"", ""));
    insta::assert_snapshot!(told(&unmounted), @r#"
    box.toml:28:1  container.volume
        People choose a storage, but nothing mounts it.
        Write where the volume is mounted, such as volume = "/home/dev/work".

    One fault.
    "#);
    let no_storage = on_kubernetes("[container]\nimage = \"ssh\"\nvolume = \"/work\"\n");
    insta::assert_snapshot!(told(&no_storage), @r#"
    box.toml:29:10  container.volume
        No parameter says how big the volume is.
        Write a section [parameters.storage] with kind = "bytes".

    One fault.
    "#);
    let elsewhere = on_kubernetes("[container]\nimage = \"ssh\"\n").replace("\"kubernetes\"", "\"local\"");
    insta::assert_snapshot!(told(&elsewhere), @r#"
    box.toml:27:1  container
        The provisioner “local” makes no containers.
        Leave it out, or write provisioner = "kubernetes".

    One fault.
    "#);
}

#[test]
fn the_example_in_the_documents_is_good() {
    let guide = include_str!("../../docs/kubernetes.md");
    let example = guide.split("```toml\n").find(|part| part.starts_with("title")).unwrap();
    let template = read("web", "docs/kubernetes.md", example.split("```").next().unwrap());
    assert!(template.unwrap_or_else(|faults| panic!("{faults}")).workload.is_some());
}
