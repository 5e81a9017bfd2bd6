# The images of the test node, built here because there is no registry; each is kept until what it is made of changes.
# shellcheck shell=bash

image_sources=$tests_cluster/images
ssh_sources=$tests_cluster/../../charts/images/ssh

# image_file NAME: where the image is, or will be; what it is made of decides.
image_file() {
    local sources=("$image_sources/$1.c")
    [[ $1 != sublet-ssh ]] || sources=("$ssh_sources"/*)
    echo "$cache/image-$1-$({ cat "$image_sources/pack.py" "${sources[@]}"; declare -f build_image ssh_root; } | sha256sum | cut -c1-16).tar"
}

images=(pause crash sublet-ssh)

missing_images() {
    local name
    for name in "${images[@]}"; do [[ -e $(image_file "$name") ]] || echo "$name"; done
}

build_images() {
    local name
    for name in $(missing_images); do build_image "$name"; done
}

build_image() {
    local name=$1 began=$SECONDS root file
    file=$(image_file "$name")
    say "Building the image $name"
    root=$(mktemp -d "$cache/image.XXXXXX")
    chmod 755 "$root"
    case $name in
        sublet-ssh) ssh_root "$root" && pack "$name" "$root" /entry.sh 1000:1000 ;;
        *) cc -Os -static -s -o "$root/$name" "$image_sources/$name.c" && pack "$name" "$root" "/$name" 65535:65535 ;;
    esac || { rm -rf --one-file-system "$root"; fail "the image $name could not be built"; }
    rm -rf --one-file-system "$root"
    mv "$file.new" "$file"
    say "$name: $((SECONDS - began)) s"
}

pack() { python3 "$image_sources/pack.py" "registry.local/$1:1" "$2" "$(image_file "$1").new" "$3" "$4"; }

# The mirror that this machine's own packages come from.
mirror() {
    cat /etc/apt/sources.list /etc/apt/sources.list.d/*.{list,sources} 2>/dev/null |
        sed -nE "s|^deb (\[.*\] )?([^ ]+) $1 .*|\2|p; /^URIs:/{s/^URIs: *//; h}; /^Suites:.* $1( |$)/{x; p; x}" | head -n 1
}

# Does what charts/images/ssh/Containerfile tells, on Debian from its packages instead of from a base image.
ssh_root() {
    local root=$1 release from
    release=$(sed -n 's/^VERSION_CODENAME=//p' /etc/os-release)
    from=$(mirror "$release")
    [[ -n $from ]] || { say "the machine's package sources name no mirror of $release"; return 1; }
    # In namespaces of its own, so that what it mounts is gone however it ends.
    unshare --mount --pid --fork --kill-child --propagation private \
        debootstrap --variant=minbase --include=openssh-server,procps "$release" "$root" "$from" >"$root.log" 2>&1 ||
        { tail -n 20 "$root.log" >&2; rm -f "$root.log"; return 1; }
    rm -rf "$root.log" "$root"/{var/cache/apt,var/lib/apt/lists,usr/share/doc,usr/share/man,usr/share/locale}/* "$root"/etc/ssh/ssh_host_*
    chroot "$root" groupadd --gid 1000 dev
    chroot "$root" useradd --uid 1000 --gid dev --no-log-init --create-home --shell /bin/bash --password '*' dev
    install -d -o 1000 -g 1000 "$root/home/dev/work"
    install -D -m 644 "$ssh_sources/sshd_config" "$root/etc/sublet/sshd_config"
    install -d "$root/etc/sublet/ssh"
    install -m 755 "$ssh_sources/entry.sh" "$root/entry.sh"
}
