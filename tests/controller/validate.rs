//! What is refused, and what it says.

use sublet::cluster::kubernetes::{controller::validate, resource::Environment, settings::Making};

use crate::some::{KEY, environment, making, plan, ranges};

/// Everything that is wrong after a change, one fault in a line.
fn faults(change: impl Fn(&mut Environment, &mut Making)) -> String {
    let (mut environment, mut making) = (environment(), making());
    change(&mut environment, &mut making);
    let faults = validate::plan(&environment, &making, &ranges(&["10.244.0.0/24"])).unwrap_err();
    faults.join("\n")
}

#[test]
fn every_fault_says_where_it_is_and_what_would_work() {
    let all = faults(|environment, making| {
        environment.metadata.name = Some("w".repeat(55));
        let spec = &mut environment.spec;
        spec.size.cpu = "100u".to_owned();
        spec.size.memory = "1500m".to_owned();
        spec.size.storage = Some("much".to_owned());
        spec.authorized_keys = vec![
            "ssh-ed25519 nonsense".to_owned(),
            format!("command=\"ls\" {KEY}"),
            "ssh-dss AAAAB3NzaC1kc3MAAAAA".to_owned(),
        ];
        spec.parameters.insert("start_page".to_owned(), String::new());
        spec.parameters.insert("größe".to_owned(), String::new());
        let container = spec.container.as_mut().unwrap();
        container.volume = Some("/var/run/secrets/x".to_owned());
        container.ports =
            [("a--b".to_owned(), 8080), ("web".to_owned(), 8080), ("sh".to_owned(), 2222)].into();
        making.reached_from = ranges(&["10.244.0.128/25"]);
        making.may_reach = ranges(&["10.96.0.0/16", "169.254.169.0/24", "192.0.2.0/24"]);
        making.name_servers = vec!["169.254.169.254".parse().unwrap(), "169.254.20.10".parse().unwrap()];
    });
    insta::assert_snapshot!(all, @"
    metadata.name: 55 characters are too many; 54 are the most, because the name of its namespace begins with it.
    spec.size.cpu: “100u” is no amount of it; write one such as `500m` or `2`.
    spec.size.memory: “1500m” is no amount of it; write one such as `512Mi` or `4Gi`.
    spec.authorizedKeys[0]: this cannot be read as an OpenSSH public key; write the one line of a .pub file.
    spec.authorizedKeys[1]: options stand in front of the key; leave them out.
    spec.authorizedKeys[2]: keys of type ssh-dss are not accepted; add an ssh-ed25519 key (ssh-keygen -t ed25519).
    spec.size.storage: “much” is no amount of it; write one such as `512Mi` or `4Gi`.
    spec.container.volume: “/var/run/secrets/x” would hide what the system needs in /var/run/secrets; choose a folder such as `/home/dev/work`.
    spec.container.ports: “a--b” has two hyphens in a row; leave one out.
    spec.container.ports: 2222 is both ssh and sh; give each a port of its own.
    spec.container.ports: 8080 is both a--b and web; give each a port of its own.
    spec.parameters: start_page becomes the variable SUBLET_START_PAGE, which is there already; rename one.
    “SUBLET_GRößE” is no name of a variable; use letters, digits and _, such as `MY_COLOUR`.
    The setting reached_from: 10.244.0.128/25 lies inside 10.244.0.0/24, which environments never get; leave it out or name a wider range.
    The setting may_reach: 10.96.0.0/16 lies inside 10.96.0.0/16, which environments never get; leave it out or name a wider range.
    The setting may_reach: 169.254.169.0/24 lies inside 169.254.0.0/16, which environments never get; leave it out or name a wider range.
    The setting name_servers: 169.254.169.254 hands out a cloud's credentials; name another server.
    ");
}

#[test]
fn a_volume_hides_nothing_that_is_needed() {
    for path in
        ["/", "/tmp", "/etc", "/etc/sublet/ssh", "/proc/1", "/a/../etc", "/a//b", "work", "/run/secrets"]
    {
        let said = faults(|environment, _| {
            environment.spec.container.as_mut().unwrap().volume = Some(path.to_owned());
        });
        assert!(said.starts_with("spec.container.volume: “"), "{path}: {said}");
    }
    for path in ["/home/dev", "/tmpfiles", "/srv/data"] {
        let mut fine = environment();
        fine.spec.container.as_mut().unwrap().volume = Some(path.to_owned());
        assert_eq!(plan(&fine, &making()).volume.unwrap().path, path);
    }
}

#[test]
fn a_workload_and_its_volume_are_needed_together() {
    assert_eq!(
        faults(|environment, _| environment.spec.container = None),
        "spec: there is no workload; set spec.container."
    );
    let together = "spec.size.storage and spec.container.volume belong together; set both or neither.";
    assert_eq!(faults(|environment, _| environment.spec.size.storage = None), together);
}

#[test]
fn a_key_is_kept_once_and_in_one_form() {
    let mut twice = environment();
    twice.spec.authorized_keys = vec![format!("  {KEY}  "), KEY.replace(" one", " again")];
    assert_eq!(plan(&twice, &making()).keys, [KEY]);
}

#[test]
fn a_template_has_the_storage_class_that_is_set_for_it() {
    let class = |template: &str| {
        let mut asked = environment();
        asked.spec.template = template.to_owned();
        plan(&asked, &making()).volume.unwrap().class.unwrap()
    };
    assert_eq!((class("web").as_str(), class("lab").as_str()), ("standard", "fast"));
}

#[test]
fn settings_are_judged_without_an_environment() {
    assert_eq!(validate::settings(&making(), &[]), Vec::<String>::new());
    let wrong = Making { may_reach: ranges(&["fe80::/64"]), ..making() };
    assert_eq!(validate::settings(&wrong, &[]).len(), 1);
}
