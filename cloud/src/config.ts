import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { slugSchema } from "@sentinel/protocol/ids";
import { z } from "zod";
import { cloudError } from "./errors.ts";
import { isRepoAddress, isRepoUrl } from "./rollout/repo-url.ts";

const role = z.enum(["api", "ingest", "trainer", "fleet", "cameras"]);
const port = z.coerce.number("a port number").int().min(0).max(65_535);
const HOST_NAME = /^([a-z0-9]([a-z0-9._-]*[a-z0-9])?|\[[0-9a-f:.]+\])$/;
const HOST_PORT = /^([a-z0-9]([a-z0-9._-]*[a-z0-9])?|\[[0-9a-f:.]+\]):\d{1,5}$/i;
/** `registry:port/path/name:tag@digest`, the tag or the digest at the least. */
const IMAGE = /^[a-z0-9][a-z0-9._:/-]*(:[\w][\w.-]{0,127}|@sha256:[0-9a-f]{64})$/;
const httpUrl = z.url({ protocol: /^https?$/, error: "http://host:port or https://host" });
const text = z.string().min(1, "a text that is not empty");
const secret = z.string().min(32, "at least 32 random characters").max(500);
const bytes = z
  .string()
  .regex(/^[1-9]\d{0,5}(Mi|Gi)$/, "an amount as Kubernetes writes it, such as 512Mi or 4Gi");
const PROXIES = "addresses or networks (CIDR), separated by commas";

/** The environment variables of the cloud, by the name of what they set. */
const VARIABLES = {
  roles: "SENTINEL_ROLES",
  httpPort: "SENTINEL_HTTP_PORT",
  httpHost: "SENTINEL_HTTP_HOST",
  allowedHosts: "SENTINEL_ALLOWED_HOSTS",
  publicUrl: "SENTINEL_PUBLIC_URL",
  trustedProxies: "SENTINEL_TRUSTED_PROXIES",
  authSecret: "SENTINEL_AUTH_SECRET",
  setupToken: "SENTINEL_SETUP_TOKEN",
  serviceToken: "SENTINEL_SERVICE_TOKEN",
  guestRole: "SENTINEL_GUEST_ROLE",
  databaseUrl: "DATABASE_URL",
  broker: "SENTINEL_BROKER",
  mqttPort: "SENTINEL_MQTT_PORT",
  brokerUrl: "SENTINEL_BROKER_URL",
  brokerUsername: "SENTINEL_BROKER_USERNAME",
  brokerPassword: "SENTINEL_BROKER_PASSWORD",
  shareGroup: "SENTINEL_SHARE_GROUP",
  tapBrokers: "SENTINEL_TAP_BROKERS",
  nodePasswordsFile: "SENTINEL_NODE_PASSWORDS_FILE",
  s3Endpoint: "S3_ENDPOINT",
  s3PublicEndpoint: "S3_PUBLIC_ENDPOINT",
  s3AccessKey: "S3_ACCESS_KEY",
  s3SecretKey: "S3_SECRET_KEY",
  s3Region: "S3_REGION",
  dashboardDir: "SENTINEL_DASHBOARD_DIR",
  streamUpstream: "SENTINEL_STREAM_UPSTREAM",
  mapTiles: "SENTINEL_MAP_TILES",
  workDir: "SENTINEL_WORK_DIR",
  signingKeyFile: "SENTINEL_SIGNING_KEY_FILE",
  fleetRepo: "SENTINEL_FLEET_REPO",
  gateFile: "SENTINEL_GATE_FILE",
  jobs: "SENTINEL_JOBS",
  jobImage: "SENTINEL_JOB_IMAGE",
  jobNamespace: "SENTINEL_JOB_NAMESPACE",
  jobCpu: "SENTINEL_JOB_CPU",
  jobMemory: "SENTINEL_JOB_MEMORY",
  jobScratch: "SENTINEL_JOB_SCRATCH",
  jobDeadlineSeconds: "SENTINEL_JOB_DEADLINE_SECONDS",
  kubernetesUrl: "SENTINEL_KUBERNETES_URL",
  kubernetesAccount: "SENTINEL_KUBERNETES_ACCOUNT",
  logLevel: "SENTINEL_LOG_LEVEL",
} as const;

type Key = keyof typeof VARIABLES;

const SECRETS: readonly Key[] = [
  "authSecret",
  "setupToken",
  "serviceToken",
  "databaseUrl",
  "brokerPassword",
  "s3AccessKey",
  "s3SecretKey",
];

/** Addresses, which are shown unless something in them may be a user and password. */
const ADDRESSES: readonly Key[] = [
  "broker",
  "brokerUrl",
  "s3Endpoint",
  "s3PublicEndpoint",
  "fleetRepo",
  "streamUpstream",
];

const brokerUrl = z.url({
  protocol: /^(mqtts?|tcp|ssl)$/,
  error: "embedded, or mqtt://host:port or mqtts://host:port",
});

