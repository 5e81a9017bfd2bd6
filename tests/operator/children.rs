//! What is built for an environment, judged by a real API server: it takes everything, and keeps it as it was written.

use std::{collections::BTreeMap, fmt::Debug, time::Duration};

use k8s_openapi::{
    NamespaceResourceScope,
    api::{
        apps::v1::Deployment,
        core::v1::{LimitRange, Namespace, PersistentVolumeClaim, Pod, ResourceQuota, Secret, Service},
        networking::v1::NetworkPolicy,
        rbac::v1::RoleBinding,
    },
};
use kube::{
    Api, Client, Resource, ResourceExt,
    api::{ListParams, ObjectMeta, Patch, PatchParams, PostParams},
};
use serde::{Serialize, de::DeserializeOwned};
use serde_json::Value;
use sublet::cluster::{
    host_key::HostKey,
    kubernetes::{
        controller::{
            build::{Children, children},
            validate,
        },
        resource::{ContainerSpec, Environment, Size, Spec},
        settings::{Account, Making, ServiceKind},
    },
};

use crate::world::{PATIENCE, Place};

const KEY: &str = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIBRyAp5yGZcyRsNoZkREkJ1TbUeJXAGrpgqmsVWPDGlM one";

/// What is asked, with sizes that people write in many ways.
fn asked(place: &Place, size: [&str; 2], storage: Option<&str>, ports: &[(&str, u16)]) -> Environment {
    let words = |text: &str| text.to_owned();
    let spec = Spec {
        lease: place.access.namespace.clone(),
        owner: "Dana+Lab@example.org".to_owned(),
        template: "web".to_owned(),
        size: Size { cpu: words(size[0]), memory: words(size[1]), storage: storage.map(words) },
        parameters: BTreeMap::from([(words("start-page"), words("costs $(HOME) and $$ and ß"))]),
        authorized_keys: vec![KEY.to_owned()],
        ends_at: None,
        deadline_seconds: 5,
        attempt: 1,
        container: Some(ContainerSpec {
            image: "registry.example/web:1".to_owned(),
            user: "dev".to_owned(),
            ssh_port: 2222,
            ports: ports.iter().map(|(name, port)| ((*name).to_owned(), *port)).collect(),
            volume: storage.map(|_| words("/home/dev/work")),
            env: BTreeMap::from([(words("EMPTY"), String::new()), (words("LANG"), words("C.UTF-8"))]),
        }),
    };
    let metadata = ObjectMeta {
        name: Some("web-7k3f2".to_owned()),
        namespace: Some(place.access.namespace.clone()),
        ..ObjectMeta::default()
    };
    Environment { metadata, spec, status: None }
}

fn making(service: ServiceKind) -> Making {
    let ranges = |texts: &[&str]| texts.iter().map(|text| text.parse().unwrap()).collect();
    Making {
        service,
        host: None,
        account: Some(Account { namespace: "sublet".to_owned(), name: "sublet-controller".to_owned() }),
        storage_class: Some("standard".to_owned()),
        storage_classes: BTreeMap::new(),
        reached_from: ranges(&["0.0.0.0/0", "::/0", "192.0.2.0/24"]),
        may_reach: ranges(&["0.0.0.0/0", "::/0"]),
        cluster_ranges: ranges(&["10.96.0.0/16", "fd00:10::/64"]),
        name_servers: vec!["9.9.9.9".parse().unwrap(), "2620:fe::9".parse().unwrap()],
    }
}

fn built(environment: &Environment, making: &Making, key: &HostKey) -> Children {
    let pods = ["10.244.0.0/24".parse().unwrap(), "10.244.1.0/24".parse().unwrap()];
    children(&validate::plan(environment, making, &pods).unwrap(), key)
}

/// Whether everything that is wanted is there just so. The API server may add fields, not entries of lists.
fn is_contained(wanted: &Value, there: &Value) -> bool {
    match (wanted, there) {
        (Value::Object(wanted), Value::Object(there)) => {
            wanted.iter().all(|(name, field)| there.get(name).is_some_and(|other| is_contained(field, other)))
        }
        (Value::Array(wanted), Value::Array(there)) => {
            wanted.len() == there.len()
                && wanted.iter().zip(there).all(|(one, other)| is_contained(one, other))
        }
        (wanted, there) => wanted == there,
    }
}

/// Applies one, once the quota's own controller has seen the quota; it is then there as it was written, and applying
/// it again writes nothing.
async fn applied<K>(api: Api<K>, wanted: &K) -> K
where
    K: Resource + Serialize + DeserializeOwned + Clone + Debug,
{
    let how = PatchParams::apply("sublet-tests").force();
    let name = wanted.meta().name.clone().unwrap();
    let mut tries = 0;
    let first = loop {
        match api.patch(&name, &how, &Patch::Apply(wanted)).await {
            Ok(there) => break there,
            Err(kube::Error::Api(status)) if status.message.contains("status unknown for quota") => {
                tries += 1;
                assert!(tries < 100, "{status:?}");
                tokio::time::sleep(Duration::from_millis(100)).await;
            }
            Err(error) => panic!("{name}: {error}"),
        }
    };
    let (written, there) = (serde_json::to_value(wanted).unwrap(), serde_json::to_value(&first).unwrap());
    assert!(is_contained(&written, &there), "wanted {written:#}\nthere {there:#}");
    first
}

