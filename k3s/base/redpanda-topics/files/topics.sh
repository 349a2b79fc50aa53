#!/bin/sh
set -eu
brokers=${BROKERS:-redpanda:9092}
topic=events.detections
if rpk topic describe "$topic" --brokers "$brokers" >/dev/null 2>&1; then
  echo "$topic is there"
else
  # Keyed by node, so that one node's events keep their order; a week is kept.
  rpk topic create "$topic" --brokers "$brokers" --partitions 6 --replicas 1 \
    --topic-config retention.ms=604800000 --topic-config cleanup.policy=delete
fi
