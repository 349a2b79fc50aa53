import { cameraIdSchema, nodeIdSchema } from "@sentinel/protocol/ids";
import { readTrustedKeys } from "@sentinel/protocol/signed-document";
import { type Labels, labelsSchema } from "@sentinel/protocol/statement";
import { z } from "zod";
import { LOG_LEVELS } from "./log.ts";

/** The message of every rule is what would be accepted; `config-faults.ts` puts value and place before it. */
const accepted = (what: string) => ({ error: what });

const text = (what: string, maxLength: number) =>
  z.string(accepted(what)).min(1, accepted(what)).max(maxLength, accepted(what));

const whole = (min: number, max: number, unit: string) => {
  const what = `a whole number of ${unit} from ${min} to ${max}`;
  return z.int(accepted(what)).min(min, accepted(what)).max(max, accepted(what));
};

const fraction = z
  .number(accepted("a number from 0 to 1"))
  .min(0, accepted("a number from 0 to 1"))
  .max(1, accepted("a number from 0 to 1"));

const SLUG = "1 to 64 lower-case letters, digits and inner dashes, for example gate-1";
const CAMERA_URL =
  "an address that begins with rtsp://, rtsps://, http:// or https://, or the path of a video file";
const BROKER_URL =
  "an address that begins with mqtt:// or mqtts://, for example mqtt://10.0.0.5:1883";

/** Schemes that ffmpeg may be given; it knows many more (concat:, lavfi:, pipe:) that read local files. */
const CAMERA_SCHEMES = ["rtsp:", "rtsps:", "http:", "https:"];

/** One camera of the file, or as people want it. */
export const cameraSchema = z.strictObject(
  {
    id: z
      .string(accepted(SLUG))
      .refine((id) => cameraIdSchema.safeParse(id).success, accepted(SLUG)),
    name: text("a text of 1 to 100 characters", 100).optional(),
    url: text(CAMERA_URL, 2000).refine(isCameraUrl, accepted(CAMERA_URL)),
    enabled: z.boolean(accepted("true or false")).default(true),
  },
  accepted("a camera: { id, name, url, enabled }"),
);

const broker = z.strictObject(
  {
    url: text(BROKER_URL, 2000)
      .refine((url) => isUrl(url, ["mqtt:", "mqtts:"]), accepted(BROKER_URL))
      .default("mqtt://127.0.0.1:1883"),
    username: text("a text of 1 to 200 characters", 200).optional(),
    password: text("a text of 1 to 200 characters", 200).optional(),
  },
  accepted("the broker: { url, username, password }"),
);

const detect = z.strictObject(
  {
    fps: z
      .number(accepted("a number of frames per second from 0.1 to 30"))
      .min(0.1, accepted("a number of frames per second from 0.1 to 30"))
      .max(30, accepted("a number of frames per second from 0.1 to 30"))
      .default(3),
    scoreThreshold: fraction.default(0.25),
    iouThreshold: fraction.default(0.45),
    answerWithinMs: whole(1000, 600_000, "milliseconds").default(60_000),
  },
  accepted("detect: { fps, scoreThreshold, iouThreshold, answerWithinMs }"),
);

const PORT = "a port number from 0 to 65535";

const health = z.strictObject(
  {
    host: text("an address to listen on", 200).default("127.0.0.1"),
    port: z.coerce
      .number(accepted(PORT))
      .int(accepted(PORT))
      .min(0, accepted(PORT))
      .max(65_535, accepted(PORT)),
  },
  accepted("health: { host, port }"),
);

const PUBLIC_KEY = "an Ed25519 public key in PEM (-----BEGIN PUBLIC KEY-----)";
const LABELS = "labels of the node: { name: value }, each of lower-case letters, digits and dashes";

/** A public key whose statements the node takes. */
const trustedKey = text(PUBLIC_KEY, 2000).refine(isPublicKey, accepted(PUBLIC_KEY));

/** The agent's configuration file. Keys that are left out take their defaults. */
export const agentConfigSchema = z.strictObject(
  {
    nodeId: z
      .string(accepted(SLUG))
      .refine((id) => nodeIdSchema.safeParse(id).success, accepted(SLUG))
      .default("local-1"),
    labels: z
      .custom<Labels>((labels) => labelsSchema.safeParse(labels).success, accepted(LABELS))
      .default({ channel: "stable", ring: "broad" }),
    trustedKeys: z
      .array(trustedKey, accepted("a list of public keys"))
      .max(16, accepted("at most 16 public keys"))
      .default([]),
    trustedKeysFile: text("the path of a file with public keys (PEM)", 2000).optional(),
    dataDir: text("the path of a folder", 2000).optional(),
    outboxMaxBytes: whole(16 * 1024 * 1024, 1024 ** 4, "bytes").default(1024 ** 3),
    broker: broker.prefault({}),
    health: health.optional(),
    model: text("a name of the model catalog, or the path of an .onnx file", 2000).optional(),
    modelCatalog: text("the path of the model catalog", 2000).optional(),
    modelCacheDir: text("the path of a folder", 2000).optional(),
    ffmpegPath: text("the path of the ffmpeg program", 2000).optional(),
    detectWorkers: whole(1, 256, "threads").optional(),
    logLevel: z.enum(LOG_LEVELS, accepted(LOG_LEVELS.join(", "))).default("info"),
    detect: detect.prefault({}),
    cameras: z
      .array(cameraSchema, accepted("a list of cameras"))
      .max(1000, accepted("at most 1000 cameras"))
      .default([]),
  },
  accepted("a YAML mapping with the agent's keys"),
);

/** The keys of each object of the file, by its place; `cameras.*` stands for every camera. */
export const ACCEPTED_KEYS: Readonly<Record<string, readonly string[]>> = {
  "": Object.keys(agentConfigSchema.shape),
  broker: Object.keys(broker.shape),
  health: Object.keys(health.shape),
  detect: Object.keys(detect.shape),
  "cameras.*": Object.keys(cameraSchema.shape),
};

function isCameraUrl(url: string): boolean {
  return /^[a-z][a-z0-9+.-]+:/i.test(url) ? isUrl(url, CAMERA_SCHEMES) : !url.includes("\0");
}

function isUrl(text: string, schemes: readonly string[]): boolean {
  if (!URL.canParse(text) || /[\s\0]/.test(text)) return false;
  const { protocol, hostname } = new URL(text);
  return schemes.includes(protocol) && hostname !== "";
}

/** A private key is refused: it has no business on a node. */
function isPublicKey(pem: string): boolean {
  try {
    return pem.includes("BEGIN PUBLIC KEY") && readTrustedKeys([pem]).size === 1;
  } catch {
    return false;
  }
}
