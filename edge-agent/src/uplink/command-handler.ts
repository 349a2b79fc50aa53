import { CodedError } from "@sentinel/protocol/coded-error";
import { type Command, commandSchema } from "@sentinel/protocol/command";
import { parsePayload } from "@sentinel/protocol/payload";
import type { Reply } from "@sentinel/protocol/reply";
import { edgeError } from "../errors.ts";
import type { FaultLog } from "../fault-log.ts";
import type { Logger } from "../log.ts";

type Probe = NonNullable<Reply["probe"]>;

/** What a command came to. */
type Outcome = { fault: CodedError } | { fault: null; probe: Probe | null };

/** Outcomes of healthy runs: the cloud asks for what a better snapshot has replaced meanwhile. */
const EXPECTED: readonly string[] = ["SNAPSHOT_GONE", "MODEL_NOT_WANTED"];

/** What commands can do; each rejects with a CodedError where it could not. */
export interface CommandActions {
  watch(cameraIds: readonly string[], untilAt: number): void;
  uploadSnapshot(sha256: string, to: { url: string; expiresAt: number }): Promise<void>;
  offerModel(offer: Extract<Command, { type: "offer-model" }>): void;
  probeCamera(url: string): Promise<Probe>;
}

/**
 * Carries out what the cloud asks for and answers it by id. A command that came too late is not
 * carried out; one that does not validate cannot be answered and is only counted.
 */
export class CommandHandler {
  readonly #actions: CommandActions;
  readonly #reply: (reply: Reply) => void;
  readonly #faults: FaultLog;
  readonly #log: Logger;

  constructor(options: {
    actions: CommandActions;
    reply: (reply: Reply) => void;
    faults: FaultLog;
    log: Logger;
  }) {
    this.#actions = options.actions;
    this.#reply = options.reply;
    this.#faults = options.faults;
    this.#log = options.log;
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
    const outcome = await this.#carryOut(parsed.value);
    if (outcome.fault === null) {
      this.#reply({ id, type, fault: null, probe: outcome.probe });
      return;
    }
    const { code, message } = outcome.fault;
    if (EXPECTED.includes(code)) this.#log.debug({ code }, message);
    else this.#faults.count(outcome.fault);
    this.#reply({ id, type, fault: { code, message: message.slice(0, 500) }, probe: null });
  }

  async #carryOut(command: Command): Promise<Outcome> {
    if (command.expiresAt < Date.now()) {
      const lateMs = Date.now() - command.expiresAt;
      const fault = edgeError("COMMAND_EXPIRED", `${command.type} came ${lateMs} ms too late`);
      return { fault };
    }
    try {
      return { fault: null, probe: await this.#act(command) };
    } catch (error) {
      if (error instanceof CodedError) return { fault: error };
      throw error;
    }
  }

  async #act(command: Command): Promise<Probe | null> {
    switch (command.type) {
      case "watch":
        this.#actions.watch(command.cameraIds, command.untilAt);
        return null;
      case "upload-snapshot":
        await this.#actions.uploadSnapshot(command.sha256, command);
        return null;
      case "offer-model":
        this.#actions.offerModel(command);
        return null;
      case "probe-camera":
        return await this.#actions.probeCamera(command.url);
    }
  }
}
