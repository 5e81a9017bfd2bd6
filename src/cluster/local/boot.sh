# Builds the private world of one environment and stays as its first process.
# Runs in fresh namespaces. Its settings are in SUBLET_* variables; it says "ready" when done, and
# ends, with everything in it, when its standard input closes.
set -eu
root=$SUBLET_ROOT

see() { mount --bind "$1" "$2" && mount -o remount,bind,ro,nosuid,nodev "$2"; }

mount -t tmpfs -o mode=0755,size=32m,nosuid,nodev sublet "$root"
cd "$root"
mkdir -p usr etc dev proc tmp home/dev run var/tmp old
see /usr usr
for part in bin sbin lib lib32 lib64 libx32; do
  if [ -L "/$part" ]; then cp -P "/$part" "$part"
  elif [ -d "/$part" ]; then mkdir "$part"; see "/$part" "$part"; fi
done

# Only files without secrets that ordinary programs look for.
for part in alternatives bash.bashrc ca-certificates debian_version inputrc ld.so.cache ld.so.conf \
  ld.so.conf.d localtime magic mime.types os-release profile protocols services ssl/certs terminfo; do
  if [ -e "/etc/$part" ] || [ -L "/etc/$part" ]; then
    mkdir -p "etc/$(dirname "$part")"
    cp -RP "/etc/$part" "etc/$part"
  fi
done
printf 'root:x:0:0:root:/root:/usr/sbin/nologin\ndev:x:%s:%s:dev:/home/dev:%s\n' \
  "$SUBLET_UID" "$SUBLET_UID" "$SUBLET_SHELL" > etc/passwd
printf 'root:x:0:\ndev:x:%s:\n' "$SUBLET_UID" > etc/group
printf '%s\n' "$SUBLET_NAME" > etc/hostname
printf '127.0.0.1 localhost %s\n::1 localhost\n' "$SUBLET_NAME" > etc/hosts
printf 'passwd: files\ngroup: files\nhosts: files\n' > etc/nsswitch.conf

mount -t tmpfs -o mode=0755,size=1m,nosuid dev dev
for node in null zero full random urandom tty; do
  : > "dev/$node"
  mount --bind "/dev/$node" "dev/$node"
done
mkdir dev/pts dev/shm
mount -t devpts -o "newinstance,ptmxmode=0666,mode=0620$SUBLET_PTS" devpts dev/pts
mount -t tmpfs -o "mode=1777,size=$SUBLET_TMP,nosuid,nodev" shm dev/shm
ln -s pts/ptmx dev/ptmx
ln -s /proc/self/fd dev/fd
ln -s fd/0 dev/stdin
ln -s fd/1 dev/stdout
ln -s fd/2 dev/stderr

mount -t tmpfs -o "mode=1777,size=$SUBLET_TMP,nosuid,nodev" tmp tmp
mount -t proc -o nosuid,nodev,noexec proc proc
mount --bind "$SUBLET_HOME" home/dev
mount -o remount,bind,nosuid,nodev home/dev

hostname "$SUBLET_NAME" 2>/dev/null || printf '%s' "$SUBLET_NAME" > proc/sys/kernel/hostname
ip link set lo up 2>/dev/null || ifconfig lo up 2>/dev/null || true

pivot_root . old
cd /
umount -l old
rmdir old
mount -o remount,bind,ro /

# A fresh command line and environment: the paths above are nobody's business inside.
# "wait" also collects the orphans that end up with the first process.
exec env -i PATH="$PATH" sh -c 'exec 3<&0; echo ready; cat <&3 >/dev/null 2>&1 & wait $!' sublet-init
