import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import {
  chownSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { localError } from "../errors.ts";
import { freePort } from "../start/free-ports.ts";
import type { ImageName } from "./image-store.ts";

/** How an image is tried: with a read-only root, as its own user, without any capability. */
interface Trial {
  user: number;
  /** What the program may write, from the root. */
  writable: readonly string[];
  environment: Readonly<Record<string, string>>;
  /** Files that it is given, by their path inside. */
  files?: Readonly<Record<string, string>>;
  /** Programs that have to end well. */
  ending: readonly (readonly string[])[];
  /** A program that has to answer at a path of the port. */
  serving?: { command: readonly string[]; port: number; path: string };
}

const ANSWER_MS = 30_000;
const PAUSE_MS = 200;

/** Runs an image's own programs as a cluster would. @param root where its files lie. @throws IMAGE_DOES_NOT_RUN. */
export async function tryImage(image: ImageName, root: string): Promise<string[]> {
  const { ending, serving, ...trial } = TRIALS[image](await freePort(), root);
  const folder = mkdtempSync(join(tmpdir(), "sentinel-try-"));
  const told: string[] = [];
  try {
    for (const command of ending) {
      await toItsEnd(inside(root, folder, trial, command), command);
      told.push(command.join(" "));
    }
    if (serving !== undefined) {
      const child = inside(root, folder, trial, serving.command);
      try {
        await answer(`http://127.0.0.1:${serving.port}${serving.path}`, child);
      } finally {
        child.kill("SIGTERM");
      }
      told.push(`${serving.command.join(" ")}: ${serving.path} answers`);
    }
    return told;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

const LOAD_CLOUD = "await import('/app/cloud/src/cloud.ts')";

const TRIALS: Readonly<Record<ImageName, (port: number, root: string) => Trial>> = {
  "edge-agent": (port) => ({
    user: 10001,
    writable: ["data", "tmp"],
    environment: {
      HOME: "/tmp",
      SENTINEL_NODE_ID: "trial-0",
      // Nobody listens there: an agent lives without a cloud.
      SENTINEL_BROKER_URL: "mqtt://127.0.0.1:9",
      SENTINEL_DATA_DIR: "/data",
      SENTINEL_HEALTH_PORT: String(port),
    },
    files: { "tmp/agent.yaml": "modelCacheDir: /data/model-cache\ncameras: []\n" },
    ending: [
      ["node", "edge-agent/src/main.ts", "--config", "/tmp/agent.yaml", "--check-config"],
      ["ffmpeg", "-loglevel", "error", "-f", "lavfi", "-i", "testsrc=d=1", "-f", "null", "-"],
      ["node", "--input-type=module", "--eval", "await import('/app/edge-agent/src/agent.ts')"],
    ],
    serving: {
      command: ["node", "edge-agent/src/main.ts", "--config", "/tmp/agent.yaml"],
      port,
      path: "/healthz",
    },
  }),
  cloud: () => ({
    user: 10001,
    writable: ["work", "tmp"],
    environment: { HOME: "/work" },
    ending: [
      ["node", "cloud/src/main.ts", "--help"],
      ["node", "--input-type=module", "--eval", LOAD_CLOUD],
      ["git", "init", "--quiet", "/work/repository"],
    ],
  }),
  dashboard: (port, root) => ({
    user: 101,
    writable: ["tmp"],
    environment: {},
    // The image's own settings but for the port, which must be free here.
    files: {
      "tmp/nginx.conf": readFileSync(join(root, "etc/nginx/nginx.conf"), "utf8").replace(
        "listen 8080",
        `listen 127.0.0.1:${port}`,
      ),
    },
    ending: [["nginx", "-t", "-e", "stderr", "-c", "/etc/nginx/nginx.conf"]],
    serving: {
      command: ["nginx", "-e", "stderr", "-c", "/tmp/nginx.conf"],
      port,
      path: "/healthz",
    },
  }),
};

function inside(
  root: string,
  folder: string,
  { user, writable, environment, files = {} }: Omit<Trial, "ending" | "serving">,
  command: readonly string[],
): ChildProcess {
  const binds = writable.flatMap((name) => {
    const outside = join(folder, name);
    mkdirSync(outside, { recursive: true });
    if (isRoot()) chownSync(outside, user, user);
    return ["--bind", outside, `/${name}`];
  });
  for (const [path, text] of Object.entries(files)) writeFileSync(join(folder, path), text);
  const work = existsSync(join(root, "app")) ? "/app" : "/";
  const args = [
    ...["--ro-bind", root, "/", "--proc", "/proc", "--dev", "/dev", ...binds],
    ...["--unshare-pid", "--unshare-ipc", "--die-with-parent", "--chdir", work],
    ...["--clearenv", "--setenv", "PATH", "/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"],
    ...Object.entries(environment).flatMap(([name, value]) => ["--setenv", name, value]),
    ...asUser(user),
    ...command,
  ];
  return spawn("bwrap", args, { stdio: ["ignore", "pipe", "pipe"] });
}

/** As root the real user is taken, so that what only root may read shows; others can only have it mapped. */
function asUser(user: number): string[] {
  if (!isRoot()) return ["--unshare-user", "--uid", `${user}`, "--gid", `${user}`];
  const ids = [`--reuid=${user}`, `--regid=${user}`, "--clear-groups"];
  return ["setpriv", ...ids, "--bounding-set=-all", "--inh-caps=-all", "--no-new-privs"];
}

function isRoot(): boolean {
  return process.getuid?.() === 0;
}

/** What a program says, its last part. */
function listen(child: ChildProcess): () => string {
  let said = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream?.on("data", (chunk: Buffer) => {
      said = (said + chunk.toString()).slice(-3000);
    });
  }
  return () => said.trim();
}

async function toItsEnd(child: ChildProcess, command: readonly string[]): Promise<void> {
  const said = listen(child);
  const [code] = (await once(child, "close")) as [number | null];
  if (code === 0) return;
  throw localError("IMAGE_DOES_NOT_RUN", `${command.join(" ")} ended with ${code}: ${said()}`);
}

/** Waits until a program answers; one that has ended never will. */
async function answer(url: string, child: ChildProcess): Promise<void> {
  const said = listen(child);
  const until = Date.now() + ANSWER_MS;
  while (Date.now() < until && child.exitCode === null) {
    const response = await fetch(url).catch(() => null);
    if (response?.ok) return;
    await setTimeout(PAUSE_MS);
  }
  throw localError("IMAGE_DOES_NOT_RUN", `${url} does not answer: ${said()}`);
}
