//! `[kubernetes]`: what is understood, what is refused, and what the controller reads of a file.

use std::{collections::BTreeMap, time::Duration};

use sublet::{
    cluster::kubernetes::settings::{Access, Account, Leading, Making, ServiceKind},
    config::{Controller, kubernetes::Kubernetes},
};

use super::{SMALLEST, WITH_SMTP, faults, load, sources};

#[test]
fn every_fault_of_kubernetes_is_told() {
    let text = format!(
        "{SMALLEST}{}",
        r#"
[kubernetes]
enabeld = true
controller = true
kubeconfig = "nowhere/kubeconfig"
context = ""
namespace = "Sublet"
account = "sublet-controller"
service = "nodeport"
host = "https://env.example.org"
storage_class = "fast disks"
reached_from = ["10.0.0.0/8", "everywhere"]
may_reach = ["10.1.2.3/8"]
cluster_ranges = "10.244.0.0/16"
name_servers = ["dns.example.org"]

[kubernetes.storage_classes]
web = "SSD"

[kubernetes.leader]
lease = "-"
duration = "1s"
"#
    );
    insta::assert_snapshot!(faults(&text, &[]), @r#"
    sublet.toml:10:1  kubernetes.enabeld
        There is no such key.
        Did you mean “enabled”?

    sublet.toml:11:14  kubernetes.controller
        Nothing asks for environments on Kubernetes here, so there is nothing to make.
        Write enabled = true as well, or run `sublet controller` alone.

    sublet.toml:12:14  kubernetes.kubeconfig
        /etc/sublet/nowhere/kubeconfig cannot be read: No such file or directory (os error 2).
        Name a kubeconfig, or leave this out: then it is what kubectl would take.

    sublet.toml:13:11  kubernetes.context
        This is empty.
        Write a value, or leave the key out.

    sublet.toml:14:13  kubernetes.namespace
        “Sublet” cannot be a namespace's name.
        Write small letters, digits and `-`, at most 63, such as `sublet`.

    sublet.toml:15:11  kubernetes.account
        “sublet-controller” is not a service account.
        Write the namespace and the name, such as `sublet/sublet-controller`.

    sublet.toml:16:11  kubernetes.service
        “nodeport” is not one of the words that fit here.
        Did you mean “node-port”?

    sublet.toml:17:8  kubernetes.host
        “https://env.example.org” is not a host.
        Write a host name or an address without a port, such as `env.example.org`.

    sublet.toml:18:17  kubernetes.storage_class
        “fast disks” is not a storage class.
        Write a name that `kubectl get storageclass` shows.

    sublet.toml:19:31  kubernetes.reached_from[1]
        “everywhere” is not a range of addresses.
        Write a range such as `10.20.0.0/16`, or one address.

    sublet.toml:20:14  kubernetes.may_reach[0]
        “10.1.2.3/8” has an address that lies inside the range.
        Write `10.0.0.0/8`.

    sublet.toml:21:18  kubernetes.cluster_ranges
        This is a text, not a list.
        Write it in brackets, such as ["one", "two"].

    sublet.toml:22:17  kubernetes.name_servers[0]
        “dns.example.org” is not an address.
        Write the address of a DNS server, such as `169.254.20.10`.

    sublet.toml:25:7  kubernetes.storage_classes.web
        “SSD” is not a storage class.
        Write a name that `kubectl get storageclass` shows.

    sublet.toml:28:9  kubernetes.leader.lease
        “-” cannot be a name in Kubernetes.
        Write small letters, digits, `-` and `.`, such as `sublet-controller`.

    sublet.toml:29:12  kubernetes.leader.duration
        “1s” is outside the limits.
        Write a span from 5s to 5m.

    16 faults.
    "#);
    let text = format!("{SMALLEST}[kubernetes]\nservice = \"cluster-ip\"\nhost = \"env.example.org\"\n");
    insta::assert_snapshot!(faults(&text, &[]), @r#"
    sublet.toml:10:8  kubernetes.host
        People are told this host with a node port only.
        Leave it out, or write service = "node-port".

    One fault.
    "#);
}

#[test]
fn kubernetes_is_understood() {
    let text = format!(
        "{SMALLEST}{}",
        r#"
[kubernetes]
enabled = true
controller = true
listen = "0.0.0.0:9090"
namespace = "lending"
context = "kind"
account = "lending/maker"
host = "env.example.org"
storage_class = "standard"
reached_from = ["10.0.0.0/8", "2001:db8::1"]
may_reach = ["0.0.0.0/0"]
cluster_ranges = ["10.244.0.0/16", "10.96.0.0/16"]
name_servers = ["169.254.20.10"]

[kubernetes.storage_classes]
data = "fast"

[kubernetes.leader]
lease = "one-of-us"
duration = "30s"
"#
    );
    let config = load(&text, &[("SUBLET__KUBERNETES__STORAGE_CLASSES__WEB", "slow")]).unwrap();
    assert!(config.summary().to_string().contains(
        "kubernetes  namespace lending of kind, made by this process, node ports of env.example.org\n"
    ));
    let Kubernetes { enabled, controller, listen, access, making, leading } = config.kubernetes;
    assert!(enabled && controller);
    assert_eq!(listen.to_string(), "0.0.0.0:9090");
    assert_eq!(
        access,
        Access { kubeconfig: None, context: Some("kind".into()), namespace: "lending".into() }
    );
    let ranges = |texts: &[&str]| texts.iter().map(|text| text.parse().unwrap()).collect::<Vec<_>>();
    assert_eq!(
        making,
        Making {
            service: ServiceKind::NodePort,
            host: Some("env.example.org".into()),
            account: Some(Account { namespace: "lending".into(), name: "maker".into() }),
            storage_class: Some("standard".into()),
            storage_classes: BTreeMap::from(
                [("data", "fast"), ("web", "slow")].map(|(a, b)| (a.into(), b.into()))
            ),
            reached_from: ranges(&["10.0.0.0/8", "2001:db8::1/128"]),
            may_reach: ranges(&["0.0.0.0/0"]),
            cluster_ranges: ranges(&["10.244.0.0/16", "10.96.0.0/16"]),
            name_servers: vec!["169.254.20.10".parse().unwrap()],
        }
    );
    assert_eq!(leading, Leading { lease: "one-of-us".into(), duration: Duration::from_secs(30) });
}

#[test]
fn what_is_not_said_of_kubernetes_is_closed() {
    let config = load(SMALLEST, &[]).unwrap().kubernetes;
    assert!(!config.enabled && !config.controller);
    assert_eq!(config.access.namespace, "sublet");
    assert_eq!(config.making.may_reach, [], "nothing but DNS");
    assert_eq!(config.making.reached_from, ["0.0.0.0/0", "::/0"].map(|range| range.parse().unwrap()));
    assert_eq!(
        config.leading,
        Leading { lease: "sublet-controller".into(), duration: Duration::from_secs(15) }
    );
}

#[test]
fn the_controller_reads_its_own_sections_only() {
    // Its file may be that of `serve`, whose secrets it does not have.
    let shared =
        format!("{SMALLEST}{WITH_SMTP}password_env = \"SMTP\"\n[kubernetes]\nnamespace = \"lending\"\n");
    let alone = "[kubernetes]\nnamespace = \"lending\"\n[telemetry]\nformat = \"json\"\n";
    assert!(load(&shared, &[]).is_err());
    for text in [shared.as_str(), alone] {
        let config = Controller::load(&sources(text, &[])).unwrap();
        assert_eq!(config.kubernetes.access.namespace, "lending");
    }
    assert_eq!(Controller::load(&sources("", &[])).unwrap().kubernetes.access.namespace, "sublet");
    let bad = "[kubernets]\n[kubernetes]\nnamespace = \"Lending\"\n[telemetry]\nformt = \"json\"\n";
    let told =
        Controller::load(&sources(bad, &[("SUBLET__KUBERNETES__LEADER__DURATION", "1h")])).unwrap_err();
    insta::assert_snapshot!(told, @r#"
    sublet.toml:1:2  kubernets
        There is no such key.
        Did you mean “kubernetes”?

    sublet.toml:3:13  kubernetes.namespace
        “Lending” cannot be a namespace's name.
        Write small letters, digits and `-`, at most 63, such as `sublet`.

    sublet.toml:5:1  telemetry.formt
        There is no such key.
        Did you mean “format”?

    SUBLET__KUBERNETES__LEADER__DURATION  kubernetes.leader.duration
        “1h” is outside the limits.
        Write a span from 5s to 5m.

    4 faults.
    "#);
}
