import { CodedError } from "@sentinel/protocol/coded-error";
import { type Command, commandSchema } from "@sentinel/protocol/command";
import { parsePayload } from "@sentinel/protocol/payload";
import type { Reply } from "@sentinel/protocol/reply";
import { edgeError } from "../errors.ts";
import type { FaultLog } from "../fault-log.ts";

/** What commands can do; each rejects with a CodedError where it could not. */
export interface CommandActions {
  watch(cameraIds: readonly string[], untilAt: number): void;
  uploadSnapshot(sha256: string, to: { url: string; expiresAt: number }): Promise<void>;
}

/**
 * Carries out what the cloud asks for and answers it by id. A command that came too late is not
 * carried out; one that does not validate cannot be answered and is only counted.
 */
export class CommandHandler {
  readonly #actions: CommandActions;
  readonly #reply: (reply: Reply) => void;
  readonly #faults: FaultLog;

  constructor(options: {
    actions: CommandActions;
    reply: (reply: Reply) => void;
    faults: FaultLog;
  }) {
    this.#actions = options.actions;
    this.#reply = options.reply;
    this.#faults = options.faults;
  }

  async handle(payload: Uint8Array): Promise<void> {
    const parsed = parsePayload(payload, commandSchema);
    if (!parsed.ok) {
      const why = `a command was ignored: ${parsed.fault}: ${parsed.detail}`;
      this.#faults.count(edgeError("UPLINK_MESSAGE_INVALID", why), {
        reason: parsed.fault,
        type: "command",
      });
      return;
    }
    const { id, type } = parsed.value;
    const fault = await this.#carryOut(parsed.value);
    if (fault !== null) this.#faults.count(fault);
    const told = fault === null ? null : { code: fault.code, message: fault.message.slice(0, 500) };
    this.#reply({ id, type, fault: told, probe: null });
  }

  async #carryOut(command: Command): Promise<CodedError | null> {
    if (command.expiresAt < Date.now()) {
      const lateMs = Date.now() - command.expiresAt;
      return edgeError("COMMAND_EXPIRED", `${command.type} came ${lateMs} ms too late`);
    }
    try {
      if (command.type === "watch") this.#actions.watch(command.cameraIds, command.untilAt);
      else if (command.type === "upload-snapshot") {
        await this.#actions.uploadSnapshot(command.sha256, command);
      }
      return null;
    } catch (error) {
      if (error instanceof CodedError) return error;
      throw error;
    }
  }
}
