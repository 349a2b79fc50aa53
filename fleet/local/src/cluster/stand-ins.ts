import { join } from "node:path";
import { repositoryPath } from "../start/repository.ts";
import { nginxSettings } from "./dashboard-nginx.ts";
import type { PlacedPod } from "./placed-pod.ts";
import type { StandIn } from "./plan-pod.ts";
import type { Substitutions } from "./substitutions.ts";

const NO_OTHER_COMMAND: StandIn = { command: [], env: {}, probes: "manifest" };
const BUCKETS = ["sentinel-models", "sentinel-clips", "sentinel-datasets"];
/** No model, clip or snapshot is larger. */
const MAX_BLOB_BYTES = 1_000_000_000;

/** Workloads whose images cannot run on a machine without containers, and why nobody misses them here. */
export const NOT_HERE: Readonly<Record<string, string>> = {
  mediamtx: "no MediaMTX in npm or Debian: /stream answers that the media server is away",
  redpanda: "no Redpanda in npm or Debian: the tap of events finds no broker, and ingest goes on",
  "redpanda-topics": "needs Redpanda",
  "minio-buckets": "the S3 endpoint in the place of MinIO makes its buckets itself",
};

interface StandInContext {
  /** Value of a key of a Secret. */
  secret: (name: string, key: string) => string;
  /** Where a workload's volume `data` lies. */
  dataDir: (placed: PlacedPod) => string;
  dashboardDir: string;
  substitutions: Substitutions;
}

/** What runs in the place of images that bring a program without naming it in the manifest. */
export function standIns({ secret, dataDir, dashboardDir, substitutions }: StandInContext) {
  const node = (file: string, ...args: string[]) => [
    process.execPath,
    repositoryPath(`fleet/local/src/cluster/${file}`),
    ...args,
  ];
  const told = (image: string, by: string) => substitutions.record("image", image, by);
  return (placed: PlacedPod): StandIn | null => {
    if (placed.workload === "minio") {
      told("minio", "the S3 endpoint of fleet/local, with the keys of Secret minio-cloud");
      const settings = {
        dataDir: dataDir(placed),
        port: placed.ports.get(9000),
        accessKey: secret("minio-cloud", "access-key"),
        secretKey: secret("minio-cloud", "secret-key"),
        region: "us-east-1",
        buckets: BUCKETS,
        maxBodyBytes: MAX_BLOB_BYTES,
      };
      const env = { BLOB_STORE_SETTINGS: JSON.stringify(settings) };
      return { command: node("blob-store-main.ts"), env, probes: "port" };
    }
    if (placed.workload === "postgres") {
      told("postgres", "PostgreSQL of the same version from npm");
      return NO_OTHER_COMMAND;
    }
    if (placed.workload === "web-dashboard") {
      told("dashboard", "the built files on Debian's nginx, with the image's settings");
      const folder = dataDir(placed);
      const port = placed.ports.get(8080) ?? 0;
      const file = join(folder, "nginx.conf");
      const files = new Map([[file, nginxSettings({ site: dashboardDir, folder, port })]]);
      const command = ["nginx", "-e", "stderr", "-c", file];
      return { command, env: {}, probes: "manifest", files };
    }
    return null;
  };
}
