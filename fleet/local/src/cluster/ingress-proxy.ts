import { type ChildProcess, fork } from "node:child_process";
import { localError } from "../errors.ts";
import { repositoryPath } from "../start/repository.ts";
import { RoleLog } from "../start/role-log.ts";
import type { IngressRoute } from "./ingress-routes.ts";

interface ProxyOptions {
  certificateFile: string;
  keyFile: string;
  listeners: readonly { host: string; port: number }[];
  logFile: string;
  env: Readonly<Record<string, string>>;
  onSpawn: (pid: number) => void;
}

/** The process that stands in for the ingress controller. */
export class IngressProxy {
  readonly #options: ProxyOptions;
  readonly #log: RoleLog;
  #child: ChildProcess | null = null;

  constructor(options: ProxyOptions) {
    this.#options = options;
    this.#log = new RoleLog(options.logFile);
  }

  /** @throws CodedError CLUSTER_POD_FAILED. */
  async start(): Promise<void> {
    const { env, onSpawn, logFile, ...settings } = this.#options;
    const main = repositoryPath("fleet/local/src/cluster/ingress-proxy-main.ts");
    const child = fork(main, [JSON.stringify(settings)], {
      env: { ...env },
      execArgv: ["--disable-warning=ExperimentalWarning"],
      stdio: ["ignore", "pipe", "pipe", "ipc"],
      detached: true,
    });
    this.#child = child;
    if (child.pid !== undefined) onSpawn(child.pid);
    this.#log.open();
    for (const stream of [child.stdout, child.stderr]) {
      stream?.on("data", (chunk: Buffer) => this.#log.write(chunk));
    }
    let waiting = settings.listeners.length;
    await new Promise<void>((resolve, reject) => {
      child.on("message", () => {
        waiting -= 1;
        if (waiting === 0) resolve();
      });
      child.once("exit", () =>
        reject(localError("CLUSTER_POD_FAILED", `the ingress proxy ended; log: ${logFile}`)),
      );
    });
  }

  /** Requests go this way from now on. */
  route(routes: readonly IngressRoute[]): void {
    if (this.#child?.connected === true) this.#child.send({ routes });
  }

  async stop(): Promise<void> {
    const child = this.#child;
    this.#child = null;
    if (child === null || child.exitCode !== null || child.signalCode !== null) return;
    const ended = new Promise((resolve) => child.once("exit", resolve));
    child.kill("SIGTERM");
    await ended;
    this.#log.close();
  }
}
