import { cpSync, existsSync } from "node:fs";
import { join } from "node:path";
import { Rendered } from "@sentinel/k3s/document/rendered";
import { renderTarget } from "@sentinel/k3s/render/render-target";
import { inheritedEnv, modelCacheDir } from "../config.ts";
import { localError } from "../errors.ts";
import type { DataDir } from "../start/data-dir.ts";
import { freePorts } from "../start/free-ports.ts";
import type { Leftovers } from "../start/leftovers.ts";
import type { Progress } from "../start/progress.ts";
import { repositoryPath } from "../start/repository.ts";
import { ClusterSecrets } from "./cluster-secrets.ts";
import { IngressProxy } from "./ingress-proxy.ts";
import { ingressHosts, ingressRoutes } from "./ingress-routes.ts";
import type { JobApi } from "./job-api.ts";
import { startJobApiOf } from "./job-api-of-manifests.ts";
import { LocalAddresses } from "./local-addresses.ts";
import { LocalPod } from "./local-pod.ts";
import { placeServices } from "./place-services.ts";
import { isJob, type PlacedPod, placePods } from "./placed-pod.ts";
import { type PlanContext, planPod } from "./plan-pod.ts";
import { PostgresPod } from "./postgres-pod.ts";
import { type Certificate, ensureCertificate } from "./self-signed-certificate.ts";
import { NOT_HERE, standIns } from "./stand-ins.ts";
import { type Substitution, Substitutions } from "./substitutions.ts";

/** What the ingress controller would listen on. */
const HTTPS = 443;

export interface LocalClusterOptions {
  dataDir: DataDir;
  /** Kustomizations below k3s/. */
  cloud: string;
  site: string;
  dashboardDir: string;
  progress: Progress;
  leftovers: Leftovers;
}

/** Where a started cluster is. */
export interface ClusterAddress {
  url: string;
  blobsUrl: string;
  certificateFile: string;
  setupToken: string;
  serviceToken: string;
}

/** What of it a person or a test may look at. */
export interface PodState {
  name: string;
  namespace: string;
  pid: number | null;
  ready: boolean;
  restarts: number;
  ports: Record<number, number>;
}

/** The manifests of the cloud and of one site as processes of this machine. */
export class LocalCluster {
  readonly #options: LocalClusterOptions;
  readonly #substitutions = new Substitutions();
  #cloud: Rendered | null = null;
  #secrets: ClusterSecrets | null = null;
  #pods: LocalPod[] = [];
  #sitePods: PlacedPod[] = [];
  #context: PlanContext | null = null;
  #jobs: JobApi | null = null;
  #proxy: IngressProxy | null = null;
  #stops: { name: string; stop: () => Promise<void> }[] = [];
  postgres: PostgresPod | null = null;

  constructor(options: LocalClusterOptions) {
    this.#options = options;
  }

  get substitutions(): Substitution[] {
    return this.#substitutions.list;
  }

