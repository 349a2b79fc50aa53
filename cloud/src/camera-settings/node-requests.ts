import type { Command } from "@sentinel/protocol/command";
import { parsePayload } from "@sentinel/protocol/payload";
import { type Reply, replySchema } from "@sentinel/protocol/reply";
import { everyNodeFilter, nodeTopic, parseTopic } from "@sentinel/protocol/topics";
import type { Subscription } from "../mqtt/mqtt-link.ts";

/** How requests reach nodes; false where there is no link now. */
export type SendCommand = (topic: string, payload: string) => boolean;

interface Waiting {
  nodeId: string;
  resolve: (reply: Reply) => void;
}

/** Commands to nodes whose answer somebody waits for. */
export class NodeRequests {
  static readonly subscriptions: readonly Subscription[] = [
    { filter: everyNodeFilter("replies"), qos: 1 },
  ];

  readonly #send: SendCommand;
  readonly #waiting = new Map<string, Waiting>();

  constructor(send: SendCommand) {
    this.#send = send;
  }

  /**
   * Sends a command and waits for its reply.
   * @returns null where the link is down or the node did not answer before the command expired.
   */
  async ask(nodeId: string, command: Command): Promise<Reply | null> {
    const { promise, resolve } = Promise.withResolvers<Reply | null>();
    const timer = setTimeout(() => resolve(null), Math.max(0, command.expiresAt - Date.now()));
    this.#waiting.set(command.id, { nodeId, resolve });
    try {
      if (!this.#send(nodeTopic(nodeId, "commands"), JSON.stringify(command))) return null;
      return await promise;
    } finally {
      clearTimeout(timer);
      this.#waiting.delete(command.id);
    }
  }

  /** Takes one message of a topic `replies`; those that nobody waits for are left to others. */
  take(topic: string, payload: Uint8Array): void {
    const place = parseTopic(topic);
    const parsed = parsePayload(payload, replySchema);
    if (!parsed.ok || place === null) return;
    const waiting = this.#waiting.get(parsed.value.id);
    // Only the node that was asked may answer.
    if (waiting?.nodeId === place.nodeId) waiting.resolve(parsed.value);
  }
}