async fn all_applied(client: &Client, children: &Children) -> Children {
    let namespace = children.namespace.name_any();
    fn within<K>(client: &Client, namespace: &str) -> Api<K>
    where
        K: Resource<Scope = NamespaceResourceScope, DynamicType = ()>,
    {
        Api::namespaced(client.clone(), namespace)
    }
    let mut policies = Vec::new();
    let there = applied(Api::<Namespace>::all(client.clone()), &children.namespace).await;
    let binding =
        applied(within::<RoleBinding>(client, &namespace), children.binding.as_ref().unwrap()).await;
    let quota = applied(within::<ResourceQuota>(client, &namespace), &children.quota).await;
    let limits = applied(within::<LimitRange>(client, &namespace), &children.limits).await;
    let secret = applied(within::<Secret>(client, &namespace), &children.secret).await;
    for policy in &children.policies {
        policies.push(applied(within::<NetworkPolicy>(client, &namespace), policy).await);
    }
    let mut claim = None;
    if let Some(wanted) = &children.claim {
        claim = Some(applied(within::<PersistentVolumeClaim>(client, &namespace), wanted).await);
    }
    let service = applied(within::<Service>(client, &namespace), &children.service).await;
    let deployment = applied(within::<Deployment>(client, &namespace), &children.deployment).await;
    Children {
        namespace: there,
        binding: Some(binding),
        quota,
        limits,
        secret,
        claim,
        policies,
        service,
        deployment,
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn everything_is_taken_and_kept_as_it_was_written() {
    let kinds = [
        (["1.5", "1024Mi"], Some("5000M"), ServiceKind::NodePort, [("http", 8080), ("x", 9000)].as_slice()),
        (["500000u", "1.5Gi"], None, ServiceKind::ClusterIp, [("http", 8080)].as_slice()),
        (["2000m", "1e9"], Some("1.5Gi"), ServiceKind::NodePort, [].as_slice()),
    ];
    for (size, storage, service, ports) in kinds {
        let Some(place) = Place::new().await else { return };
        let key = HostKey::generate().unwrap();
        let wanted = built(&asked(&place, size, storage, ports), &making(service), &key);
        let first = all_applied(&place.client, &wanted).await;
        // These are compared whole: what anybody adds to them would open something.
        assert_eq!(first.quota.spec, wanted.quota.spec);
        assert_eq!(first.limits.spec, wanted.limits.spec);
        assert_eq!(first.secret.data, wanted.secret.data);
        for (there, policy) in first.policies.iter().zip(&wanted.policies) {
            assert_eq!(there.spec, policy.spec);
        }
        let second = all_applied(&place.client, &wanted).await;
        assert_eq!(second.service.metadata.resource_version, first.service.metadata.resource_version);
        assert_eq!(second.deployment.metadata.generation, Some(1), "a second time changes nothing");
        let others = |children: &Children| {
            let policies = children.policies.iter().map(ResourceExt::resource_version);
            (
                children.secret.resource_version(),
                children.limits.resource_version(),
                policies.collect::<Vec<_>>(),
            )
        };
        assert_eq!(others(&second), others(&first));
    }
}

/// Waits until the cluster made the pod of a deployment.
async fn its_pod(pods: &Api<Pod>) -> Pod {
    let looking = async {
        loop {
            if let Some(pod) = pods.list(&ListParams::default()).await.unwrap().items.into_iter().next() {
                return pod;
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    };
    tokio::time::timeout(PATIENCE, looking).await.expect("no pod was made")
}

#[tokio::test(flavor = "multi_thread")]
async fn its_pod_is_let_in_and_nothing_else_is() {
    let Some(place) = Place::new().await else { return };
    let environment = asked(&place, ["1", "1Gi"], Some("1Gi"), &[]);
    let wanted = built(&environment, &making(ServiceKind::NodePort), &HostKey::generate().unwrap());
    all_applied(&place.client, &wanted).await;
    let namespace = wanted.namespace.name_any();
    let pods: Api<Pod> = Api::namespaced(place.client.clone(), &namespace);
    let pod = its_pod(&pods).await;
    assert_eq!(pod.labels().get("sublet.dev/lease"), Some(&environment.spec.lease));

    let again = |name: &str| {
        let metadata = ObjectMeta { name: Some(name.to_owned()), ..ObjectMeta::default() };
        Pod { metadata, spec: wanted.deployment.spec.as_ref().unwrap().template.spec.clone(), status: None }
    };
    let refusal = |refused: Result<Pod, kube::Error>| refused.unwrap_err().to_string();
    let second = refusal(pods.create(&PostParams::default(), &again("second")).await);
    assert!(second.contains("exceeded quota: sublet") && second.contains("pods=1"), "{second}");
    let mut root = again("root");
    let spec = root.spec.as_mut().unwrap();
    spec.security_context.as_mut().unwrap().run_as_user = Some(0);
    spec.host_network = Some(true);
    let root = refusal(pods.create(&PostParams::default(), &root).await);
    assert!(root.contains("violates PodSecurity \"restricted:latest\""), "{root}");
    let mut big = again("big");
    let container = &mut big.spec.as_mut().unwrap().containers[0];
    let most = container.resources.as_mut().unwrap().limits.as_mut().unwrap();
    most.insert(
        "memory".to_owned(),
        k8s_openapi::apimachinery::pkg::api::resource::Quantity("2Gi".to_owned()),
    );
    let big = refusal(pods.create(&PostParams::default(), &big).await);
    assert!(big.contains("maximum memory usage per Container is 1Gi"), "{big}");

    let services: Api<Service> = Api::namespaced(place.client.clone(), &namespace);
    let mut service = wanted.service.clone();
    service.metadata = ObjectMeta { name: Some("other".to_owned()), ..ObjectMeta::default() };
    let other = services.create(&PostParams::default(), &service).await.unwrap_err().to_string();
    assert!(other.contains("exceeded quota: sublet"), "{other}");
}
