import type { Ack } from "@sentinel/protocol/ack";
import { nodeTopic } from "@sentinel/protocol/topics";

/** Sends a message to a node; false where the line is down, which the node notices by itself. */
export type SendToNode = (topic: string, payload: string, qos: 0 | 1) => boolean;

/** Third step: tells the node how far its rows are committed. It also answers a gap and a repeat. */
export function acknowledge(send: SendToNode, nodeId: string, ack: Ack): boolean {
  return send(nodeTopic(nodeId, "acks"), JSON.stringify(ack), 1);
}
