//! `[kubernetes]`: environments on a cluster, and the controller that makes them.

use std::{
    collections::BTreeMap,
    fmt,
    net::{IpAddr, Ipv4Addr, SocketAddr},
    path::PathBuf,
    time::Duration,
};

use ipnet::{IpNet, Ipv4Net, Ipv6Net};

use super::{Sources, quantity::span, server::listen};
use crate::{
    cluster::kubernetes::settings::{Access, Account, Leading, Making, ServiceKind},
    document::{Section, Wrong},
};

/// The namespace of the custom resources when none is configured.
const USUAL_NAMESPACE: &str = "sublet";
/// Where `sublet controller` answers probes when nothing is configured: not where `serve` usually does.
const USUAL_PORT: u16 = 8081;
/// The name of the Kubernetes `Lease` when none is configured.
const USUAL_LEASE: &str = "sublet-controller";
/// How long a controller leads without renewing, when nothing is configured.
const USUAL_DURATION: Duration = Duration::from_secs(15);

const SERVICES: [(&str, ServiceKind); 2] =
    [("node-port", ServiceKind::NodePort), ("cluster-ip", ServiceKind::ClusterIp)];

/// Environments on a cluster.
#[derive(Debug, Clone)]
pub struct Kubernetes {
    /// Whether templates may use them.
    pub enabled: bool,
    /// Whether `serve` runs the controller in its own process.
    pub controller: bool,
    /// Where `sublet controller` answers probes; `serve` answers for both on its own address.
    pub listen: SocketAddr,
    /// How the cluster is reached.
    pub access: Access,
    /// How the controller makes environments.
    pub making: Making,
    /// How one controller of several is chosen.
    pub leading: Leading,
}

impl Kubernetes {
    pub(super) fn read(section: &Section<'_>, sources: &Sources) -> Self {
        let enabled = section.switch("enabled").unwrap_or(false);
        let controller = section.switch("controller").unwrap_or(false);
        if controller && !enabled {
            let wrong = "Nothing asks for environments on Kubernetes here, so there is nothing to make.";
            let right = "Write enabled = true as well, or run `sublet controller` alone.";
            section.fault("controller", Wrong::new(wrong, right));
        }
        Self {
            enabled,
            controller,
            listen: section.parse("listen", listen).unwrap_or((Ipv4Addr::LOCALHOST, USUAL_PORT).into()),
            access: access(section, sources),
            making: making(section),
            leading: section.section("leader", leading),
        }
    }
}

fn access(section: &Section<'_>, sources: &Sources) -> Access {
    Access {
        kubeconfig: section.parse("kubeconfig", |text| kubeconfig(sources.path(text))),
        context: section.text("context"),
        namespace: section.parse("namespace", label).unwrap_or_else(|| USUAL_NAMESPACE.to_owned()),
    }
}

fn making(section: &Section<'_>) -> Making {
    let service = section.choice("service", &SERVICES).unwrap_or(ServiceKind::NodePort);
    let host = section.parse("host", host);
    if service == ServiceKind::ClusterIp && section.has("host") {
        let wrong = "People are told this host with a node port only.";
        section.fault("host", Wrong::new(wrong, "Leave it out, or write service = \"node-port\"."));
    }
    let everywhere = || vec![IpNet::V4(Ipv4Net::default()), IpNet::V6(Ipv6Net::default())];
    Making {
        service,
        host,
        account: section.parse("account", account),
        storage_class: section.parse("storage_class", class),
        storage_classes: section.section("storage_classes", storage_classes),
        reached_from: ranges(section, "reached_from").unwrap_or_else(everywhere),
        may_reach: ranges(section, "may_reach").unwrap_or_default(),
        cluster_ranges: ranges(section, "cluster_ranges").unwrap_or_default(),
        name_servers: section
            .each("name_servers", address)
            .map(|all| all.into_iter().map(|address| address.value).collect())
            .unwrap_or_default(),
    }
}

fn leading(section: &Section<'_>) -> Leading {
    Leading {
        lease: section.parse("lease", subdomain).unwrap_or_else(|| USUAL_LEASE.to_owned()),
        duration: section.parse("duration", patience).unwrap_or(USUAL_DURATION),
    }
}

fn storage_classes(section: &Section<'_>) -> BTreeMap<String, String> {
    let keys = section.keys().into_iter();
    keys.filter_map(|key| section.scalar(&key.value, class).map(|class| (key.value, class))).collect()
}

fn ranges(section: &Section<'_>, key: &'static str) -> Option<Vec<IpNet>> {
    let ranges = section.each(key, range)?;
    Some(ranges.into_iter().map(|range| range.value).collect())
}

