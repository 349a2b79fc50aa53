import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { getCACertificates, setDefaultCACertificates } from "node:tls";
import { promisify } from "node:util";
import { connectApi } from "../../../cloud/test/api-client.ts";
import { waitUntil } from "../../../cloud/test/wait-until.ts";
import { CameraSimulator } from "../src/camera-simulator/camera-simulator.ts";
import { type ClusterAddress, LocalCluster } from "../src/cluster/local-cluster.ts";
import { buildDashboard } from "../src/start/dashboard-build.ts";
import { prepareDataDir } from "../src/start/data-dir.ts";
import { Leftovers } from "../src/start/leftovers.ts";
import { fetchModel } from "../src/start/prepare-model.ts";
import { Progress } from "../src/start/progress.ts";
import { repositoryPath } from "../src/start/repository.ts";
import { countAtEdge, countInPostgres } from "../src/start/sequence-count.ts";

const run = promisify(execFile);

/** The node of the site that the manifests name. */
export const NODE = "site-example-inference-0";

/** What the site's configuration names. */
export const MODEL = "yolov5s-320";

/** The manifests' cloud and site, as `npm run cluster:local` runs them, and a camera to look at. */
export class ClusterFixture {
  readonly cluster: LocalCluster;
  readonly address: ClusterAddress;
  readonly #root: string;
  readonly #connection: ReturnType<typeof connectApi>;
  #cameras: CameraSimulator | null = null;

  private constructor(root: string, cluster: LocalCluster, address: ClusterAddress) {
    this.#root = root;
    this.cluster = cluster;
    this.address = address;
    // As a browser of somebody who trusts the certificate.
    const certificate = readFileSync(address.certificateFile, "utf8");
    setDefaultCACertificates([...getCACertificates("default"), certificate]);
    this.#connection = connectApi(address.url, address.serviceToken);
  }

  /** Starts the cloud; the site is started by {@link startSite}. */
  static async start(root: string): Promise<ClusterFixture> {
    const dataDir = prepareDataDir(root);
    const progress = new Progress();
    await fetchModel(MODEL, repositoryPath("fleet/state/models.yaml"), progress);
    const { folder: dashboardDir } = await buildDashboard();
    const leftovers = new Leftovers(root);
    const targets = { cloud: "clusters/cloud", site: "clusters/site-example" };
    const cluster = new LocalCluster({ dataDir, dashboardDir, progress, leftovers, ...targets });
    try {
      return new ClusterFixture(root, cluster, await cluster.startCloud());
    } catch (error) {
      await cluster.stop();
      throw error;
    }
  }

  /** Over one WebSocket through the proxy, as the deployment's own tools. */
  get api() {
    return this.#connection.api;
  }

  async startSite(): Promise<void> {
    await this.cluster.startSite();
    await waitUntil(async () => (await this.#node())?.online === true);
  }

  /** A camera in the site, added by the API as a person would, and watched by the agent. */
  async addCamera(cameraId: string): Promise<void> {
    this.#cameras ??= new CameraSimulator({
      clipPath: repositoryPath("fleet/local/footage/vtest.h264"),
      fps: 10,
      cameras: 1,
      port: 0,
    });
    const { urls } = await this.#cameras.start();
    const camera = { nodeId: NODE, cameraId, name: "Square", url: urls[0] ?? "" };
    await this.api.cameras.add.mutate(camera);
  }

  /** Runs the command line as an admin elsewhere would. @returns what it prints as JSON. */
  async sentinel(...args: string[]): Promise<unknown> {
    const { PATH = "", HOME = "" } = process.env;
    const { url, serviceToken, certificateFile } = this.address;
    const cli = repositoryPath("fleet/local/src/cli/main.ts");
    const { stdout } = await run(process.execPath, [cli, ...args, "--json"], {
      env: {
        ...{ PATH, HOME, NODE_EXTRA_CA_CERTS: certificateFile },
        ...{ SENTINEL_URL: url, SENTINEL_TOKEN: serviceToken },
      },
    });
    return JSON.parse(stdout);
  }

  /** How many events the cloud has by now. */
  async eventCount(): Promise<number> {
    return Number((await this.query("select count(*) from events"))[0]?.count ?? 0);
  }

  /** Waits until the edge has nothing left that the cloud did not commit, and compares both sides' counts. */
  async lostAndDouble(): Promise<{ created: number; lost: number; double: number }> {
    const folder = join(this.#root, "pods", "sentinel-edge", "inference-0", "data");
    const atEdge = () => countAtEdge(folder);
    await waitUntil(() => atEdge()?.pending.length === 0);
    const edge = atEdge();
    if (edge === null) throw new Error("the agent has no outbox");
    const cloud = await countInPostgres(this.databaseUrl, NODE, edge);
    return {
      created: edge.lastSeq,
      lost: edge.lastSeq - cloud.sequenceNumbers,
      double: cloud.repeatedEnds,
    };
  }

  get databaseUrl(): string {
    const { PGHOST, PGPORT, PGUSER, PGPASSWORD } = this.cluster.postgres?.environment ?? {};
    return `postgres://${PGUSER}:${PGPASSWORD}@${PGHOST}:${PGPORT}/sentinel`;
  }

  async query(statement: string): Promise<Record<string, unknown>[]> {
    const { default: pg } = await import("pg");
    const client = new pg.Client({ connectionString: this.databaseUrl });
    await client.connect();
    try {
      return (await client.query(statement)).rows;
    } finally {
      await client.end();
    }
  }

  async stop(): Promise<void> {
    await this.#connection.close();
    await this.cluster.stop();
    await this.#cameras?.stop();
  }

  async #node() {
    return (await this.api.nodes.list.query()).find(({ nodeId }) => nodeId === NODE);
  }
}
