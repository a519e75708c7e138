#!/bin/sh
# Snapshots on a file system that lets files share their content: XFS, in a file
# that is mounted, so this is root's. What is in it is gone at the end.
# usage: run.sh COMMAND [ARGUMENT ...]; TMPDIR is on it for the command.
set -eu
place=$(mktemp -d "${TMPDIR:-/tmp}/reflinks.XXXXXX")
status=0

# shellcheck disable=SC2317 # the trap calls it
clean_up() {
	! mountpoint -q "$place/xfs" || umount "$place/xfs" || umount -l "$place/xfs"
	rm -rf "$place"
}
trap clean_up EXIT
trap 'exit 1' INT TERM HUP

chmod 755 "$place"
mkdir "$place/xfs"
truncate -s 2G "$place/image"
mkfs.xfs -q -m reflink=1 "$place/image"
mount -o loop "$place/image" "$place/xfs"
chmod 1777 "$place/xfs"
TMPDIR=$place/xfs "$@" || status=$?
exit "$status"