/// A range of addresses; a single address is a range of one.
fn range(text: &str) -> Result<IpNet, Wrong> {
    let right = "Write a range such as `10.20.0.0/16`, or one address.";
    let wrong = |_| Wrong::new(format!("“{text}” is not a range of addresses."), right);
    let range = match text.parse::<IpAddr>() {
        Ok(address) => return Ok(address.into()),
        Err(_) => text.parse::<IpNet>().map_err(wrong)?,
    };
    if range.trunc() != range {
        let wrong = format!("“{text}” has an address that lies inside the range.");
        return Err(Wrong::new(wrong, format!("Write `{}`.", range.trunc())));
    }
    Ok(range)
}

fn address(text: &str) -> Result<IpAddr, Wrong> {
    let right = "Write the address of a DNS server, such as `169.254.20.10`.";
    text.parse().map_err(|_| Wrong::new(format!("“{text}” is not an address."), right))
}

fn kubeconfig(path: PathBuf) -> Result<PathBuf, Wrong> {
    match std::fs::File::open(&path) {
        Ok(_) => Ok(path),
        Err(error) => {
            let wrong = format!("{} cannot be read: {error}.", path.display());
            let right = "Name a kubeconfig, or leave this out: then it is what kubectl would take.";
            Err(Wrong::new(wrong, right))
        }
    }
}

/// How long a leader that is silent keeps the others waiting.
fn patience(text: &str) -> Result<Duration, Wrong> {
    let span = span(text)?;
    let whole = span.to_std().ok().filter(|span| (5..=300).contains(&span.as_secs()));
    whole.ok_or_else(|| Wrong::new(format!("“{text}” is outside the limits."), "Write a span from 5s to 5m."))
}

fn account(text: &str) -> Result<Account, Wrong> {
    let right = "Write the namespace and the name, such as `sublet/sublet-controller`.";
    let wrong = || Wrong::new(format!("“{text}” is not a service account."), right);
    let (namespace, name) = text.split_once('/').ok_or_else(wrong)?;
    let namespace = label(namespace).map_err(|_| wrong())?;
    let name = subdomain(name).map_err(|_| wrong())?;
    Ok(Account { namespace, name })
}

fn host(text: &str) -> Result<String, Wrong> {
    if text.parse::<IpAddr>().is_ok() || is_subdomain(text) {
        return Ok(text.to_owned());
    }
    let right = "Write a host name or an address without a port, such as `env.example.org`.";
    Err(Wrong::new(format!("“{text}” is not a host."), right))
}

fn class(text: &str) -> Result<String, Wrong> {
    if is_subdomain(text) {
        return Ok(text.to_owned());
    }
    let right = "Write a name that `kubectl get storageclass` shows.";
    Err(Wrong::new(format!("“{text}” is not a storage class."), right))
}

fn label(text: &str) -> Result<String, Wrong> {
    if is_label(text) {
        return Ok(text.to_owned());
    }
    let right = "Write small letters, digits and `-`, at most 63, such as `sublet`.";
    Err(Wrong::new(format!("“{text}” cannot be a namespace's name."), right))
}

fn subdomain(text: &str) -> Result<String, Wrong> {
    if is_subdomain(text) {
        return Ok(text.to_owned());
    }
    let right = "Write small letters, digits, `-` and `.`, such as `sublet-controller`.";
    Err(Wrong::new(format!("“{text}” cannot be a name in Kubernetes."), right))
}

fn is_label(text: &str) -> bool {
    (1..=63).contains(&text.len())
        && !text.starts_with('-')
        && !text.ends_with('-')
        && text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
}

fn is_subdomain(text: &str) -> bool {
    text.len() <= 253 && text.split('.').all(is_label)
}

impl fmt::Display for Kubernetes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !self.enabled {
            return f.write_str("off");
        }
        write!(f, "namespace {}", self.access.namespace)?;
        if let Some(context) = &self.access.context {
            write!(f, " of {context}")?;
        }
        if let Some(kubeconfig) = &self.access.kubeconfig {
            write!(f, ", by {}", kubeconfig.display())?;
        }
        let by = if self.controller { "made by this process" } else { "made by `sublet controller`" };
        let way = match (self.making.service, &self.making.host) {
            (ServiceKind::ClusterIp, _) => "cluster addresses".to_owned(),
            (ServiceKind::NodePort, Some(host)) => format!("node ports of {host}"),
            (ServiceKind::NodePort, None) => "node ports".to_owned(),
        };
        write!(f, ", {by}, {way}")
    }
}
