//! How the environment is reached: a port on every node, or an address inside the cluster.

use k8s_openapi::api::core::v1::{Service, ServicePort, ServiceSpec};

use super::port;
use crate::cluster::kubernetes::{controller::plan::Plan, names, settings::ServiceKind};

/// The port of the service that leads to the SSH server.
pub(crate) const SSH: u16 = 22;

pub(super) fn build(plan: &Plan) -> Service {
    let one = |name: &str, outside: u16, inside: u16| ServicePort {
        name: Some(name.to_owned()),
        port: outside.into(),
        protocol: Some("TCP".to_owned()),
        target_port: Some(port(inside)),
        ..ServicePort::default()
    };
    let others = plan.ports.iter().map(|(name, number)| one(name, *number, *number));
    let ports = [one(names::SSH_PORT, SSH, plan.ssh_port)].into_iter().chain(others).collect();
    let (kind, outside) = match plan.service {
        ServiceKind::NodePort => ("NodePort", Some("Cluster".to_owned())),
        ServiceKind::ClusterIp => ("ClusterIP", None),
    };
    Service {
        metadata: plan.named(&plan.name),
        spec: Some(ServiceSpec {
            type_: Some(kind.to_owned()),
            selector: Some(plan.selector()),
            ports: Some(ports),
            session_affinity: Some("None".to_owned()),
            internal_traffic_policy: Some("Cluster".to_owned()),
            external_traffic_policy: outside,
            ..ServiceSpec::default()
        }),
        ..Service::default()
    }
}
