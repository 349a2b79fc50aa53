import { PREVIEW_BOUNDS, parsePayload } from "@sentinel/protocol/payload";
import { previewSchema } from "@sentinel/protocol/preview";
import { nodeTopic, parseTopic, previewTopic } from "@sentinel/protocol/topics";
import type { MqttLink } from "../mqtt/mqtt-link.ts";
import type { PreviewHub, PreviewLine } from "./preview-hub.ts";

/** The preview hub's line to the nodes over MQTT: only cameras that are watched are subscribed to. */
export function previewLine(link: () => MqttLink): PreviewLine {
  return {
    hear: ({ nodeId, cameraId }) => link().subscribe(previewTopic(nodeId, cameraId), 0),
    ignore: ({ nodeId, cameraId }) => link().unsubscribe(previewTopic(nodeId, cameraId)),
    send: (nodeId, command) => {
      link().publish(nodeTopic(nodeId, "commands"), JSON.stringify(command), 1);
    },
  };
}

/**
 * Takes one message of a topic `preview/{cameraId}` and shows it.
 * @returns why it was not taken, or null.
 */
export function takePreview(hub: PreviewHub, topic: string, payload: Uint8Array): string | null {
  const place = parseTopic(topic);
  if (place?.suffix !== "preview") return "the topic names no camera";
  const parsed = parsePayload(payload, previewSchema, PREVIEW_BOUNDS);
  if (!parsed.ok) return parsed.detail;
  if (parsed.value.cameraId !== place.cameraId) return "the message names another camera";
  hub.show(place.nodeId, parsed.value);
  return null;
}
