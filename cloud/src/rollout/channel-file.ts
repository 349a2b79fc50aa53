import { sha256Schema, slugSchema } from "@sentinel/protocol/ids";
import { labelsSchema } from "@sentinel/protocol/statement";
import { type Document, isNode, LineCounter, parseDocument } from "yaml";
import { z } from "zod";
import { personText } from "../api/text-input.ts";
import type { RepoFile } from "./fleet-repo.ts";
import type { RepoFault } from "./repo-fault.ts";

const share = z.number("a share from 0 to 1").min(0).max(1);

const waveSchema = z.strictObject({
  name: slugSchema,
  /** Which nodes of the channel; those of the waves before are left out. */
  labels: labelsSchema.default({}),
  /** So long enough of its nodes must be active and healthy before the next wave begins. */
  watchSeconds: z.int().min(0).max(604_800).default(300),
  /** Share of the nodes seen since the wave began that must be active and healthy. */
  neededShare: share.default(1),
  /** So many of them must have been seen at least; a wave with fewer nodes needs all it has. */
  minimumNodes: z.int().min(0).max(100_000).default(1),
});

const boundsSchema = z.strictObject({
  /** Share of the nodes seen that may reject the model, or be unhealthy with it. */
  rejectedShare: share.default(0),
  unhealthyShare: share.default(0),
  /** Events per camera-hour with the new model, as a multiple of before. */
  eventRate: z
    .strictObject({
      least: z.number().min(0).max(1).default(0.2),
      most: z.number().min(1).max(1000).default(5),
    })
    .default({ least: 0.2, most: 5 }),
  /** Where fewer events than this are to be expected, their rate says nothing. */
  minimumEvents: z.int().min(1).max(1_000_000).default(20),
  /** Median latency with the new model, as a multiple of the same node's before. */
  latencyRatio: z.number().min(1).max(1000).default(2),
});

/** `channels/<name>.yaml` of the fleet's repository: what the nodes of a channel should run. */
export const channelFileSchema = z.strictObject({
  channel: slugSchema,
  /** SHA-256 of the ONNX file; null leaves each node with the model that it was started with. */
  model: sha256Schema.nullable(),
  reason: personText(500),
  waves: z
    .array(waveSchema)
    .min(1)
    .max(16)
    .default([waveSchema.parse({ name: "all" })])
    .refine((waves) => new Set(waves.map(({ name }) => name)).size === waves.length, {
      message: "waves with names of their own",
    }),
  bounds: boundsSchema.prefault({}),
  /** Models that must not run, whoever asks. */
  revoked: z.array(sha256Schema).max(1000).default([]),
});
export type ChannelFile = z.infer<typeof channelFileSchema>;
/** What may happen in a rollout before it goes back. */
export type Bounds = ChannelFile["bounds"];

/** A channel file that holds, or the first thing that is wrong with it. */
export type ChannelFileResult = { ok: true; file: ChannelFile } | { ok: false; fault: RepoFault };

const CONFLICT = /^(<{7}|={7}|>{7}|\|{7})( |$)/;

/** Reads a channel file; its name must be its channel's. */
export function readChannelFile({ path, isFile, text, sizeBytes }: RepoFile): ChannelFileResult {
  const faulty = (code: RepoFault["code"], line: number | null, message: string) =>
    ({ ok: false, fault: { code, file: path, line, message } }) as const;
  if (!isFile) {
    const message = "this is a link, a folder or another repository; a channel is a file";
    return faulty("FLEET_FILE_INVALID", null, message);
  }
  if (path.endsWith(".yml")) {
    const message = `the names of channel files end with .yaml: call it ${path.replace(/yml$/, "yaml")}`;
    return faulty("FLEET_FILE_INVALID", null, message);
  }
  if (text === null) {
    const told = `the file has ${sizeBytes} bytes; a channel file has at most 65536`;
    return faulty("FLEET_FILE_TOO_LARGE", null, told);
  }
  const marker = text.split("\n").findIndex((line) => CONFLICT.test(line));
  if (marker >= 0) {
    const message = "a merge conflict was committed: choose one side and delete the marks";
    return faulty("FLEET_FILE_CONFLICT", marker + 1, message);
  }
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  const [broken] = document.errors;
  if (broken !== undefined) {
    return faulty("FLEET_FILE_INVALID", lines.linePos(broken.pos[0]).line, broken.message);
  }
  let value: unknown;
  try {
    value = document.toJS({ maxAliasCount: 10 });
  } catch (error) {
    return faulty("FLEET_FILE_INVALID", 1, error instanceof Error ? error.message : String(error));
  }
  const parsed = channelFileSchema.safeParse(value);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    const keys = (issue?.path ?? []).map(String);
    const unknown = issue?.code === "unrecognized_keys" ? [issue.keys[0] ?? ""] : [];
    const line = lineOf(document, lines, [...keys, ...unknown]);
    const where = keys.length === 0 ? "" : `${keys.join(".")}: `;
    return faulty("FLEET_FILE_INVALID", line, `${where}${issue?.message ?? "invalid"}`);
  }
  const { channel } = parsed.data;
  if (path !== `channels/${channel}.yaml`) {
    const message = `the file says it is channel ${channel}, so it must be channels/${channel}.yaml`;
    return faulty("FLEET_FILE_INVALID", lineOf(document, lines, ["channel"]), message);
  }
  return { ok: true, file: parsed.data };
}

/** The line of a key in a channel file's text. */
export function lineOfKey(text: string, key: string): number | null {
  const lines = new LineCounter();
  return lineOf(parseDocument(text, { lineCounter: lines }), lines, [key]);
}

/** The file's text with another model and reason; everything else stays, comments too. */
export function withModel(text: string, model: string | null, reason: string): string {
  const document = parseDocument(text);
  document.set("model", model);
  document.set("reason", reason);
  return document.toString({ lineWidth: 0 });
}

/** Line of the value at this path, or of the nearest that is there. */
function lineOf(document: Document, lines: LineCounter, path: readonly string[]): number {
  for (let length = path.length; length > 0; length -= 1) {
    const keys = path.slice(0, length).map((key) => (/^\d+$/.test(key) ? Number(key) : key));
    const node = document.getIn(keys, true);
    if (isNode(node) && node.range) return lines.linePos(node.range[0]).line;
  }
  return 1;
}
