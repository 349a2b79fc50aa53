#!/bin/sh
# Puts a site's bundle (npm run k3s:bundle) on a k3s node that reaches no registry. May be run again at any time.
set -eu

USAGE='Usage: install.sh [--bundle DIR] [--root DIR] [--no-start]

  Checks the bundle and this machine, lays the images where k3s imports them from, and the manifests where k3s
  applies them from. Nothing is changed before every check has passed; running it again changes only what differs.

  --bundle DIR  the unpacked bundle; the folder of this script without it
  --root DIR    the machine below this folder, for images of disks and for tests: no k3s is called
  --no-start    only lay files; k3s imports and applies them when it starts
  --help        show this

  Exit codes: 0 installed, 1 a check failed, 2 wrong usage.'

bundle=$(cd "$(dirname "$0")" && pwd)
root=
start=yes

fail() {
  printf 'sentinel: %s\n' "$1" >&2
  exit 1
}

misused() {
  printf 'sentinel: %s\n%s\n' "$1" "$USAGE" >&2
  exit 2
}

while [ $# -gt 0 ]; do
  case "$1" in
    --bundle | --root)
      [ $# -ge 2 ] || misused "$1 needs a folder"
      [ -d "$2" ] || misused "$1 $2: there is no such folder"
      if [ "$1" = --bundle ]; then bundle=$(cd "$2" && pwd); else root=$(cd "$2" && pwd); fi
      shift
      ;;
    --no-start) start=no ;;
    --help)
      printf '%s\n' "$USAGE"
      exit 0
      ;;
    *) misused "unknown option $1" ;;
  esac
  shift
done
[ -z "$root" ] || start=no

# A value of the bundle's description.
described() {
  sed -n "s/^$1=//p" "$bundle/BUNDLE"
}

check_machine() {
  [ -n "$root" ] || [ "$(id -u)" -eq 0 ] || fail 'this must run as root (k3s keeps its folders for root); try: sudo sh install.sh'
  k3s=$root/usr/local/bin/k3s
  [ -x "$k3s" ] || k3s=$root/usr/bin/k3s
  [ -x "$k3s" ] || fail "there is no k3s in ${root:-/}; install it first, without a network as on https://docs.k3s.io/installation/airgap"
}

check_bundle() {
  for part in BUNDLE SHA256SUMS manifests images; do
    [ -e "$bundle/$part" ] || fail "$bundle holds no $part; unpack the whole bundle, or name it by --bundle"
  done
  (cd "$bundle" && sha256sum --check --quiet --strict SHA256SUMS) >&2 ||
    fail 'the bundle is damaged (files above); copy it again'
  listed=$(sed 's/^[0-9a-f]*  //' "$bundle/SHA256SUMS" | LC_ALL=C sort)
  present=$(cd "$bundle" && find BUNDLE manifests images -type f | LC_ALL=C sort)
  [ "$listed" = "$present" ] || fail 'the bundle holds files that SHA256SUMS does not list; copy it again'
}

check_processor() {
  case "$(described processor)" in
    amd64) wanted=x86_64 ;;
    arm64) wanted=aarch64 ;;
    *) fail "the bundle is for an unknown processor ($(described processor))" ;;
  esac
  found=$(uname -m)
  [ "$found" = "$wanted" ] || fail "the bundle is for $wanted, this machine is $found; make one with --processor for it"
}

# Archives lie there twice for a while, and once more unpacked.
check_space() {
  need=$(($(du -sk "$bundle/images" | cut -f1) * 4))
  place=$root/var/lib
  [ -d "$place" ] || place=${root:-/}
  free=$(df -Pk "$place" | sed -n '2p' | awk '{print $4}')
  [ "$free" -ge "$need" ] || fail "$place has $((free / 1024)) MiB free, $((need / 1024)) are needed for the images; free some, or give k3s another disk"
}

# lay FROM TO MODE: whole or not at all, and only where it differs.
lay() {
  if cmp -s "$1" "$2"; then return; fi
  cp "$1" "$2.part"
  chmod "$3" "$2.part"
  mv "$2.part" "$2"
  printf 'laid %s\n' "$2"
}

lay_files() {
  images=$root/var/lib/rancher/k3s/agent/images
  manifests=$root/var/lib/rancher/k3s/server/manifests
  mkdir -p "$images" "$manifests"
  for archive in "$bundle"/images/*.tar; do
    lay "$archive" "$images/sentinel-$(basename "$archive")" 0644
  done
  # Those of an earlier version would be imported for ever.
  for old in "$images"/sentinel-*.tar; do
    name=$(basename "$old")
    if [ ! -e "$bundle/images/${name#sentinel-}" ]; then
      rm "$old"
      printf 'removed %s\n' "$old"
    fi
  done
  lay "$bundle/manifests/sentinel-site.yaml" "$manifests/sentinel-site.yaml" 0600
}

start_site() {
  if ! "$k3s" kubectl get --raw /readyz >/dev/null 2>&1; then
    printf 'k3s does not run; it imports images and applies manifests when it starts\n'
    printf 'then: k3s kubectl label node NAME sentinel.dev/agent=true\n'
    return
  fi
  for archive in "$images"/sentinel-*.tar; do
    "$k3s" ctr images import "$archive"
  done
  "$k3s" kubectl label node "$(hostname | tr '[:upper:]' '[:lower:]')" sentinel.dev/agent=true --overwrite
}

check_machine
check_bundle
check_processor
check_space
lay_files
[ "$start" = no ] || start_site
printf 'sentinel %s is installed for site %s\n' "$(described version)" "$(described site)"
