import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { connectApi } from "../../../cloud/test/api-client.ts";
import { FleetFixture, stableFile } from "../../../cloud/test/fleet-fixture.ts";
import { type RunningCloud, startCloud } from "../../../cloud/test/running-cloud.ts";
import { waitUntil } from "../../../cloud/test/wait-until.ts";
import { AgentProcess } from "../../../edge-agent/test/agent-process.ts";
import { TESTDATA, YOLOX_NANO_FILE } from "../../../edge-agent/test/test-data.ts";

/** People on a square, for as long as somebody looks. */
export const SQUARE_CLIP = join(TESTDATA, "clips", "opencv-vtest.avi");
/** Cars on a road. */
export const CARS_CLIP = join(TESTDATA, "clips", "intel-car-detection.mp4");

/** The node whose agent runs. */
export const NODE = "harbour-1";
const PASSWORD = "boathouse";

/** A cloud with the role fleet, and the folder of one node, whose agent tests start and stop. */
export class SiteFixture {
  readonly cloud: RunningCloud;
  readonly #fleet: FleetFixture;
  readonly #folder: string;
  #connection: ReturnType<typeof connectApi>;

  private constructor(cloud: RunningCloud, fleet: FleetFixture, folder: string) {
    this.cloud = cloud;
    this.#fleet = fleet;
    this.#folder = folder;
    this.#connection = connectApi(cloud.httpUrl);
  }

  static async start(environment: Record<string, string> = {}): Promise<SiteFixture> {
    const fleet = await FleetFixture.make({ "channels/stable.yaml": stableFile(null) });
    const cloud = await startCloud({ [NODE]: PASSWORD }, { ...fleet.environment, ...environment });
    return new SiteFixture(cloud, fleet, await mkdtemp(join(tmpdir(), "sentinel-site-")));
  }

  get api() {
    return this.#connection.api;
  }

  /** The node's agent, with these cameras in its own file; it ends with the test at the latest. */
  async agent(cameras: readonly { id: string; name: string; url: string }[] = []) {
    const agent = new AgentProcess(this.#folder, {
      nodeId: NODE,
      dataDir: "data",
      broker: { url: this.cloud.mqttUrl, password: PASSWORD },
      model: YOLOX_NANO_FILE,
      detectWorkers: 1,
      detect: { fps: 1 },
      cameras,
    });
    await agent.ready();
    await waitUntil(async () => await this.isOnline());
    return agent;
  }

  /** Ends an agent politely and waits until the cloud knows. */
  async stopAgent(agent: AgentProcess): Promise<void> {
    agent.kill("SIGTERM");
    await agent.exited;
    await waitUntil(async () => !(await this.isOnline()));
  }

  /** Forgets every camera, once the agent of the test before is gone. */
  async clear(): Promise<void> {
    await waitUntil(async () => !(await this.isOnline()));
    await this.cloud.database.query("truncate camera_settings, cameras, audit_log");
  }

  async isOnline(): Promise<boolean> {
    const nodes = await this.api.nodes.list.query();
    return nodes.find(({ nodeId }) => nodeId === NODE)?.online ?? false;
  }

  /** What is wanted of a camera of the node, and what it says to that. */
  async camera(cameraId: string) {
    const settings = await this.api.cameras.settings.query();
    return settings.find((one) => one.nodeId === NODE && one.cameraId === cameraId);
  }

  /** Stops and starts the cloud on the same database; pages and agents come back by themselves. */
  async restartCloud(): Promise<void> {
    await this.#connection.close();
    await this.cloud.restart();
    this.#connection = connectApi(this.cloud.httpUrl);
  }

  async stop(): Promise<void> {
    await this.#connection.close();
    await this.cloud.stop();
    await this.#fleet.remove();
    await rm(this.#folder, { recursive: true, force: true });
  }
}
