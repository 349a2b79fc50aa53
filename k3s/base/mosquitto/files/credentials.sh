#!/bin/sh
# Makes mosquitto's password file of the mounted Secrets, one file a node, and makes it again when they
# change: a new node needs no restart. Certificates that were renewed are loaded by the same signal.
set -eu
umask 077
nodes=${NODES_DIR:-/secrets/nodes}
cloud=${CLOUD_PASSWORD_FILE:-/secrets/cloud/password}
target=${PASSWORDS_FILE:-/credentials/passwords}
certificates=${CERTIFICATES_DIR:-/certificates}
pid=${PID_FILE:-/credentials/mosquitto.pid}
period=${PERIOD_SECONDS:-10}

state() {
  cat "$nodes"/* "$cloud" "$certificates"/* 2>/dev/null | sha256sum
}

write() {
  printf 'cloud:%s\n' "$(cat "$cloud")" >"$target.new"
  for file in "$nodes"/*; do
    [ -f "$file" ] || continue
    printf '%s:%s\n' "$(basename "$file")" "$(cat "$file")" >>"$target.new"
  done
  # Hashes them in place.
  mosquitto_passwd -U "$target.new"
  mv "$target.new" "$target"
}

trap 'exit 0' TERM INT
known=
while :; do
  now=$(state)
  if [ "$now" != "$known" ]; then
    write
    # At the very first there is nobody to tell.
    if [ -s "$pid" ] && kill -HUP "$(cat "$pid")"; then
      echo "credentials changed; mosquitto reads them again"
    fi
    known=$now
  fi
  # In the background, so that a signal is heard at once.
  sleep "$period" &
  wait $!
done
