# Removes what a cluster leaves on the machine: processes, and with a node its link and cgroups.
# shellcheck shell=bash

source "$tests_cluster/parts/machine.sh"

# Everything inside dies with the one process; mounts and namespaces go with the last of them.
sweep() {
    signal KILL "$folder/inside"
    within 20 is_gone "$folder/inside" || say "a process of the cluster does not end"
    [[ $(cat "$folder/size" 2>/dev/null) == node ]] || return 0
    remove_link
    within 20 cgroups_removed || say "a cgroup of the cluster cannot be removed"
}