  get pods(): PodState[] {
    return this.#pods.map((pod) => ({
      name: pod.name,
      namespace: pod.planned.placed.template.namespace,
      pid: pod.pid,
      ready: pod.isReady,
      restarts: pod.restarts,
      ports: Object.fromEntries(pod.planned.placed.ports),
    }));
  }

  /** A pod by its name, as `kubectl` would find it. */
  pod(name: string): LocalPod | undefined {
    return this.#pods.find((pod) => pod.name === name);
  }

  /** Value of a key of a Secret. */
  secret(name: string, key: string): string {
    return this.#secrets?.value(name, key) ?? "";
  }

  /** Renders and places everything, and starts the cloud, wave by wave. @throws CodedError. */
  async startCloud(): Promise<ClusterAddress> {
    const { dataDir, progress } = this.#options;
    const [cloud, site] = await progress.step(
      "manifests",
      () => Promise.all([render(this.#options.cloud), render(this.#options.site)]),
      (all) => all.map(({ target, objects }) => `${target}: ${objects.length} objects`).join(", "),
    );
    const hosts = ingressHosts(cloud);
    const certificate = await ensureCertificate(dataDir.root);
    this.#secrets = await ClusterSecrets.open(dataDir.root, certificate, this.#substitutions);
    this.#cloud = this.#secrets.unsealed(cloud);
    const places = await placePods(this.#cloud, runsHere);
    this.#sitePods = await placePods(this.#secrets.unsealed(site), runsHere);
    const addresses = new LocalAddresses(this.#substitutions);
    await placeServices(this.#cloud, places, addresses);
    const listeners = await this.#placeHosts(hosts, addresses);
    const jobs = await startJobApiOf(this.#cloud, join(dataDir.root, "jobs"), this.#substitutions);
    this.#stops.push({ name: "job API", stop: () => jobs.stop() });
    this.#jobs = jobs;
    this.#context = this.#planContext(addresses, certificate.file, jobs);
    await this.#startProxy(listeners, certificate);
    await this.#startWaves(places);
    const [url = "", blobsUrl = ""] = listeners.map(({ port }) => `https://127.0.0.1:${port}`);
    return {
      url,
      blobsUrl,
      certificateFile: certificate.file,
      setupToken: this.secret("people", "setup-token"),
      serviceToken: this.secret("people", "service-token"),
    };
  }

  /** Starts the site's pods. */
  async startSite(): Promise<void> {
    await this.#startWaves(this.#sitePods);
  }

  /** Stops everything in reverse order; pods politely, without waiting for who may still come. */
  async stop(): Promise<void> {
    for (const { name, stop } of this.#stops.splice(0).reverse()) {
      await stop().catch((error: unknown) =>
        this.#options.progress.say(`${name} did not stop cleanly: ${String(error)}`),
      );
    }
    this.#options.leftovers.forgetAll();
  }

  /** Ends the pods at once; the database recovers by itself on the next start. */
  killNow(): void {
    for (const pod of this.#pods) pod.kill();
  }

  /** Names of the Jobs that the training controller made and that are kept. */
  get jobs(): string[] {
    return this.#jobs?.namespace.jobs.map(({ name }) => name) ?? [];
  }

  #planContext(addresses: LocalAddresses, certificateFile: string, jobs: JobApi): PlanContext {
    const { dataDir, dashboardDir } = this.#options;
    const root = join(dataDir.root, "pods");
    const { PATH = "", ...network } = inheritedEnv();
    delete network.HOME;
    return {
      root,
      addresses,
      substitutions: this.#substitutions,
      machine: { PATH, ...network, NODE_EXTRA_CA_CERTS: certificateFile },
      account: {
        SENTINEL_KUBERNETES_URL: jobs.url,
        SENTINEL_KUBERNETES_ACCOUNT: jobs.accountDir,
      },
      standIn: standIns({
        secret: (name, key) => this.secret(name, key),
        dataDir: ({ template, name }) => join(root, template.namespace, name, "data"),
        dashboardDir,
        substitutions: this.#substitutions,
      }),
    };
  }

  /** Each host of an Ingress gets a port of its own, because this machine has one address. */
  async #placeHosts(hosts: readonly string[], addresses: LocalAddresses) {
    const ports = await freePorts(hosts.length);
    const ordered = [...hosts].sort(
      (one, other) => Number(/^s3\./.test(one)) - Number(/^s3\./.test(other)),
    );
    return ordered.map((host, index) => {
      const port = ports[index] ?? 0;
      addresses.placePublic(host, HTTPS, port);
      return { host, port };
    });
  }

  async #startProxy(listeners: { host: string; port: number }[], certificate: Certificate) {
    const { dataDir, leftovers } = this.#options;
    this.#substitutions.record(
      "ingress controller",
      "Traefik",
      "a proxy with the Ingresses' own rules",
    );
    const proxy = new IngressProxy({
      certificateFile: certificate.file,
      keyFile: certificate.keyFile,
      listeners,
      logFile: join(dataDir.logs, "ingress.log"),
      env: { PATH: inheritedEnv().PATH ?? "" },
      onSpawn: (pid) => leftovers.remember(pid),
    });
    await proxy.start();
    this.#proxy = proxy;
    this.#stops.push({ name: "ingress", stop: () => proxy.stop() });
  }

  /** Argo CD's order: everything of a wave is ready, or has run to its end, before the next begins. */
  async #startWaves(places: readonly PlacedPod[]): Promise<void> {
    const waves = [...new Set(places.map(({ wave }) => wave))].sort((one, other) => one - other);
    for (const wave of waves) {
      const placed = places.filter((one) => one.wave === wave);
      await this.#options.progress.step(
        `wave ${wave}`,
        () => Promise.all(placed.map((one) => this.#startPod(one))),
        () => placed.map(({ name }) => name).join(", "),
      );
    }
  }

  async #startPod(placed: PlacedPod): Promise<void> {
    const { dataDir, leftovers, progress } = this.#options;
    const context = this.#context;
    if (context === null) throw new Error("the cloud comes before its site");
    const planned = planPod(placed, context);
    if (placed.workload === "postgres") {
      const postgres = new PostgresPod({
        planned,
        password: (key) => this.secret("postgres", key),
        path: context.machine.PATH ?? "",
        say: (line) => progress.say(line),
      });
      this.postgres = postgres;
      this.#stops.push({ name: placed.name, stop: () => postgres.stop() });
      return postgres.start();
    }
    if (placed.workload === "inference")
      seedModels(join(context.root, placed.template.namespace, placed.name));
    const pod = new LocalPod({
      planned,
      logs: dataDir.logs,
      onSpawn: (pid) => leftovers.remember(pid),
      say: (line) => progress.say(line),
      onReady: () => this.#route(),
    });
    if (isJob(placed)) {
      this.#stops.push({ name: placed.name, stop: () => pod.stop(true) });
      return pod.run(1 + (placed.template.owner.spec.backoffLimit ?? 6));
    }
    this.#pods.push(pod);
    this.#stops.push({ name: placed.name, stop: () => pod.stop(true) });
    return pod.start();
  }

  #route(): void {
    if (this.#cloud === null) return;
    const ready = this.#pods.filter(({ isReady }) => isReady).map(({ planned }) => planned.placed);
    this.#proxy?.route(ingressRoutes(this.#cloud, ready));
  }
}

function runsHere(workload: string): boolean {
  return NOT_HERE[workload] === undefined;
}

async function render(target: string): Promise<Rendered> {
  const rendered = await renderTarget(repositoryPath("k3s"), target);
  if (rendered instanceof Rendered) return rendered;
  throw localError(
    "CLUSTER_NOT_RENDERED",
    `${rendered.file}: ${rendered.problem}; ${rendered.fix}`,
  );
}

/** Models that this machine fetched already, so that each data directory does not fetch them again. */
function seedModels(podFolder: string): void {
  const cache = join(podFolder, "data", "model-cache");
  if (existsSync(modelCacheDir()) && !existsSync(cache)) {
    cpSync(modelCacheDir(), cache, { recursive: true });
  }
}
