import { type ChildProcess, spawn } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { availableParallelism, tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { resolveModel } from "@sentinel/edge-agent/model/resolve-model";
import { modelCacheDir } from "../config.ts";
import { ensureFfmpeg } from "../setup/ensure-ffmpeg.ts";
import { repositoryPath } from "../start/repository.ts";
import { waitFor } from "../start/wait-for.ts";
import { type Bench, median, rounded } from "./bench.ts";
import { renamed, SwapSite } from "./swap-site.ts";

const MODEL = "yolov5s-320";
const CAMERAS = 4;
const FPS = 3;
const SWAPS = 3;
/** Programs that only calculate, for each core, while swaps under load are measured. */
const LOAD_PER_CORE = 4;
const WITHIN_MS = 120_000;
/** Frames that waited for the swap are worked off within 10 s, and telemetry comes every 2 s. */
const SETTLED_AFTER_MS = 14_000;

/** One swap: what the agent reported of it, and the frames that were dropped around it. */
interface Measured {
  gapMs: number;
  dropped: number;
  /** From the statement until what waited was worked off, a second of that time. */
  droppedPerSecond: number;
}

/** Promotes a model and waits until it is active and what waited for it is worked off. */
async function measure(site: SwapSite, note: string): Promise<Measured> {
  const model = await renamed(site.model, note);
  const droppedPerSecond = await droppedWhile(site, async () => {
    site.promote(model);
    const never = new AbortController().signal;
    const isOver = async () => {
      const report = site.status?.modelReport;
      return report?.digest === model.digest && ["active", "rejected"].includes(report.state);
    };
    const isInTime = await waitFor(isOver, WITHIN_MS, never);
    const report = site.status?.modelReport;
    if (!isInTime || report?.state !== "active") {
      throw new Error(`the swap failed: ${JSON.stringify(report)}`);
    }
    await delay(SETTLED_AFTER_MS);
  });
  const swapped = site.status?.modelReport?.lastSwap;
  if (swapped?.to !== model.digest) throw new Error("the agent did not report its swap");
  return { gapMs: swapped.gapMs, dropped: swapped.framesDropped, droppedPerSecond };
}

/** Frames that are dropped a second while something is done, by the agent's own telemetry. */
async function droppedWhile(site: SwapSite, work: () => Promise<unknown>): Promise<number> {
  const before = site.telemetry;
  await work();
  const after = site.telemetry;
  if (before === null || after === null) throw new Error("the agent sends no telemetry");
  return ((after.framesDropped - before.framesDropped) * 1000) / (after.at - before.at);
}

function told({ gapMs, dropped, droppedPerSecond }: Measured, without: number): string {
  const around = `${droppedPerSecond.toFixed(1)} a second around it`;
  return `gap ${Math.round(gapMs)} ms, ${dropped} frames dropped in it; ${around}, ${without.toFixed(1)} without a swap`;
}

/** Keeps every core busy until it is stopped. */
function makeLoad(): () => void {
  const programs: ChildProcess[] = Array.from(
    { length: LOAD_PER_CORE * availableParallelism() },
    () => spawn(process.execPath, ["--eval", "for (;;) Math.random()"], { stdio: "ignore" }),
  );
  return () => {
    for (const program of programs) program.kill("SIGKILL");
  };
}

/** The gap between the last frame of the old model and the first of the new one, in a real agent. */
export const swapBench: Bench = {
  name: "swap",
  about: `gap and dropped frames when a running agent with ${CAMERAS} cameras changes its model`,
  async run(say) {
    const { path: ffmpeg } = await ensureFfmpeg(say);
    const model = await resolveModel({
      nameOrFile: MODEL,
      catalogPath: repositoryPath("fleet/state/models.yaml"),
      cacheDir: modelCacheDir(),
    });
    const folder = await mkdtemp(join(tmpdir(), "sentinel-bench-"));
    const site = new SwapSite(folder, model);
    const figures: Record<string, number> = {};
    let stopLoad = () => {};
    try {
      await site.start({ cameras: CAMERAS, fps: FPS, ffmpeg });
      for (const when of ["", "UnderLoad"]) {
        if (when !== "") stopLoad = makeLoad();
        await delay(SETTLED_AFTER_MS / 2);
        const without = await droppedWhile(site, () => delay(SETTLED_AFTER_MS));
        figures[`droppedPerSecondWithoutSwap${when}`] = rounded(without);
        const swaps: Measured[] = [];
        for (let swap = 1; swap <= SWAPS; swap += 1) {
          const measured = await measure(site, `swap ${when} ${swap}`);
          swaps.push(measured);
          say(
            `swap ${swap} of ${SWAPS}${when === "" ? "" : " under load"}: ${told(measured, without)}`,
          );
        }
        figures[`gapMs${when}`] = rounded(median(swaps.map(({ gapMs }) => gapMs)));
        figures[`dropped${when}`] = swaps.reduce((sum, { dropped }) => sum + dropped, 0);
        figures[`droppedPerSecond${when}`] = rounded(
          median(swaps.map(({ droppedPerSecond }) => droppedPerSecond)),
        );
      }
    } finally {
      stopLoad();
      await site.stop();
      await rm(folder, { recursive: true, force: true });
    }
    return figures;
  },
};
