import open from "open";
import { connectCloud } from "../cli/cloud-client.ts";
import { LiveProbe } from "../probe/live-probe.ts";
import { ensureFfmpeg } from "../setup/ensure-ffmpeg.ts";
import { removeCliFile, writeCliFile } from "./cli-file.ts";
import { buildDashboard } from "./dashboard-build.ts";
import { prepareDataDir } from "./data-dir.ts";
import { planNodes } from "./edge-setup.ts";
import { watchFirstEvent } from "./first-event.ts";
import { chooseDashboardPort } from "./free-port.ts";
import { InstanceLock } from "./instance-lock.ts";
import { Leftovers } from "./leftovers.ts";
import { loadLocalSecrets } from "./local-secrets.ts";
import { MemoryLog } from "./memory-log.ts";
import { prepareModel } from "./prepare-model.ts";
import { Progress } from "./progress.ts";
import { publishBaseModel } from "./publish-base-model.ts";
import { sentinelVersion } from "./repository.ts";
import { type RunSummary, summarize } from "./run-summary.ts";
import { SentinelStack } from "./sentinel-stack.ts";
import type { StartOptions } from "./start-options.ts";
import { StopSignal } from "./stop-signal.ts";

/** `npm start`: sets everything up, runs the whole of Sentinel, and stops it in order. */
export async function runStart(options: StartOptions): Promise<void> {
  const progress = new Progress();
  progress.title(`Sentinel ${sentinelVersion()}; data in ${options.dataDir}`);
  const nodes = await planNodes(options);
  const [first] = nodes;
  if (first === undefined) throw new Error("no node was planned");
  const dataDir = prepareDataDir(options.dataDir);
  const lock = new InstanceLock(dataDir.root);
  await lock.acquire();
  const leftovers = new Leftovers(dataDir.root);
  let stack: SentinelStack | null = null;
  const stopping = new StopSignal(() => {
    progress.say("stopping at once");
    stack?.killNow();
    process.exit(130);
  });
  stopping.start();
  stopping.signal.addEventListener("abort", () => {
    lock.update({ stopping: true });
    progress.say(
      `stopping (${String(stopping.signal.reason)}); press Ctrl-C again to stop at once`,
    );
  });
  try {
    const ended = await leftovers.end();
    if (ended > 0) progress.say(`ended ${ended} processes that an earlier run left behind`);
    const httpPort = await chooseDashboardPort(options.port);
    const ffmpeg = await progress.step(
      "ffmpeg",
      ensureFfmpeg,
      ({ path, versionMajor }) => `version ${versionMajor}, ${path}`,
    );
    const model = await prepareModel(first, dataDir.edge, progress);
    const dashboard = await progress.step("dashboard", buildDashboard, ({ built }) =>
      built ? "built" : "up to date",
    );
    stopping.signal.throwIfAborted();
    stack = new SentinelStack({
      dataDir,
      nodes,
      openToGuests: options.forMs !== null,
      httpPort,
      dashboardDir: dashboard.folder,
      ffmpegPath: ffmpeg.path,
      progress,
      leftovers,
    });
    await stack.startCloud();
    stopping.signal.throwIfAborted();
    const url = `http://127.0.0.1:${httpPort}`;
    const { serviceToken: token, setupToken } = loadLocalSecrets(dataDir.root);
    const cloud = { url, token };
    if (model !== null) {
      // A start goes on without it: only learning has to wait.
      await publishBaseModel(connectCloud(cloud).api, model).catch((error: Error) =>
        progress.say(`the registry does not have the model ${model.name} yet: ${error.message}`),
      );
    }
    lock.update({ url });
    writeCliFile(dataDir.root, cloud);
    const joinUrl = (await isAnybodyThere(cloud)) ? null : `${url}/join#${setupToken}`;
    const door = { ...cloud, joinUrl };
    const summary = await run(stack, options, door, progress, stopping);
    await stack.stop();
    if (summary !== null) process.stdout.write(`${JSON.stringify(summary)}\n`);
  } catch (error) {
    await stack?.stop();
    if (!stopping.signal.aborted) throw error;
  } finally {
    stopping.stop();
    removeCliFile(dataDir.root);
    lock.release();
  }
  progress.say("stopped");
}

/** From the agents' start to their stop. @returns the figures where a time was given. */
async function run(
  stack: SentinelStack,
  options: StartOptions,
  cloud: { url: string; token: string; joinUrl: string | null },
  progress: Progress,
  stopping: StopSignal,
): Promise<RunSummary | null> {
  const count = () => Promise.all(stack.nodes.map((node) => node.count(stack.databaseUrl)));
  const before = await count();
  await stack.startEdge();
  const startedAt = Date.now();
  process.stdout.write(`Dashboard: ${cloud.url}\n`);
  if (cloud.joinUrl !== null) {
    process.stdout.write(`First sign-in, once, as admin: ${cloud.joinUrl}\n`);
  }
  if (options.open && process.stdout.isTTY) {
    await open(cloud.joinUrl ?? cloud.url).catch(() => undefined);
  }
  const over = new AbortController();
  void watchFirstEvent(cloud, startedAt, progress, AbortSignal.any([stopping.signal, over.signal]));
  const memory = new MemoryLog(stack, progress);
  memory.start();
  const probe = options.forMs === null ? null : new LiveProbe(cloud);
  await probe?.start(stack.cameraCount);
  await stopping.within(options.forMs);
  over.abort();
  await probe?.stop();
  const rssBytes = memory.sample();
  memory.stop();
  const seconds = (Date.now() - startedAt) / 1000;
  await stack.stopAgents();
  if (probe === null || options.forMs === null) return null;
  const after = await count();
  const nothing = { edge: null, cloud: null };
  return summarize({
    cameras: probe.pictures.size,
    totals: stack.nodes.map(({ totals }) => totals),
    seconds,
    counts: stack.nodes.map((_, node) => ({
      before: before[node] ?? nothing,
      after: after[node] ?? nothing,
    })),
    latenciesMs: probe.latenciesMs,
    rssBytes,
  });
}

async function isAnybodyThere(cloud: { url: string; token: string }): Promise<boolean> {
  const { api } = connectCloud(cloud);
  return (await api.people.me.query()).anybodyThere;
}