/** What the database's migration alone needs. */
const databaseShape = {
  databaseUrl: z.url({
    protocol: /^postgres(ql)?$/,
    error: "postgres://user:password@host:port/database",
  }),
  logLevel: z.enum(["fatal", "error", "warn", "info", "debug", "trace"]).default("info"),
};

const configSchema = z
  .strictObject({
    ...databaseShape,
    /** What this process does: answer people, take in what nodes send, train, steer the fleet, hand on video. */
    roles: z
      .string()
      .default("api,ingest")
      .transform((list) => list.split(",").map((name) => name.trim()))
      .pipe(
        z.array(role, "any of api, ingest, trainer, fleet, cameras, separated by commas").min(1),
      ),
    /** 0 is any port that is free. */
    httpPort: port.default(8080),
    httpHost: text.default("127.0.0.1"),
    /** Names under which people reach the server, besides those of this machine; lower case. */
    allowedHosts: z
      .string()
      .transform((list) => list.split(",").map((name) => name.trim().toLowerCase()))
      .pipe(z.array(z.string().regex(HOST_NAME, "host names without port, separated by commas")))
      .optional(),
    /** Under which address people come; https makes cookies travel only so. */
    publicUrl: httpUrl.optional(),
    /** Proxies whose word on a client's address is taken; none without it. */
    trustedProxies: z
      .string()
      .transform((list) => list.split(",").map((address) => address.trim()))
      .pipe(z.array(z.union([z.ipv4(), z.ipv6(), z.cidrv4(), z.cidrv6()], PROXIES)))
      .optional(),
    /** Signs the cookies of people's sessions; a new one signs everybody out. */
    authSecret: secret.optional(),
    /** Secret of the link `/join#…` that makes the first person admin; useless once somebody is there. */
    setupToken: secret.optional(),
    /** What this deployment's own programs send as API token; may everything. */
    serviceToken: secret.optional(),
    /** What somebody who has not signed in may do while nobody has signed up; nothing without it. */
    guestRole: z.literal("viewer", "viewer, or nothing at all").optional(),
    /**
     * `embedded` runs an MQTT broker in this process; otherwise the address of one. `brokerUrl` is
     * another name for such an address; without either the broker is embedded.
     */
    broker: z.literal("embedded").or(brokerUrl).optional(),
    /** Port of the embedded broker; 0 is any that is free. */
    mqttPort: port.default(1883),
    brokerUrl: brokerUrl.optional(),
    brokerUsername: text.optional(),
    brokerPassword: text.optional(),
    /** Processes with the role ingest and one group share the load; the broker must know `$share`. */
    shareGroup: slugSchema.optional(),
    /** Kafka brokers to which the role ingest hands every committed event row. */
    tapBrokers: z
      .string()
      .transform((list) => list.split(",").map((broker) => broker.trim()))
      .pipe(z.array(z.string().regex(HOST_PORT, "host:port of Kafka brokers, separated by commas")))
      .optional(),
    nodePasswordsFile: text.optional(),
    s3Endpoint: httpUrl,
    /** The same S3 as nodes and browsers reach it; what they are sent is signed for this name. */
    s3PublicEndpoint: httpUrl.optional(),
    s3AccessKey: text,
    s3SecretKey: text,
    s3Region: text.default("us-east-1"),
    /** Folder of the built dashboard; without it only the API is served. */
    dashboardDir: text.transform((path) => resolve(path)).optional(),
    /** Where the media server answers HLS; user and password may be part of it. */
    streamUpstream: httpUrl.optional(),
    /** Folder of an operator's own map, as pictures in XYZ order; without it the map shows land and borders. */
    mapTiles: text.transform((path) => resolve(path)).optional(),
    /** Scratch space of the roles trainer and fleet: everything in it can be made again. */
    workDir: text.default(() => join(tmpdir(), "sentinel-work")).transform((path) => resolve(path)),
    /** Ed25519 private key (PEM) with which manifests and statements are signed. */
    signingKeyFile: text.transform((path) => resolve(path)).optional(),
    /** The gate's policy (YAML); its own defaults without one. */
    gateFile: text.transform((path) => resolve(path)).optional(),
    /** The fleet's Git repository: what people promote is a commit there, what nodes run comes from there. */
    fleetRepo: text
      .refine(isRepoAddress, "the path or address (https, ssh, git, file) of a Git repository")
      .transform((address) => (isRepoUrl(address) ? address : resolve(address)))
      .optional(),
    /** Where training jobs and evaluations run: as child processes, or as Jobs of a cluster. */
    jobs: z.enum(["process", "kubernetes"], "process or kubernetes").default("process"),
    /** What Jobs run: this program's own image, so that inputs and outputs fit. */
    jobImage: z.string().regex(IMAGE, "the name of an image with a tag or digest").optional(),
    jobNamespace: slugSchema.optional(),
    /** What one Job may take. */
    jobCpu: z
      .string()
      .regex(/^([1-9]\d?|[1-9]\d{1,4}m)$/, "CPUs as Kubernetes writes them, such as 2 or 1500m")
      .default("1"),
    jobMemory: bytes.default("2Gi"),
    jobScratch: bytes.default("4Gi"),
    jobDeadlineSeconds: z.coerce
      .number("seconds, at most 82800 (23 hours)")
      .int()
      .min(60)
      .max(82_800, "seconds, at most 82800 (23 hours)")
      .default(6 * 3600),
    /** The cluster's API server, and the folder of the ServiceAccount as whom it is asked. */
    kubernetesUrl: z
      .url({ protocol: /^https$/, error: "https://host:port" })
      .default("https://kubernetes.default.svc"),
    kubernetesAccount: text.default("/var/run/secrets/kubernetes.io/serviceaccount"),
  })
  .superRefine((config, context) => {
    const fault = (key: Key, message: string) =>
      context.addIssue({ code: "custom", path: [key], message });
    if (config.roles.includes("fleet")) {
      if (config.fleetRepo === undefined)
        fault("fleetRepo", "the role fleet needs a Git repository");
      if (config.signingKeyFile === undefined) {
        fault("signingKeyFile", "the role fleet signs statements: an Ed25519 private key in PEM");
      }
    }
    const people = config.roles.find((name) => name === "api" || name === "cameras");
    if (people !== undefined && config.authSecret === undefined) {
      fault(
        "authSecret",
        `the role ${people} knows people's sessions: at least 32 random characters`,
      );
    }
    if (config.roles.includes("cameras") && config.streamUpstream === undefined) {
      fault("streamUpstream", "the role cameras hands on a media server's HLS: its address");
    }
    if (config.jobs === "kubernetes") {
      if (config.jobImage === undefined) fault("jobImage", "the image that Jobs run");
      if (config.jobNamespace === undefined) fault("jobNamespace", "where Jobs are made");
    }
    if (config.broker !== undefined && config.brokerUrl !== undefined) {
      const other = `${VARIABLES.broker} is given too`;
      fault("brokerUrl", `only one of ${VARIABLES.broker} and ${VARIABLES.brokerUrl}; ${other}`);
      return;
    }
    if ((config.broker ?? config.brokerUrl ?? "embedded") !== "embedded") return;
    if (config.shareGroup !== undefined) {
      fault("shareGroup", "no group: the embedded broker serves this one process");
    }
    if (config.nodePasswordsFile === undefined) {
      fault(
        "nodePasswordsFile",
        "the embedded broker needs a file of lines nodeId:scrypt$salt$hash",
      );
    }
    if (!config.roles.includes("ingest")) {
      fault("broker", "the role ingest, or the address of a broker that runs elsewhere");
    }
  })
  .transform(({ brokerUrl, broker, ...rest }) => ({
    ...rest,
    broker: broker ?? brokerUrl ?? "embedded",
  }));

