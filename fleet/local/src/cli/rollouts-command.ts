import type { AppRouter } from "@sentinel/cloud/api/router";
import type { inferRouterOutputs } from "@trpc/server";
import type { Command } from "commander";
import { localError } from "../errors.ts";
import {
  askingCloud,
  type CloudApi,
  type CloudCommandOptions,
  cloudCommand,
  printJson,
  printLine,
} from "./cloud-command.ts";
import { textTable } from "./text-table.ts";

type Outputs = inferRouterOutputs<AppRouter>["rollouts"];
type Detail = Outputs["byId"];

const WATCH_MS = 1_000;
const ROLLOUT = "its id, the first digits of it, or the name of its channel";

/** Adds `sentinel rollouts …`: promote a model, follow its waves, hold or take it back. */
export function addRolloutsCommand(program: Command): Command {
  const rollouts = program
    .command("rollouts")
    .description("bring models to nodes, wave by wave, and take them back");
  addReading(rollouts);
  addPromote(rollouts);
  addChange(rollouts, "pause", "hold a rollout where it is");
  addChange(rollouts, "resume", "let a paused rollout go on");
  addChange(rollouts, "abort", "end a rollout; its nodes go back to the model from before");
  return rollouts;
}

function addReading(rollouts: Command): void {
  cloudCommand(rollouts.command("list").description("rollouts, the newest first"))
    .option("--channel <name>", "only those of one channel")
    .action(
      askingCloud<[], { channel?: string }>(async (api, options) => {
        const list = await api.rollouts.list.query({ channel: options.channel ?? null });
        if (options.json === true) return printJson(list);
        const rows = list.map((item) => [
          item.rolloutId.slice(0, 13),
          item.channel,
          item.state,
          item.waves[item.wave] ?? "–",
          item.toName ?? item.toDigest.slice(0, 12),
          new Date(item.startedAt).toISOString().slice(0, 16),
          item.why,
        ]);
        printLine(
          textTable(["ROLLOUT", "CHANNEL", "STATE", "WAVE", "MODEL", "BEGAN", "WHY"], rows),
        );
      }),
    );
  cloudCommand(
    rollouts
      .command("show")
      .description("one rollout: waves, evidence, nodes")
      .argument("<rollout>", ROLLOUT),
  ).action(
    askingCloud<[string]>(async (api, options, named) => {
      const rolloutId = await idOf(api, named);
      show(await api.rollouts.byId.query({ rolloutId }), options);
    }),
  );
  cloudCommand(
    rollouts
      .command("watch")
      .description("follow a rollout until it is over; exit code 1 where it went back")
      .argument("<rollout>", ROLLOUT),
  ).action(
    askingCloud<[string]>(async (api, options, named) => {
      await watch(api, await idOf(api, named), options);
    }),
  );
  cloudCommand(
    rollouts.command("channels").description("what Git names, and what each wave was told"),
  ).action(
    askingCloud(async (api, options) => {
      const [channels, repo] = await Promise.all([
        api.rollouts.channels.query(),
        api.rollouts.repo.query(),
      ]);
      if (options.json === true) return printJson({ repo, channels });
      showChannels(channels, repo);
    }),
  );
}

interface PromoteFlags {
  channel: string;
  model: string;
  reason: string;
  watch?: boolean;
}

function addPromote(rollouts: Command): void {
  cloudCommand(
    rollouts
      .command("promote")
      .description("name a model for a channel: a commit in the fleet's repository")
      .requiredOption("--model <digest>", "SHA-256 of an approved model, or its first digits")
      .requiredOption("--reason <text>", "why; it stands in the commit")
      .option("--channel <name>", "which channel", "stable")
      .option("--watch", "follow its rollout until it is over"),
  ).action(
    askingCloud<[], PromoteFlags>(async (api, options) => {
      const { channel, reason } = options;
      const digest = await modelOf(api, options.model);
      const { commit } = await api.rollouts.promote.mutate({ channel, digest, reason });
      if (options.watch === true) {
        return await watch(api, await rolloutOf(api, channel, commit), options);
      }
      if (options.json === true) printJson({ commit });
      else printLine(`commit ${commit}. Follow it: sentinel rollouts watch ${channel}`);
    }),
  );
}

function addChange(
  rollouts: Command,
  verb: "pause" | "resume" | "abort",
  description: string,
): void {
  cloudCommand(rollouts.command(verb).description(description).argument("<rollout>", ROLLOUT))
    .option("--reason <text>", "why, for those who read it later")
    .action(
      askingCloud<[string], { reason?: string }>(async (api, options, named) => {
        const rolloutId = await idOf(api, named);
        const { reason } = options;
        const why = reason === undefined ? {} : { reason };
        await api.rollouts[verb].mutate({ rolloutId, ...why });
        const { rollout } = await api.rollouts.byId.query({ rolloutId });
        if (options.json === true) printJson(rollout);
        else printLine(rollout.why);
      }),
    );
}

/** Asks again until the rollout is over. */
async function watch(
  api: CloudApi,
  rolloutId: string,
  options: CloudCommandOptions,
): Promise<void> {
  let told = "";
  for (;;) {
    const detail = await api.rollouts.byId.query({ rolloutId });
    const { state, why } = detail.rollout;
    const line = `${state}: ${why}`;
    if (line !== told) process.stderr.write(`${line}\n`);
    told = line;
    if (state !== "running" && state !== "paused") {
      show(detail, options);
      if (state !== "done") process.exitCode = 1;
      return;
    }
    await new Promise((resolve) => setTimeout(resolve, WATCH_MS));
  }
}

