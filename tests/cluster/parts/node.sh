# A machine of its own for the node, made of namespaces: what the node writes to the machine's places stays in them.
# shellcheck shell=bash

# Mounts what the node needs over what it must not touch. $1: the cluster's folder, $2: the cache.
node_mounts() {
    local name file
    mount -t proc proc /proc
    mount -t sysfs sysfs /sys
    mount -t tmpfs -o mode=755 cgroup /sys/fs/cgroup
    while read -r name _; do
        mkdir "/sys/fs/cgroup/$name"
        # Without the hierarchy `systemd`, which has no controller, containerd sees no kills for want of memory.
        if [[ $name == systemd ]]; then mount -t cgroup -o none,name=systemd cgroup "/sys/fs/cgroup/$name"
        else mount -t cgroup -o "$name" cgroup "/sys/fs/cgroup/$name"; fi
    done < <(cgroup_hierarchies)

    # By way of /mnt, because the folders may lie in what is then covered.
    mount -t tmpfs -o mode=755 run /mnt
    mkdir -p /mnt/{cluster,cache,tests,settings,lock} "$1/cni"
    mount --bind "$1" /mnt/cluster
    mount --bind "$2" /mnt/cache
    mount --bind "$tests_cluster" /mnt/tests
    mount --no-mtab --move /mnt /run
    # In memory, because it is written and deleted much faster, and gone with the node.
    mount -t tmpfs -o mode=755 var /var
    mkdir -p /var/{lib,log}
    mount -t tmpfs -o mode=1777 tmp /tmp

    # kubelet insists on these settings, which are the whole machine's: it finds them as it wants them, and writes to files.
    while read -r name file; do
        echo "$name" >"/run/settings/${file##*/}"
        mount --bind "/run/settings/${file##*/}" "/proc/sys/$file"
    done <<'SETTINGS'
1 vm/overcommit_memory
0 vm/panic_on_oom
10 kernel/panic
1 kernel/panic_on_oops
1000000 kernel/keys/root_maxkeys
25000000 kernel/keys/root_maxbytes
SETTINGS
    # No name is found anywhere: an image that is not there is missed at once.
    : >/run/settings/resolv.conf
    [[ ! -f /etc/resolv.conf ]] || mount --bind /run/settings/resolv.conf /etc/resolv.conf
    mount --make-rshared /
}

# $1: the node's address; the keeper moves the link in.
node_network() {
    within 10 test -e "/sys/class/net/${link}p" || return 1
    ip link set lo up
    ip link set "${link}p" name eth0
    ip addr add "$1/24" dev eth0
    ip link set eth0 up
    ip route add default via "${1%.*}.1"
    # The settings of this network only. The second makes packets from pod to pod pass the rules.
    echo 1 >/proc/sys/net/ipv4/ip_forward
    echo 1 >/proc/sys/net/bridge/bridge-nf-call-iptables
}

start_containerd() {
    cat >"$at/containerd.toml" <<'CONFIG'
version = 2
oom_score = 0
[plugins."io.containerd.grpc.v1.cri"]
  sandbox_image = "registry.local/pause:1"
  # Lowering it needs a right that root does not have everywhere.
  restrict_oom_score_adj = true
  [plugins."io.containerd.grpc.v1.cri".cni]
    bin_dir = "/usr/lib/cni"
    conf_dir = "/run/cluster/cni"
  [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc]
    runtime_type = "io.containerd.runc.v2"
CONFIG
    cat >"$at/cni/10-pods.conflist" <<'CONFIG'
{ "cniVersion": "0.4.0", "name": "pods", "plugins": [
  { "type": "bridge", "bridge": "cni0", "isGateway": true, "ipMasq": true, "hairpinMode": true,
    "ipam": { "type": "host-local", "ranges": [[{ "subnet": "10.244.0.0/24" }]], "routes": [{ "dst": "0.0.0.0/0" }] } },
  { "type": "portmap", "capabilities": { "portMappings": true } } ] }
CONFIG
    keep containerd containerd --config "$at/containerd.toml"
    within 20 has_containerd || { echo "containerd does not answer"; return 1; }
}

has_containerd() { ctr version >/dev/null 2>&1; }

import_images() {
    local image
    for image in "$@"; do ctr --namespace k8s.io images import "$image" >/dev/null || return 1; done
}

# start_node ADDRESS
start_node() {
    local certificates=$at/certificates
    cat >"$at/kubelet.yaml" <<CONFIG
apiVersion: kubelet.config.k8s.io/v1beta1
kind: KubeletConfiguration
address: $1
authentication: {anonymous: {enabled: false}, x509: {clientCAFile: $certificates/authority.crt}}
tlsCertFile: $certificates/kubelet.crt
tlsPrivateKeyFile: $certificates/kubelet.key
containerRuntimeEndpoint: unix:///run/containerd/containerd.sock
cgroupDriver: cgroupfs
failCgroupV1: false
failSwapOn: false
oomScoreAdj: 0
maxOpenFiles: 20000
clusterDNS: [10.96.0.10]
clusterDomain: cluster.local
resolvConf: /run/settings/resolv.conf
# The machine's disk is not the test's: neither eviction nor the removal of images that nobody could pull again.
evictionHard: {memory.available: 100Mi, nodefs.available: 1%, imagefs.available: 1%}
imageGCHighThresholdPercent: 100
imageGCLowThresholdPercent: 99
serializeImagePulls: false
# How soon a pod sees a changed Secret.
syncFrequency: 2s
CONFIG
    cat >"$at/kube-proxy.yaml" <<CONFIG
apiVersion: kubeproxy.config.k8s.io/v1alpha1
kind: KubeProxyConfiguration
clientConnection: {kubeconfig: $certificates/kube-proxy.kubeconfig}
mode: iptables
hostnameOverride: node
clusterCIDR: 10.244.0.0/16
oomScoreAdj: 0
conntrack: {maxPerCore: 0, min: 0}
nodePortAddresses: [$1/32]
CONFIG
    keep kubelet "$programs/kubelet" --config="$at/kubelet.yaml" --kubeconfig="$certificates/kubelet.kubeconfig" \
        --hostname-override=node --node-ip="$1"
    keep kube-proxy "$programs/kube-proxy" --config="$at/kube-proxy.yaml"
    keep enforcer "$enforcer" "$at/kubeconfig"
    within 60 node_ready || { echo "the node is not ready"; return 1; }
}

node_ready() { [[ $(kubectl get node node -o 'jsonpath={.status.conditions[?(@.type=="Ready")].status}' 2>/dev/null) == True ]]; }
