import { join } from "node:path";
import { z } from "zod";
import { makeFolder } from "../disk/make-folder.ts";
import { type EdgeSetup, writeEdgeConfig } from "./edge-setup.ts";
import type { RoleProcess } from "./role-process.ts";
import type { AgentTotals, NodeCounts } from "./run-summary.ts";
import { countAtEdge, countInPostgres } from "./sequence-count.ts";

const totalsSchema = z.object({
  type: z.literal("totals"),
  framesDecoded: z.int(),
  framesInferred: z.int(),
});

/** Starts a role's process: its name, program, arguments, environment, and who hears its messages. */
export type StartRole = (
  name: string,
  mainFile: string,
  args: readonly string[],
  env: Record<string, string>,
  onMessage: (message: unknown) => void,
) => RoleProcess;

/** One edge node of this machine: its agent, its folder, and what it counted. */
export class LocalNode {
  readonly setup: EdgeSetup;
  readonly folder: string;
  #agent: RoleProcess | null = null;
  /** What each agent process of this run told last; one that was killed tells nothing more. */
  readonly #totals = new Map<number, AgentTotals>();

  constructor(setup: EdgeSetup, root: string) {
    this.setup = setup;
    this.folder = join(root, setup.folder);
  }

  get nodeId(): string {
    return this.setup.nodeId;
  }

  get pid(): number | null {
    return this.#agent?.pid ?? null;
  }

  get restarts(): number {
    return this.#agent?.restarts ?? 0;
  }

  /** Totals over every agent process of this run. */
  get totals(): AgentTotals {
    const all = [...this.#totals.values()];
    const sum = (key: keyof AgentTotals) => all.reduce((total, each) => total + each[key], 0);
    return { framesDecoded: sum("framesDecoded"), framesInferred: sum("framesInferred") };
  }

  /** Starts the agent and waits until it is ready. @param simulated its share of the simulated cameras. */
  async start(
    startRole: StartRole,
    env: Record<string, string>,
    simulated: readonly { id: string; name: string; url: string }[],
  ): Promise<void> {
    makeFolder(this.folder);
    const config = writeEdgeConfig(this.setup, this.folder, simulated);
    const name = this.setup.folder.replace("edge", "edge agent").replace("agent-", "agent ");
    const args = ["--config", config];
    this.#agent = startRole(name, "edge-agent/src/main.ts", args, env, (message) =>
      this.#take(message),
    );
    await this.#agent.start();
  }

  /** Politely: it ends its tracks and empties its outbox. */
  async stop(): Promise<void> {
    await this.#agent?.stop();
  }

  kill(): void {
    this.#agent?.kill();
  }

  /** What its own file says, and what Postgres holds of that. */
  async count(databaseUrl: string): Promise<NodeCounts> {
    const edge = countAtEdge(this.folder);
    return {
      edge,
      cloud: edge === null ? null : await countInPostgres(databaseUrl, this.nodeId, edge),
    };
  }

  #take(message: unknown): void {
    const totals = totalsSchema.safeParse(message);
    if (totals.success && this.pid !== null) this.#totals.set(this.pid, totals.data);
  }
}
