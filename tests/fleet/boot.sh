#!/bin/sh
# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# boot.sh LOWER WORK UMASK: becomes process 1 of a host, in the namespaces that hosts.py has made for it.
#
# The host's system is LOWER, read-only, under a layer in memory that begins with what is in WORK/seed. All mounts are
# made in the host's own namespace, so they go when it goes and nobody else sees them.
set -eu
lower=$1
work=$2

mount -t tmpfs -o mode=755,size=2g tmpfs "$work/layer"
mkdir "$work/layer/upper" "$work/layer/work" "$work/layer/root"
cp -a "$work/seed/." "$work/layer/upper/"
host=$work/layer/root
mount -t overlay overlay -o "lowerdir=$lower,upperdir=$work/layer/upper,workdir=$work/layer/work" "$host"

mount -t proc proc "$host/proc"
mount -t sysfs -o ro sysfs "$host/sys" || echo "no /sys in these namespaces"
mount -t tmpfs -o mode=755 tmpfs "$host/run"
mkdir "$host/run/sshd" "$host/run/lock"
mount -t tmpfs -o mode=755 tmpfs "$host/dev"
for device in null zero full random urandom tty; do
    : >"$host/dev/$device"
    mount --bind "/dev/$device" "$host/dev/$device"
done
ln -s /proc/self/fd "$host/dev/fd"
for stream in stdin:0 stdout:1 stderr:2; do
    ln -s "/proc/self/fd/${stream#*:}" "$host/dev/${stream%:*}"
done
mkdir "$host/dev/pts" "$host/dev/shm"
mount -t devpts -o newinstance,ptmxmode=0666,mode=620,gid=5 devpts "$host/dev/pts"
ln -s pts/ptmx "$host/dev/ptmx"
mount -t tmpfs -o mode=1777 tmpfs "$host/dev/shm"

hostname "$(cat "$host/etc/hostname")"
cd "$host"
mkdir .outside
pivot_root . .outside
umask "$3" # sessions of a sshd without PAM inherit it
# shellcheck disable=SC2016 # nothing to expand: the host's own shell runs this
exec chroot . /bin/sh -c 'umount -l /.outside && rmdir /.outside && exec /usr/sbin/sshd -D -e'
