import { type Desired, desiredSchema } from "@sentinel/protocol/desired";
import { type TrustedKeys, verifyEnvelope } from "@sentinel/protocol/signed-document";
import { isInCohort, type Labels, statementSchema } from "@sentinel/protocol/statement";
import type { ModelReport } from "@sentinel/protocol/status";
import { nodeTopic } from "@sentinel/protocol/topics";
import { EdgeNode } from "./edge-node.ts";

const STARTED_AT = Date.now();

/** How a node's try of a model ends. */
type End = { fault: string } | "active" | "silent";

interface FleetNodeOptions {
  labels: Labels;
  keys: TrustedKeys;
  /** Digest of the model that it was started with. */
  running: string;
  ends?: (digest: string) => End;
  /** Of the statement that it took last, in an earlier life. */
  counter?: number;
}

/** A node that follows signed statements as the agent does, without a model: tests say how it ends. */
export class FleetNode {
  readonly edge: EdgeNode;
  readonly #labels: Labels;
  readonly #keys: TrustedKeys;
  readonly #ends: (digest: string) => End;
  /** Everything that it was told to do, the newest last. */
  readonly desired: Desired[] = [];
  readonly offers: { digest: string; url: string }[] = [];
  running: string;
  report: ModelReport | null = null;
  /** Statements that no key of ours signed. */
  refused = 0;
  #counter = 0;

  private constructor(edge: EdgeNode, options: FleetNodeOptions) {
    this.edge = edge;
    this.#labels = options.labels;
    this.#keys = options.keys;
    this.#ends = options.ends ?? (() => "active");
    this.running = options.running;
    this.#counter = options.counter ?? 0;
    edge.client.on("message", (topic, payload) => {
      const message: unknown = JSON.parse(payload.toString());
      if (topic.endsWith("/desired")) this.#take(desiredSchema.parse(message));
      else this.#command(message as Record<string, unknown>);
    });
  }

  static async connect(
    url: string,
    nodeId: string,
    password: string,
    options: FleetNodeOptions,
  ): Promise<FleetNode> {
    const edge = await EdgeNode.connect(url, nodeId, password);
    const node = new FleetNode(edge, options);
    await node.sendStatus();
    await edge.client.subscribeAsync(nodeTopic(nodeId, "desired"), { qos: 1 });
    return node;
  }

  /** The last will's contents, and no more. */
  async leave(): Promise<void> {
    await this.edge.send(
      "status",
      { online: false, nodeId: this.edge.nodeId, at: Date.now() },
      true,
    );
    await this.edge.stop();
  }

  async sendStatus(): Promise<void> {
    const { nodeId, epoch } = this.edge;
    await this.edge.send(
      "status",
      {
        online: true,
        nodeId,
        at: Date.now(),
        agentVersion: "1.0.0",
        startedAt: STARTED_AT,
        epoch,
        lastSeq: 0,
        model: {
          name: "model",
          digest: this.running,
          licence: "AGPL-3.0-only",
          inputSize: 320,
          classNames: ["car"],
          fault: null,
        },
        cameras: [],
        labels: this.#labels,
        modelReport: this.report,
        cameraReport: null,
      },
      true,
    );
  }

  #take(desired: Desired): void {
    this.desired.push(desired);
    const { statement: envelope } = desired;
    if (envelope === null) return;
    if (verifyEnvelope(envelope, this.#keys) !== null) {
      this.refused += 1;
      return;
    }
    const statement = statementSchema.parse(envelope.signed);
    if (!isInCohort(statement, this.#labels)) throw new Error("not our cohort");
    if (statement.counter <= this.#counter) return;
    this.#counter = statement.counter;
    const isHere = statement.digest === this.running;
    this.#reports(isHere ? "active" : "fetching", statement);
  }

  #command(command: Record<string, unknown>): void {
    if (command.type !== "offer-model") return;
    this.offers.push({ digest: String(command.digest), url: String(command.url) });
    const { report } = this;
    if (report?.state !== "fetching" || report.digest !== command.digest) return;
    if (report.digest === null) return;
    const end = this.#ends(report.digest);
    if (end === "silent") return;
    if (end === "active") {
      this.running = report.digest;
      this.#reports("active");
    } else {
      this.#reports("rejected", null, end.fault);
    }
  }

  #reports(
    state: ModelReport["state"],
    of: { counter: number; cohort: string; digest: string; commit: string } | null = null,
    fault: string | null = null,
  ): void {
    const before = of ?? this.report;
    this.report = {
      state,
      since: Date.now(),
      counter: before?.counter ?? null,
      cohort: before?.cohort ?? null,
      digest: before?.digest ?? null,
      commit: before?.commit ?? null,
      fetchedBytes: null,
      fault: fault === null ? null : { code: fault, message: "as the test wants it" },
      staleSince: null,
      lastSwap: null,
    };
    void this.sendStatus();
  }
}
