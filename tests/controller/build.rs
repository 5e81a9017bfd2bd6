//! Everything that is built, as the file that kubectl would apply.

use serde::Serialize;
use sublet::cluster::kubernetes::{
    controller::build::{Children, children, secret},
    settings::{Making, ServiceKind},
};

use crate::some::{bare, environment, host_key, making, plan};

fn full() -> Children {
    children(&plan(&environment(), &making()), &host_key())
}

/// As YAML, without what is the same in all.
fn yaml(child: &impl Serialize) -> String {
    let mut value = serde_json::to_value(child).unwrap();
    let metadata = value["metadata"].as_object_mut().unwrap();
    for same in ["labels", "annotations", "namespace"] {
        metadata.remove(same);
    }
    serde_saphyr::to_string(&value).unwrap()
}

#[test]
fn the_namespace_lets_in_only_what_is_restricted() {
    insta::assert_snapshot!(serde_saphyr::to_string(&full().namespace).unwrap(), @"
    apiVersion: v1
    kind: Namespace
    metadata:
      annotations:
        sublet.dev/home: sublet
        sublet.dev/owner-email: dana@example.org
      labels:
        app.kubernetes.io/managed-by: sublet
        app.kubernetes.io/name: environment
        pod-security.kubernetes.io/audit: restricted
        pod-security.kubernetes.io/enforce: restricted
        pod-security.kubernetes.io/warn: restricted
        sublet.dev/environment: web-7k3f2
        sublet.dev/lease: lea_01994f2a
        sublet.dev/owner: dana-example.org-59219d87
        sublet.dev/template: web
      name: web-7k3f2-3755677c
    ");
}

#[test]
fn the_controller_may_write_into_it() {
    insta::assert_snapshot!(yaml(&full().binding.unwrap()), @"
    apiVersion: rbac.authorization.k8s.io/v1
    kind: RoleBinding
    metadata:
      name: sublet
    roleRef:
      apiGroup: rbac.authorization.k8s.io
      kind: ClusterRole
      name: sublet-environment
    subjects:
    - kind: ServiceAccount
      name: sublet-controller
      namespace: sublet
    ");
    let as_a_user = Making { account: None, ..making() };
    assert_eq!(children(&plan(&environment(), &as_a_user), &host_key()).binding, None);
}

#[test]
fn it_holds_what_was_granted_and_no_more() {
    insta::assert_snapshot!(yaml(&full().quota), @r#"
    apiVersion: v1
    kind: ResourceQuota
    metadata:
      name: sublet
    spec:
      hard:
        limits.cpu: 1500m
        limits.ephemeral-storage: 4Gi
        limits.memory: 1Gi
        persistentvolumeclaims: "1"
        pods: "1"
        requests.cpu: 1500m
        requests.ephemeral-storage: 128Mi
        requests.memory: 1Gi
        requests.storage: 5Gi
        services: "1"
        services.loadbalancers: "0"
        services.nodeports: "2"
    "#);
    insta::assert_snapshot!(yaml(&full().limits), @"
    apiVersion: v1
    kind: LimitRange
    metadata:
      name: sublet
    spec:
      limits:
      - default:
          cpu: 1500m
          ephemeral-storage: 4Gi
          memory: 1Gi
        defaultRequest:
          cpu: 1500m
          ephemeral-storage: 128Mi
          memory: 1Gi
        max:
          cpu: 1500m
          ephemeral-storage: 4Gi
          memory: 1Gi
        type: Container
      - max:
          storage: 5Gi
        type: PersistentVolumeClaim
    ");
}

#[test]
fn the_keys_are_files() {
    let secret = full().secret;
    let text = |name: &str| String::from_utf8(secret.data.as_ref().unwrap()[name].0.clone()).unwrap();
    assert_eq!(text("ssh_host_ed25519_key"), host_key().private());
    assert_eq!(text("ssh_host_ed25519_key.pub").trim_end(), host_key().line());
    assert_eq!(text("authorized_keys"), format!("{}\n", crate::some::KEY));
    assert_eq!(secret.data.as_ref().unwrap().len(), 3);
    assert_eq!(secret::host_key(&secret).unwrap().private(), host_key().private());
    assert_eq!((secret.immutable, secret.type_.as_deref()), (Some(false), Some("Opaque")));
}

#[test]
fn the_volume_is_claimed() {
    insta::assert_snapshot!(yaml(&full().claim.unwrap()), @"
    apiVersion: v1
    kind: PersistentVolumeClaim
    metadata:
      name: web-7k3f2
    spec:
      accessModes:
      - ReadWriteOnce
      resources:
        requests:
          storage: 5Gi
      storageClassName: standard
      volumeMode: Filesystem
    ");
}

/// The named policies, as one file.
fn policies(names: &[&str]) -> String {
    let all = full().policies;
    let named = all.iter().filter(|policy| names.contains(&policy.metadata.name.as_deref().unwrap()));
    named.map(yaml).collect::<Vec<_>>().join("---\n")
}

#[test]
fn it_is_reached_by_nothing_but_what_is_named() {
    insta::assert_snapshot!(policies(&["default-deny", "ssh"]), @r#"
    apiVersion: networking.k8s.io/v1
    kind: NetworkPolicy
    metadata:
      name: default-deny
    spec:
      podSelector: {}
      policyTypes:
      - Ingress
      - Egress
    ---
    apiVersion: networking.k8s.io/v1
    kind: NetworkPolicy
    metadata:
      name: ssh
    spec:
      ingress:
      - from:
        - ipBlock:
            cidr: 0.0.0.0/0
            except:
            - 10.96.0.0/16
            - 10.244.0.0/24
        - ipBlock:
            cidr: "::/0"
        - namespaceSelector:
            matchLabels:
              kubernetes.io/metadata.name: sublet
          podSelector:
            matchLabels:
              app.kubernetes.io/name: sublet
        ports:
        - port: 2222
          protocol: TCP
        - port: 8080
          protocol: TCP
      podSelector:
        matchLabels:
          sublet.dev/lease: lea_01994f2a
      policyTypes:
      - Ingress
    "#);
}

#[test]
fn it_reaches_nothing_but_what_is_named() {
    insta::assert_snapshot!(policies(&["dns", "egress"]), @"
    apiVersion: networking.k8s.io/v1
    kind: NetworkPolicy
    metadata:
      name: dns
    spec:
      egress:
      - ports:
        - port: 53
          protocol: UDP
        - port: 53
          protocol: TCP
        to:
        - namespaceSelector:
            matchLabels:
              kubernetes.io/metadata.name: kube-system
          podSelector:
            matchLabels:
              k8s-app: kube-dns
        - ipBlock:
            cidr: 9.9.9.9/32
      podSelector:
        matchLabels:
          sublet.dev/lease: lea_01994f2a
      policyTypes:
      - Egress
    ---
    apiVersion: networking.k8s.io/v1
    kind: NetworkPolicy
    metadata:
      name: egress
    spec:
      egress:
      - to:
        - ipBlock:
            cidr: 0.0.0.0/0
            except:
            - 10.96.0.0/16
            - 10.244.0.0/24
            - 100.100.100.200/32
            - 168.63.129.16/32
            - 169.254.0.0/16
            - 192.0.0.192/32
      podSelector:
        matchLabels:
          sublet.dev/lease: lea_01994f2a
      policyTypes:
      - Egress
    ");
}

#[test]
fn it_has_ports_on_the_nodes_or_an_address_inside() {
    insta::assert_snapshot!(yaml(&full().service), @"
    apiVersion: v1
    kind: Service
    metadata:
      name: web-7k3f2
    spec:
      externalTrafficPolicy: Cluster
      internalTrafficPolicy: Cluster
      ports:
      - name: ssh
        port: 22
        protocol: TCP
        targetPort: 2222
      - name: http
        port: 8080
        protocol: TCP
        targetPort: 8080
      selector:
        sublet.dev/lease: lea_01994f2a
      sessionAffinity: None
      type: NodePort
    ");
    let inside = Making { service: ServiceKind::ClusterIp, ..making() };
    let children = children(&plan(&environment(), &inside), &host_key());
    let service = children.service.spec.unwrap();
    assert_eq!((service.type_.as_deref(), service.external_traffic_policy), (Some("ClusterIP"), None));
    assert_eq!(children.quota.spec.unwrap().hard.unwrap()["services.nodeports"].0, "0");
}

#[test]
fn it_runs_one_pod_that_makes_room_before_the_next() {
    let mut deployment = full().deployment;
    let template = &mut deployment.spec.as_mut().unwrap().template;
    assert_eq!(
        template.metadata.as_ref().unwrap().labels.as_ref().unwrap()["sublet.dev/lease"],
        "lea_01994f2a"
    );
    template.metadata = None;
    template.spec.as_mut().unwrap().containers.clear();
    insta::assert_snapshot!(yaml(&deployment), @"
    apiVersion: apps/v1
    kind: Deployment
    metadata:
      name: web-7k3f2
    spec:
      progressDeadlineSeconds: 600
      replicas: 1
      revisionHistoryLimit: 2
      selector:
        matchLabels:
          sublet.dev/lease: lea_01994f2a
      strategy:
        type: Recreate
      template:
        spec:
          automountServiceAccountToken: false
          containers: []
          dnsPolicy: ClusterFirst
          enableServiceLinks: false
          hostname: web-7k3f2
          restartPolicy: Always
          securityContext:
            fsGroup: 1000
            fsGroupChangePolicy: OnRootMismatch
            runAsGroup: 1000
            runAsNonRoot: true
            runAsUser: 1000
            seccompProfile:
              type: RuntimeDefault
          terminationGracePeriodSeconds: 10
          volumes:
          - name: keys
            secret:
              defaultMode: 288
              secretName: ssh
          - emptyDir:
              sizeLimit: 4Gi
            name: tmp
          - name: volume
            persistentVolumeClaim:
              claimName: web-7k3f2
    ");
}

#[test]
fn its_container_has_no_rights() {
    let containers = full().deployment.spec.unwrap().template.spec.unwrap().containers;
    insta::assert_snapshot!(serde_saphyr::to_string(&containers).unwrap(), @"
    - env:
      - name: LANG
        value: C.UTF-8
      - name: SUBLET_ENGINE
        value: postgres
      - name: SUBLET_START_PAGE
        value: costs $$(HOME)
      image: registry.example/web:1
      imagePullPolicy: IfNotPresent
      name: environment
      ports:
      - containerPort: 2222
        name: ssh
        protocol: TCP
      - containerPort: 8080
        name: http
        protocol: TCP
      readinessProbe:
        failureThreshold: 3
        periodSeconds: 2
        successThreshold: 1
        tcpSocket:
          port: 2222
        timeoutSeconds: 2
      resources:
        limits:
          cpu: 1500m
          ephemeral-storage: 4Gi
          memory: 1Gi
        requests:
          cpu: 1500m
          ephemeral-storage: 128Mi
          memory: 1Gi
      securityContext:
        allowPrivilegeEscalation: false
        capabilities:
          drop:
          - ALL
        privileged: false
        readOnlyRootFilesystem: false
        runAsNonRoot: true
      terminationMessagePolicy: FallbackToLogsOnError
      volumeMounts:
      - mountPath: /etc/sublet/ssh
        name: keys
        readOnly: true
      - mountPath: /tmp
        name: tmp
      - mountPath: /home/dev/work
        name: volume
    ");
}

#[test]
fn what_is_not_asked_for_is_not_there() {
    let children = children(&plan(&bare(), &making()), &host_key());
    assert_eq!(children.claim, None);
    let hard = children.quota.spec.unwrap().hard.unwrap();
    assert_eq!((hard["persistentvolumeclaims"].0.as_str(), hard["requests.storage"].0.as_str()), ("0", "0"));
    assert_eq!(children.limits.spec.unwrap().limits.len(), 1);
    let pod = children.deployment.spec.unwrap().template.spec.unwrap();
    assert_eq!(pod.volumes.unwrap().len(), 2);
    assert_eq!(pod.containers[0].env, None);
    assert_eq!(pod.containers[0].ports.as_ref().unwrap().len(), 1);
}

#[test]
fn everything_tells_whose_it_is() {
    let full = full();
    let pod = full.deployment.spec.as_ref().unwrap().template.metadata.clone().unwrap();
    let all = [
        &full.namespace.metadata,
        &full.binding.as_ref().unwrap().metadata,
        &full.quota.metadata,
        &full.limits.metadata,
        &full.secret.metadata,
        &full.claim.as_ref().unwrap().metadata,
        &full.service.metadata,
        &full.deployment.metadata,
        &pod,
    ];
    let wanted = plan(&environment(), &making());
    for metadata in all.into_iter().chain(full.policies.iter().map(|policy| &policy.metadata)) {
        let (labels, annotations) =
            (metadata.labels.as_ref().unwrap(), metadata.annotations.as_ref().unwrap());
        assert!(wanted.labels.iter().all(|(key, value)| labels.get(key) == Some(value)), "{metadata:?}");
        assert!(wanted.annotations.iter().all(|(key, value)| annotations.get(key) == Some(value)));
    }
}

#[test]
fn a_retry_makes_a_new_pod_and_nothing_else_new() {
    let mut again = environment();
    again.spec.attempt = 2;
    let (first, second) = (full(), children(&plan(&again, &making()), &host_key()));
    let mark = |children: &Children| {
        let pod = children.deployment.spec.as_ref().unwrap().template.metadata.clone().unwrap();
        pod.annotations.unwrap()["sublet.dev/attempt"].clone()
    };
    assert_eq!((mark(&first).as_str(), mark(&second).as_str()), ("1", "2"));
    assert_eq!(Children { deployment: first.deployment.clone(), ..second }, first);
}

#[test]
fn a_later_end_changes_nothing_that_is_built() {
    let mut later = environment();
    later.spec.ends_at = Some(crate::some::at(0));
    assert_eq!(children(&plan(&later, &making()), &host_key()), full());
}
