# What the scripts of the test cluster share: where things lie, how they speak, which process still runs.
# shellcheck shell=bash

tests_cluster=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
cache=${XDG_CACHE_HOME:-$HOME/.cache}/sublet
folder=$(realpath -m "${SUBLET_CLUSTER_FOLDER:-$cache/cluster}")
# Lies in every folder of ours, so that no other folder is ever emptied.
marker=.sublet-test-cluster

say() { printf '== %s\n' "$*" >&2; }
fail() {
    printf 'tests/cluster: %s\n' "$*" >&2
    exit 1
}

# A cluster that the caller names is used as it is: none is started, and none stopped.
given() {
    [[ -n ${SUBLET_TEST_KUBECONFIG:-}${SUBLET_TEST_NODE_KUBECONFIG:-} ]] || return 1
    say "SUBLET_TEST_KUBECONFIG or SUBLET_TEST_NODE_KUBECONFIG names a cluster: it is left as it is, and no other started"
}

size_or_fail() {
    [[ $1 == control-plane || $1 == node ]] || fail "there is no size $1: say control-plane or node"
    echo "$1"
}

has() {
    local command
    for command; do command -v "$command" >/dev/null || return 1; done
}

# A process is named by its number and when it started, because numbers come again.
identity() {
    local stat
    stat=$(<"/proc/$1/stat") 2>/dev/null || return 1
    read -ra stat <<<"${stat##*) }"
    [[ ${stat[0]} != [ZX] ]] && echo "$1 ${stat[19]}"
}

# Whether the process that the file names still runs.
runs() {
    local pid started
    read -r pid started 2>/dev/null <"$1" && [[ $(identity "$pid" 2>/dev/null) == "$pid $started" ]]
}

# Sends a signal to the process that the file names.
signal() {
    local pid
    ! runs "$2" || { read -r pid _ <"$2" && kill "-$1" "$pid"; } 2>/dev/null || true
}

# Waits up to $1 seconds until the command after it succeeds.
within() {
    local end=$((SECONDS + $1))
    shift
    until "$@"; do
        ((SECONDS < end)) || return 1
        sleep 0.1
    done
}

is_gone() { ! runs "$1"; }
