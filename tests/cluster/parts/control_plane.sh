# The control plane: etcd, API server, controller manager and scheduler, kept running.
# Needs $at (the cluster's folder as seen from here), $programs, $host, $port and $size.
# shellcheck shell=bash

declare -A named=() restarts=()

# keep NAME COMMAND…: starts it; it dies with this process, and is started again by `watch` when it ends alone.
keep() {
    local name=$1
    printf '%s\n' "${@:2}" >"$at/command/$name"
    start "$name"
}

start() {
    local command
    mapfile -t command <"$at/command/$1"
    setpriv --pdeathsig KILL -- "${command[@]}" >>"$at/log/$1.log" 2>&1 </dev/null &
    named[$!]=$1
    echo "$!" >"$at/pid/$1"
}

# Starts again what ends; gives up when one of them ends too often.
watch() {
    local pid name
    while :; do
        pid=
        wait -n -p pid || true
        name=${named[${pid:-none}]:-}
        [[ -n $name ]] || { sleep 0.2; continue; }
        echo "$name ended; starting it again"
        unset "named[$pid]"
        ((restarts[$name] += 1))
        ((restarts[$name] <= 20)) || { echo "$name ended too often"; return 1; }
        sleep 0.3
        start "$name"
    done
}

kubectl() { "$programs/kubectl" --kubeconfig="$at/kubeconfig" "$@"; }
ready() { kubectl get --raw=/readyz >/dev/null 2>&1; }

# Listens on sockets of the folder: nobody else reaches an etcd that asks no password, and no port is needed.
# It insists on announcing itself with a host and a port; nobody looks there, as it is alone.
start_etcd() {
    local data=$at/etcd
    [[ $size != node ]] || data=/var/lib/etcd
    keep etcd "$programs/etcd" --data-dir="$data" --unsafe-no-fsync --log-level=warn \
        --listen-client-urls="unix://$at/etcd.sock" --advertise-client-urls=http://localhost:2379 \
        --listen-peer-urls="unix://$at/peer.sock" --initial-advertise-peer-urls=http://localhost:2380 \
        --initial-cluster=default=http://localhost:2380
    within 20 test -S "$at/etcd.sock" || { echo "etcd does not start"; return 1; }
}

start_api_server() {
    local certificates=$at/certificates more=()
    # Without nodes there is nobody who could reach the address that would be announced.
    if [[ $size == node ]]; then more+=(--bind-address=0.0.0.0); else more+=(--bind-address=127.0.0.1 --endpoint-reconciler-type=none); fi
    if [[ -n ${SUBLET_CLUSTER_AUDIT:-} ]]; then
        printf '%s\n' "apiVersion: audit.k8s.io/v1" "kind: Policy" "rules: [{level: Metadata, omitStages: [RequestReceived]}]" >"$at/audit.yaml"
        more+=(--audit-policy-file="$at/audit.yaml" --audit-log-path="$at/log/audit.json")
    fi
    keep kube-apiserver "$programs/kube-apiserver" --etcd-servers="unix://$at/etcd.sock" --secure-port="$port" --advertise-address="$host" \
        --service-cluster-ip-range=10.96.0.0/16 --authorization-mode=Node,RBAC --enable-admission-plugins=NodeRestriction \
        --allow-privileged=true --client-ca-file="$certificates/authority.crt" --tls-cert-file="$certificates/apiserver.crt" \
        --tls-private-key-file="$certificates/apiserver.key" --kubelet-certificate-authority="$certificates/authority.crt" \
        --kubelet-client-certificate="$certificates/apiserver-to-kubelet.crt" --kubelet-client-key="$certificates/apiserver-to-kubelet.key" \
        --kubelet-preferred-address-types=InternalIP --service-account-issuer=https://kubernetes.default.svc.cluster.local \
        --service-account-key-file="$certificates/accounts.pub" --service-account-signing-key-file="$certificates/accounts.key" "${more[@]}"
}

start_controllers() {
    local certificates=$at/certificates more=()
    # Nodes that a test invents stay as ready as it says; real ones are watched as usual.
    [[ $size == node ]] || more+=(--node-monitor-grace-period=24h)
    keep kube-controller-manager "$programs/kube-controller-manager" --kubeconfig="$certificates/kube-controller-manager.kubeconfig" \
        --secure-port=0 --leader-elect=false --use-service-account-credentials=true --root-ca-file="$certificates/authority.crt" \
        --service-account-private-key-file="$certificates/accounts.key" --cluster-signing-cert-file="$certificates/authority.crt" \
        --cluster-signing-key-file="$certificates/authority.key" --allocate-node-cidrs=true --cluster-cidr=10.244.0.0/16 \
        --service-cluster-ip-range=10.96.0.0/16 --kube-api-qps=200 --kube-api-burst=400 "${more[@]}"
    keep kube-scheduler "$programs/kube-scheduler" --kubeconfig="$certificates/kube-scheduler.kubeconfig" --secure-port=0 \
        --leader-elect=false --kube-api-qps=200 --kube-api-burst=400
}

# The default storage class: with a node, the enforcer makes and deletes its volumes; without, claims stay unbound.
storage_class() {
    local provisioner=kubernetes.io/no-provisioner
    [[ $size != node ]] || provisioner=sublet.dev/test-volumes
    kubectl apply -f - >/dev/null <<CLASS
apiVersion: storage.k8s.io/v1
kind: StorageClass
metadata: {name: standard, annotations: {storageclass.kubernetes.io/is-default-class: "true"}}
provisioner: $provisioner
reclaimPolicy: Delete
CLASS
}

start_control_plane() {
    start_etcd || return 1
    start_api_server
    # The others would wait long after a first refusal.
    within 90 ready || { echo "the API server is not ready"; return 1; }
    start_controllers
    storage_class
    within 60 has_account || { echo "the controller manager does not work"; return 1; }
}

has_account() { kubectl get serviceaccount default >/dev/null 2>&1; }
