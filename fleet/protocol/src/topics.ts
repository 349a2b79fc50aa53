import { cameraIdSchema, nodeIdSchema } from "./ids.ts";

const ROOT = "sentinel/v1/nodes";

/** The suffixes below `sentinel/v1/nodes/{nodeId}/`, except previews, which name a camera. */
export type TopicSuffix =
  | "events"
  | "acks"
  | "status"
  | "telemetry"
  | "desired"
  | "commands"
  | "replies";

const SUFFIXES: readonly TopicSuffix[] = [
  "events",
  "acks",
  "status",
  "telemetry",
  "desired",
  "commands",
  "replies",
];

/** A topic taken apart. */
export type ParsedTopic =
  | { nodeId: string; suffix: TopicSuffix }
  | { nodeId: string; suffix: "preview"; cameraId: string };

/** `sentinel/v1/nodes/{nodeId}/{suffix}`. */
export function nodeTopic(nodeId: string, suffix: TopicSuffix): string {
  return `${ROOT}/${nodeId}/${suffix}`;
}

/** `sentinel/v1/nodes/{nodeId}/preview/{cameraId}`. */
export function previewTopic(nodeId: string, cameraId: string): string {
  return `${ROOT}/${nodeId}/preview/${cameraId}`;
}

/** The filter with which the cloud hears one suffix of every node. */
export function everyNodeFilter(suffix: TopicSuffix | "preview"): string {
  return suffix === "preview" ? `${ROOT}/+/preview/+` : `${ROOT}/+/${suffix}`;
}

/** Everything below one node, for access control: a client may touch nothing else. */
export function nodePrefix(nodeId: string): string {
  return `${ROOT}/${nodeId}/`;
}

/** Takes a topic apart; null where it is none of ours. */
export function parseTopic(topic: string): ParsedTopic | null {
  if (!topic.startsWith(`${ROOT}/`)) return null;
  const [nodeId, suffix, cameraId, ...rest] = topic.slice(ROOT.length + 1).split("/");
  if (!nodeIdSchema.safeParse(nodeId).success || nodeId === undefined) return null;
  if (suffix === "preview" && cameraId !== undefined && rest.length === 0) {
    return cameraIdSchema.safeParse(cameraId).success ? { nodeId, suffix, cameraId } : null;
  }
  const known = SUFFIXES.find((candidate) => candidate === suffix);
  return known !== undefined && cameraId === undefined ? { nodeId, suffix: known } : null;
}
