# Builds the programs of Kubernetes from the Go module proxy, at the versions that kubernetes/go.mod pins.
# shellcheck shell=bash

# The folder with the programs; another list of modules, or another way to build, gets another folder.
programs_folder() {
    echo "$cache/kubernetes-$({ cat "$tests_cluster"/kubernetes/go.{mod,sum}; declare -f go_build; } | sha256sum | cut -c1-16)"
}

# The node's part that is ours; it changes more often than the others.
enforcer_file() {
    echo "$cache/enforcer-$(cat "$tests_cluster"/kubernetes/go.{mod,sum} "$tests_cluster"/kubernetes/enforcer/* | sha256sum | cut -c1-16)"
}

package_of() {
    case $1 in
        etcd) echo go.etcd.io/etcd/server/v3 ;;
        enforcer) echo ./enforcer ;;
        *) echo "k8s.io/kubernetes/cmd/$1" ;;
    esac
}

programs_of() {
    echo etcd kube-apiserver kube-controller-manager kube-scheduler kubectl
    [[ $1 == control-plane ]] || echo kubelet kube-proxy enforcer
}

# Whether the Go of PATH, or one that it fetches for itself, is new enough for the module.
go_fits() { has go && (cd "$tests_cluster/kubernetes" && go list -m) >/dev/null 2>&1; }

newest_go() {
    apt-cache search --names-only '^golang-1\.[0-9]+-go$' | sed -n 's/^golang-\([0-9.]*\)-go .*/\1/p' | sort -V | tail -n 1
}

# Debian's newest Go, if that is new enough.
install_go() {
    local newest
    [[ $(id -u) == 0 ]] && has apt-get || return 1
    [[ -n $(newest_go) ]] || apt-get -q update >&2 || true
    newest=$(newest_go)
    [[ -n $newest && $(printf '%s\n' "${1%.*}" "$newest" | sort -V | tail -n 1) == "$newest" ]] || return 1
    say "Installing Debian package: golang-$newest-go"
    DEBIAN_FRONTEND=noninteractive apt-get -q -o Dpkg::Use-Pty=0 install -y --no-install-recommends "golang-$newest-go" >&2
}

# Puts a Go that fits first in PATH.
find_go() {
    local wanted path=$PATH place round
    wanted=$(sed -n 's/^go //p' "$tests_cluster/kubernetes/go.mod")
    for round in there installed; do
        [[ $round == there ]] || install_go "$wanted" || break
        for place in "" /usr/local/go/bin: /usr/lib/go-*/bin:; do
            PATH=$place$path
            ! go_fits || return 0
        done
    done
    PATH=$path
    fail "building Kubernetes needs Go $wanted or newer in PATH; there is $(go version 2>/dev/null || echo none)." \
        "Install it, or name a cluster that you have with SUBLET_TEST_KUBECONFIG."
}

program_file() {
    if [[ $1 == enforcer ]]; then enforcer_file; else echo "$(programs_folder)/$1"; fi
}

missing_programs() {
    local name
    for name in $(programs_of "$1"); do [[ -x $(program_file "$name") ]] || echo "$name"; done
}

# Builds what is missing for a size of the cluster.
build_programs() {
    local missing name target version began number=0
    mapfile -t missing < <(missing_programs "$1")
    ((${#missing[@]})) || return 0
    find_go
    target=$(programs_folder)
    mkdir -p "$target"
    version=$(sed -n 's/^\tk8s.io\/kubernetes \(v[0-9.]*\)$/\1/p' "$tests_cluster/kubernetes/go.mod")
    say "Building for Kubernetes $version: ${missing[*]}. All of them take about ten minutes on two cores, once."
    for name in "${missing[@]}"; do
        began=$SECONDS
        go_build "$name" "$target/.$name" "$version" || fail "$name could not be built"
        mv "$target/.$name" "$(program_file "$name")"
        say "$((number += 1)) of ${#missing[@]}: $name, $((SECONDS - began)) s"
    done
}

go_build() {
    local version=k8s.io/component-base/version
    (cd "$tests_cluster/kubernetes" && CGO_ENABLED=0 GOCACHE=${GOCACHE:-$cache/go-build} nice go build -mod=readonly -trimpath -o "$2" \
        -ldflags "-s -w -X $version.gitVersion=$3 -X $version.gitMajor=1 -X $version.gitMinor=$(cut -d. -f2 <<<"$3")" \
        "$(package_of "$1")") >&2
}
