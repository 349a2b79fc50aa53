import type { LoopSite } from "./loop-site.ts";

const TRIGGER_MS = 60_000;
const TRAINING_MS = 300_000;
const EVALUATION_MS = 180_000;
const WAVE_MS = 300_000;

/** Seconds of each part of a way, one after the other. */
export class Stages {
  readonly seconds: Record<string, number> = {};
  readonly #say: (line: string) => void;
  readonly #startedAt: number;
  #at: number;

  constructor(say: (line: string) => void, startedAt = Date.now()) {
    this.#say = say;
    this.#startedAt = startedAt;
    this.#at = startedAt;
  }

  end(name: string, detail: string): void {
    const now = Date.now();
    this.seconds[name] = tenths(now - this.#at);
    this.#say(`${this.seconds[name]?.toFixed(1).padStart(6)} s  ${name.padEnd(10)} ${detail}`);
    this.#at = now;
  }

  /** From the start to the end of the last stage. */
  get total(): number {
    return tenths(this.#at - this.#startedAt);
  }
}

function tenths(ms: number): number {
  return Math.round(ms / 100) / 10;
}

/** A model that was learnt, and what the gate says of it. */
export interface LearntModel {
  digest: string;
  name: string;
  verdict: "pass" | "fail" | "inconclusive";
  sentences: string[];
}

/** Waits for the loop to train by itself after an answer, and for what the gate says. */
export async function waitForLearning(
  site: LoopSite,
  since: number,
  stages: Stages,
): Promise<LearntModel> {
  const { api } = site;
  const newest = async () => {
    const jobs = await api.training.list.query({ limit: 10 });
    return jobs.find(({ cause, queuedAt }) => cause === "threshold" && queuedAt >= since) ?? null;
  };
  const job = await site.until("a training job", TRIGGER_MS, newest);
  stages.end("dataset", `version ${job.datasetId.slice(0, 12)}`);
  const digest = await site.until("the end of the training", TRAINING_MS, async () => {
    const { state, fault, modelDigest } = await api.training.byId.query({ jobId: job.jobId });
    if (state === "failed")
      throw new Error(`the training failed: ${fault?.code} ${fault?.message}`);
    return state === "done" ? modelDigest : null;
  });
  stages.end("training", `model ${digest.slice(0, 12)}`);
  return waitForGate(site, digest, stages);
}

/** Waits for what the gate says of a candidate. */
export async function waitForGate(
  site: LoopSite,
  digest: string,
  stages: Stages,
  stage = "evaluation",
): Promise<LearntModel> {
  const judged = await site.until("what the gate says", EVALUATION_MS, async () => {
    const { gate, evaluation, name } = await site.api.models.byId.query({ digest });
    if (evaluation?.fault != null) throw new Error(`the evaluation failed: ${evaluation.fault}`);
    return gate === null ? null : { name, gate };
  });
  const { verdict, rules } = judged.gate;
  stages.end(stage, `gate: ${verdict}`);
  const sentences = rules.map(({ verdict: said, sentence }) => `${said}: ${sentence}`);
  return { digest, name: judged.name, verdict, sentences };
}

/** Waits until every node runs a model, the canary first. @throws Error where its rollout is held or goes back. */
export async function waitForNodes(site: LoopSite, digest: string, stages: Stages): Promise<void> {
  await site.until("the canary", WAVE_MS, async () => {
    const nodes = await nodesUnderway(site, digest);
    const canary = nodes.find(({ labels }) => labels.ring === "canary");
    return canary?.model?.digest === digest ? canary : null;
  });
  stages.end("canary", "the first node runs it");
  const nodes = await site.until("every node", WAVE_MS, async () => {
    const found = await nodesUnderway(site, digest);
    return found.every(({ model }) => model?.digest === digest) ? found : null;
  });
  stages.end("fleet", `${nodes.length} nodes run it`);
}

/** Waits until a rollout has seen enough of every wave. @throws Error where it is held or goes back. */
export async function waitForRollout(
  site: LoopSite,
  digest: string,
  stages: Stages,
): Promise<void> {
  await site.until("the end of the rollout", WAVE_MS, async () => {
    const rollout = await rolloutUnderway(site, digest);
    return rollout?.state === "done" ? rollout : null;
  });
  stages.end("watched", "the rollout is done: every wave was well for long enough");
}

/** The nodes while a rollout goes on. @throws Error where it does not. */
async function nodesUnderway(site: LoopSite, digest: string) {
  await rolloutUnderway(site, digest);
  return await site.api.nodes.list.query();
}

/** The rollout of a model, undefined before it begins. @throws Error where it is held or goes back. */
async function rolloutUnderway({ api }: LoopSite, digest: string) {
  const rollouts = await api.rollouts.list.query();
  const rollout = rollouts.find(({ toDigest }) => toDigest === digest);
  if (rollout !== undefined && !["running", "done"].includes(rollout.state)) {
    throw new Error(`the rollout is ${rollout.state}: ${rollout.why}`);
  }
  return rollout;
}
