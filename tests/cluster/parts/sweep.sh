# Removes what a cluster leaves on the machine: processes, and with a node its network link and cgroups.
# shellcheck shell=bash

# Everything inside dies with the one process; mounts and namespaces go with the last of them.
sweep() {
    signal KILL "$folder/inside"
    within 20 is_gone "$folder/inside" || echo "a process of the cluster does not end"
}
