#!/bin/sh
# Run by MediaMTX for each stream that it has, with MTX_PATH: NODE/CAMERA, the same on both sides. A node publishes
# below its own name, with its password of the broker.
set -eu
node=${MTX_PATH%%/*}
password=$(cat "/secrets/nodes/$node")
exec ffmpeg -nostdin -loglevel error -rtsp_transport tcp -i "rtsp://127.0.0.1:8554/$MTX_PATH" \
  -c copy -f rtsp -rtsp_transport tcp "rtsps://$node:$password@$STREAM_HOST:8322/$MTX_PATH"
