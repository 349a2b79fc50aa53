#!/bin/sh
set -eu
server=${MINIO_URL:-http://minio:9000}
mc alias set store "$server" "$(cat /secrets/minio/root-user)" "$(cat /secrets/minio/root-password)" >/dev/null
for bucket in sentinel-models sentinel-clips sentinel-datasets; do
  mc mb --ignore-existing "store/$bucket"
done
mc admin user add store "$(cat /secrets/cloud/access-key)" "$(cat /secrets/cloud/secret-key)" >/dev/null
mc admin policy create store sentinel-cloud /scripts/cloud-policy.json
# Attached already is an error to mc; what counts is that it is attached.
mc admin policy attach store sentinel-cloud --user "$(cat /secrets/cloud/access-key)" >/dev/null 2>&1 || true
case "$(mc admin policy entities store --user "$(cat /secrets/cloud/access-key)")" in
  *sentinel-cloud*) echo "buckets and the cloud's user are there" ;;
  *) echo "the cloud's user has no policy" >&2 && exit 1 ;;
esac