function show(detail: Detail, options: CloudCommandOptions): void {
  if (options.json === true) {
    printJson(detail);
    return;
  }
  const { rollout, waves } = detail;
  printLine(rollout.why);
  printLine(
    textTable(null, [
      ["rollout", rollout.rolloutId],
      ["channel", rollout.channel],
      ["state", rollout.state],
      ["model", `${rollout.toName ?? ""} ${rollout.toDigest}`.trim()],
      ["before", rollout.fromDigest ?? "–"],
      ["commit", rollout.commitId],
      ["reason", `${rollout.reason} (${rollout.startedBy})`],
    ]),
  );
  const rows = waves.flatMap(({ name, evidence, startedAt, neededShare }) => {
    if (evidence === null) return [[name, "–", "–", "–", "–", "–", "–"]];
    const { counts, candidate, current } = evidence;
    return [
      [
        name,
        startedAt === null ? "not begun" : new Date(startedAt).toISOString().slice(11, 19),
        `${counts.active} (needs ${Math.round(neededShare * 100)} %)`,
        `${counts.rejected}, ${counts.unhealthy}`,
        String(counts.away),
        `${perHour(candidate)}, before ${perHour(current)}`,
        `${ms(candidate.latencyMs)}, before ${ms(current.latencyMs)}`,
      ],
    ];
  });
  const head = [
    "WAVE",
    "BEGAN",
    "ACTIVE",
    "REJECTED, NOT WELL",
    "AWAY",
    "EVENTS/CAMERA-HOUR",
    "LATENCY",
  ];
  printLine(textTable(head, rows));
  const nodes = waves.flatMap(({ name, nodes: members }) =>
    (members ?? []).map(({ nodeId, state, detail: more }) => [nodeId, name, state, more ?? ""]),
  );
  if (nodes.length > 0) printLine(textTable(["NODE", "WAVE", "STATE", ""], nodes));
}

function showChannels(channels: Outputs["channels"], repo: Outputs["repo"]): void {
  if (repo === null) {
    printLine("This cloud follows no fleet repository.");
    return;
  }
  printLine(`${repo.url} at ${repo.goodCommit?.slice(0, 12) ?? "no good commit yet"}`);
  if (repo.fault !== null) {
    const { code, file, line, message } = repo.fault;
    const place = file === null ? "" : `${file}${line === null ? "" : `:${line}`}: `;
    printLine(`not taken: ${repo.seenCommit?.slice(0, 12) ?? "–"} ${code}: ${place}${message}`);
  }
  const rows = channels.flatMap(({ channel, digest, modelName, waves }) =>
    waves.map(({ name, nodes, online, statement }) => [
      channel,
      digest === null ? "none" : (modelName ?? digest.slice(0, 12)),
      name,
      `${online} of ${nodes}`,
      statement === null ? "–" : (statement.modelName ?? statement.digest.slice(0, 12)),
      statement === null ? "–" : String(statement.counter),
      statement === null ? "–" : new Date(statement.expiresAt).toISOString().slice(0, 10),
    ]),
  );
  printLine(
    textTable(["CHANNEL", "MODEL", "WAVE", "ONLINE", "TOLD", "COUNTER", "HOLDS UNTIL"], rows),
  );
}

/** @throws CodedError INPUT_INVALID where none or several are meant. */
async function idOf(api: CloudApi, named: string): Promise<string> {
  const list = await api.rollouts.list.query({ limit: 100 });
  const newest = list.find(({ channel }) => channel === named);
  if (newest !== undefined) return newest.rolloutId;
  if (/^[0-9a-f]{8}-[0-9a-f-]{27}$/.test(named)) return named;
  const meant = list.filter(({ rolloutId }) => rolloutId.startsWith(named));
  if (meant.length === 1 && meant[0] !== undefined) return meant[0].rolloutId;
  const count = meant.length === 0 ? "no rollout" : `${meant.length} rollouts`;
  throw localError("INPUT_INVALID", `${named}: ${count} of that id or channel`);
}

/** @throws CodedError INPUT_INVALID where none or several approved models are meant. */
async function modelOf(api: CloudApi, named: string): Promise<string> {
  if (/^[0-9a-f]{64}$/.test(named)) return named;
  const models = await api.rollouts.promotable.query();
  const meant = models.filter(({ digest, name }) => digest.startsWith(named) || name === named);
  if (meant.length === 1 && meant[0] !== undefined) return meant[0].digest;
  const count = meant.length === 0 ? "no approved model" : `${meant.length} approved models`;
  throw localError("INPUT_INVALID", `${named}: ${count} of that digest or name`);
}

/** The rollout that a commit began; the cloud takes a moment to see it. */
async function rolloutOf(api: CloudApi, channel: string, commit: string): Promise<string> {
  for (;;) {
    const list = await api.rollouts.list.query({ channel, limit: 10 });
    const begun = list.find(({ commitId }) => commitId === commit);
    if (begun !== undefined) return begun.rolloutId;
    const repo = await api.rollouts.repo.query();
    if (repo?.fault !== undefined && repo.fault !== null) {
      throw localError("CLOUD_REFUSED", `${repo.fault.code}: ${repo.fault.message}`);
    }
    await new Promise((resolve) => setTimeout(resolve, WATCH_MS));
  }
}

function perHour({ events, cameraHours }: { events: number; cameraHours: number }): string {
  return cameraHours === 0 ? "–" : (events / cameraHours).toFixed(1);
}

function ms(value: number | null): string {
  return value === null ? "–" : `${Math.round(value)} ms`;
}
