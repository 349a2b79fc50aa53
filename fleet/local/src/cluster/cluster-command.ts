import { localError } from "../errors.ts";
import { ensureDebianPackages } from "../setup/debian-packages.ts";
import { buildDashboard } from "../start/dashboard-build.ts";
import { prepareDataDir } from "../start/data-dir.ts";
import { InstanceLock } from "../start/instance-lock.ts";
import { Leftovers } from "../start/leftovers.ts";
import { fetchModel } from "../start/prepare-model.ts";
import { Progress } from "../start/progress.ts";
import { repositoryPath, sentinelVersion } from "../start/repository.ts";
import { StopSignal } from "../start/stop-signal.ts";
import { LocalCluster } from "./local-cluster.ts";
import { NOT_HERE } from "./stand-ins.ts";
import type { Substitution } from "./substitutions.ts";

const PROGRAMS = [
  ["mosquitto", "mosquitto"],
  ["psql", "postgresql-client"],
  ["openssl", "openssl"],
  ["nginx", "nginx-light"],
  ["git", "git"],
].map(([program = "", packageName = ""]) => ({ program, packageName, neededFor: "cluster:local" }));

/** What `npm run cluster:local` was asked for. */
export interface ClusterOptions {
  dataDir: string;
  forMs: number | null;
  json: boolean;
}

const CLOUD = "clusters/cloud";
const SITE = "clusters/site-example";
/** What `agent.yaml` of the manifests names. */
const MODEL = "yolov5s-320";

/** `npm run cluster:local`: the manifests of production as processes of this machine, until Ctrl-C. */
export async function runCluster({ dataDir: root, forMs, json }: ClusterOptions): Promise<void> {
  const progress = new Progress();
  progress.title(
    `Sentinel ${sentinelVersion()} as ${CLOUD} and ${SITE} would run it; data in ${root}`,
  );
  await ensureDebianPackages(PROGRAMS).catch((error: Error) => {
    throw localError("CLUSTER_PROGRAM_MISSING", error.message, error);
  });
  const dataDir = prepareDataDir(root);
  const lock = new InstanceLock(root);
  await lock.acquire();
  const leftovers = new Leftovers(root);
  let cluster: LocalCluster | null = null;
  const stopping = new StopSignal(() => {
    cluster?.killNow();
    process.exit(130);
  });
  stopping.start();
  stopping.signal.addEventListener("abort", () => {
    // A start that is under way fails by it, at once.
    void cluster?.stop();
    progress.say(
      `stopping (${String(stopping.signal.reason)}); press Ctrl-C again to stop at once`,
    );
  });
  try {
    await leftovers.end();
    await fetchModel(MODEL, repositoryPath("fleet/state/models.yaml"), progress);
    const dashboard = await progress.step("dashboard", buildDashboard, ({ built }) =>
      built ? "built" : "up to date",
    );
    stopping.signal.throwIfAborted();
    cluster = new LocalCluster({
      ...{ dataDir, progress, leftovers, cloud: CLOUD, site: SITE },
      dashboardDir: dashboard.folder,
    });
    const address = await cluster.startCloud();
    stopping.signal.throwIfAborted();
    await cluster.startSite();
    lock.update({ url: address.url });
    const { setupToken, serviceToken, ...shown } = address;
    const joinUrl = `${address.url}/join#${setupToken}`;
    if (json) {
      const facts = { ...shown, joinUrl, serviceToken, pods: cluster.pods, notHere: NOT_HERE };
      process.stdout.write(
        `${JSON.stringify({ ...facts, substitutions: cluster.substitutions })}\n`,
      );
    } else {
      process.stdout.write(`${differences(cluster.substitutions)}\n\n`);
      process.stdout.write(
        `Dashboard: ${address.url} (its certificate: ${address.certificateFile})\n`,
      );
      process.stdout.write(`First sign-in, once, as admin: ${joinUrl}\n`);
    }
    await stopping.within(forMs);
    await cluster.stop();
  } catch (error) {
    await cluster?.stop();
    if (!stopping.signal.aborted) throw error;
  } finally {
    stopping.stop();
    lock.release();
  }
  progress.say("stopped");
}

/** What a person must know to take this for what it is. */
function differences(substitutions: readonly Substitution[]): string {
  const kinds = Map.groupBy(substitutions, ({ kind }) => kind);
  const lines = [...kinds].flatMap(([kind, all]) => [
    `  ${kind}`,
    ...all.map(({ from, to }) => `    ${from} -> ${to}`),
  ]);
  const missing = Object.entries(NOT_HERE).map(([name, why]) => `  ${name}: ${why}`);
  return ["What differs from the cluster:", ...lines, "What does not run here:", ...missing].join(
    "\n",
  );
}
