# What a node needs of the machine, seen from outside: a link to the node's network, and cgroups that hold the node.
# Their names come from the folder, so that they are found again after a crash.
# shellcheck shell=bash

mark=$(printf '%s' "$folder" | sha256sum | cut -c1-7)
link=sublet-$mark # with one more letter for its other end as long as a name may be
cgroup=sublet-$mark

# Why this machine cannot hold a node, or nothing.
node_refusal() {
    if [[ $(id -u) != 0 ]]; then
        echo "a node needs root"
    elif ! has containerd runc ctr iptables ip debootstrap cc python3 || [[ ! -x /usr/lib/cni/bridge ]]; then
        echo "a node needs containerd, runc, containernetworking-plugins, iptables, iproute2, debootstrap, gcc and python3"
    elif [[ -z $(cgroup_hierarchies) ]]; then
        echo "a node needs cgroup v1, and this machine has v2"
    elif [[ $folder == /@(run|proc|sys|dev)/* ]]; then
        echo "the folder of a node cannot be in ${folder%/*}"
    fi
}

# "name path" of each cgroup v1 hierarchy: its folder in /sys/fs/cgroup, and where in it this process is.
cgroup_hierarchies() {
    local names path
    while IFS=: read -r _ names path; do
        names=${names#name=}
        [[ -z $names ]] || echo "$names $path"
    done </proc/self/cgroup
}

# Below the own place of each hierarchy, so that the limits of this process hold for the node as well.
enter_cgroups() {
    local name path parent
    while read -r name path; do
        parent=/sys/fs/cgroup/$name${path%/}
        mkdir -p "$parent/$cgroup"
        if [[ $name == cpuset ]]; then
            cat "$parent/cpuset.cpus" >"$parent/$cgroup/cpuset.cpus"
            cat "$parent/cpuset.mems" >"$parent/$cgroup/cpuset.mems"
        fi
        echo "$BASHPID" >"$parent/$cgroup/cgroup.procs"
    done < <(cgroup_hierarchies)
}

# An empty cgroup can be removed a moment after its last process has ended.
cgroups_removed() {
    find /sys/fs/cgroup -depth -type d -path "*/$cgroup*" -exec rmdir {} + 2>/dev/null
    [[ -z $(find /sys/fs/cgroup -type d -name "$cgroup" -print -quit) ]]
}

# Makes the link in the first network 10.250.N.0/24 that is free, and prints N; the node will be 10.250.N.2.
make_link() (
    # Two that start at once must not take the same.
    exec 8</ && flock 8
    for ((n = 1; n < 255; n++)); do
        [[ -z $(ip -4 route show table all root "10.250.$n.0/24") ]] || continue
        ip link add "$link" type veth peer name "${link}p" && ip addr add "10.250.$n.1/24" dev "$link" && ip link set "$link" up && echo "$n"
        return
    done
    return 1
)

remove_link() { ! ip link show "$link" >/dev/null 2>&1 || ip link delete "$link"; }
