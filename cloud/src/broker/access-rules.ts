import { parseTopic, type TopicSuffix } from "@sentinel/protocol/topics";

const MAY_PUBLISH: readonly (TopicSuffix | "preview")[] = [
  "events",
  "status",
  "telemetry",
  "replies",
  "preview",
];
const MAY_SUBSCRIBE: readonly (TopicSuffix | "preview")[] = ["acks", "desired", "commands"];

/** True where the node may publish to this topic: below its own prefix, what goes to the cloud. */
export function nodeMayPublish(nodeId: string, topic: string): boolean {
  return isOwn(nodeId, topic, MAY_PUBLISH);
}

/** True where the node may subscribe to this filter: one of its own topics from the cloud, no wildcard. */
export function nodeMaySubscribe(nodeId: string, filter: string): boolean {
  return isOwn(nodeId, filter, MAY_SUBSCRIBE);
}

function isOwn(
  nodeId: string,
  topic: string,
  suffixes: readonly (TopicSuffix | "preview")[],
): boolean {
  const parsed = parseTopic(topic);
  return parsed !== null && parsed.nodeId === nodeId && suffixes.includes(parsed.suffix);
}
