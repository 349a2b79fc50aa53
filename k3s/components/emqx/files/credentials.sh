#!/bin/sh
# Passwords are of letters, digits, dashes: nothing that CSV would need quotes for.
set -eu
umask 077
nodes=${NODES_DIR:-/secrets/nodes}
cloud=${CLOUD_PASSWORD_FILE:-/secrets/cloud/password}
target=${USERS_FILE:-/credentials/users.csv}
{
  echo "user_id,password,is_superuser"
  printf 'cloud,%s,false\n' "$(cat "$cloud")"
  for file in "$nodes"/*; do
    [ -f "$file" ] || continue
    printf '%s,%s,false\n' "$(basename "$file")" "$(cat "$file")"
  done
} >"$target"
