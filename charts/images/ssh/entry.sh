#!/bin/sh
# Starts the SSH server of an environment; says in words what it misses.

for file in /etc/sublet/ssh/ssh_host_ed25519_key /etc/sublet/ssh/authorized_keys; do
    [ -r "$file" ] || {
        echo "cannot read $file: mount it for the user $(id -u) or the group $(id -g)" >&2
        exit 1
    }
done
exec /usr/sbin/sshd -D -e -f /etc/sublet/sshd_config
