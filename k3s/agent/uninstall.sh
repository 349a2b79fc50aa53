#!/bin/sh
# Takes away from a k3s node what install.sh laid there. k3s itself stays. May be run again at any time.
set -eu

USAGE='Usage: uninstall.sh [--root DIR] [--delete-data]

  Removes the images and manifests of the site, and the pods that they made. Without --delete-data the volumes of
  the agents stay: events that the cloud has not got yet are in them.

  --root DIR     the machine below this folder, for images of disks and for tests: no k3s is called
  --delete-data  also the volumes, for good
  --help         show this

  Exit codes: 0 removed, 1 it could not, 2 wrong usage.'

root=
data=keep

misused() {
  printf 'sentinel: %s\n%s\n' "$1" "$USAGE" >&2
  exit 2
}

while [ $# -gt 0 ]; do
  case "$1" in
    --root)
      [ $# -ge 2 ] || misused '--root needs a folder'
      [ -d "$2" ] || misused "--root $2: there is no such folder"
      root=$(cd "$2" && pwd)
      shift
      ;;
    --delete-data) data=delete ;;
    --help)
      printf '%s\n' "$USAGE"
      exit 0
      ;;
    *) misused "unknown option $1" ;;
  esac
  shift
done

if [ -z "$root" ] && [ "$(id -u)" -ne 0 ]; then
  printf 'sentinel: this must run as root; try: sudo sh uninstall.sh\n' >&2
  exit 1
fi

manifest=$root/var/lib/rancher/k3s/server/manifests/sentinel-site.yaml
k3s=/usr/local/bin/k3s
[ -x "$k3s" ] || k3s=/usr/bin/k3s

# The namespace holds the volumes' claims, so it goes only with them.
remove_objects() {
  "$k3s" kubectl get --raw /readyz >/dev/null 2>&1 || {
    printf 'sentinel: k3s does not run, so what it has made cannot be removed; start it, and run this again\n' >&2
    exit 1
  }
  if [ "$data" = delete ]; then
    "$k3s" kubectl delete namespace sentinel-edge --ignore-not-found
  else
    "$k3s" kubectl delete --namespace sentinel-edge --ignore-not-found \
      statefulset,deployment,cronjob,service,configmap,secret --all
  fi
  "$k3s" kubectl label node --all sentinel.dev/agent-
}

# First, or k3s would make everything anew.
if [ -e "$manifest" ]; then
  rm "$manifest"
  printf 'removed %s\n' "$manifest"
fi
if [ -z "$root" ] && [ -x "$k3s" ]; then remove_objects; fi
for archive in "$root"/var/lib/rancher/k3s/agent/images/sentinel-*.tar; do
  [ -e "$archive" ] || continue
  rm "$archive"
  printf 'removed %s\n' "$archive"
done
printf 'sentinel is removed'
if [ "$data" = keep ]; then printf '; the volumes in namespace sentinel-edge are kept (--delete-data)'; fi
printf '\n'