/** What the cloud runs with; frozen. */
export type CloudConfig = Readonly<z.output<typeof configSchema>>;

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Reads the environment. An empty variable counts as absent.
 * @throws CodedError CLOUD_CONFIG_INVALID whose message tells every fault, one a line.
 */
export function loadConfig(environment: Environment = process.env): CloudConfig {
  return read(configSchema, environment, Object.keys(VARIABLES) as Key[]);
}

/** The settings of the migration; others may be there and are not looked at. @throws as {@link loadConfig}. */
export function loadDatabaseConfig(
  environment: Environment = process.env,
): Pick<CloudConfig, "databaseUrl" | "logLevel"> {
  return read(z.object(databaseShape), environment, ["databaseUrl", "logLevel"]);
}

function read<Schema extends z.ZodType>(
  schema: Schema,
  environment: Environment,
  keys: readonly Key[],
): Readonly<z.output<Schema>> {
  const given = Object.fromEntries(
    keys.flatMap((key) => {
      const value = environment[VARIABLES[key]];
      return value === undefined || value === "" ? [] : [[key, value]];
    }),
  );
  const parsed = schema.safeParse(given);
  if (parsed.success) return Object.freeze(parsed.data);
  const lines = parsed.error.issues.map((issue) => {
    const key = issue.path[0] as Key;
    return `environment: ${VARIABLES[key]} ${shown(key, given[key])}; accepted: ${issue.message}`;
  });
  throw cloudError("CLOUD_CONFIG_INVALID", lines.join("\n"));
}

function shown(key: Key, value: string | undefined): string {
  if (value === undefined) return "is missing";
  const hidden = SECRETS.includes(key) || (ADDRESSES.includes(key) && value.includes("@"));
  return hidden ? "(hidden)" : JSON.stringify(value.slice(0, 200));
}
