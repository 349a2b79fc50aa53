import * as z from "zod/mini";
import type { EventQuery } from "../../connection/api.ts";

/** Stretches up to now that one asks for most. */
export const RECENT_SPANS = {
  "15m": { words: "Last 15 min", ms: 15 * 60_000 },
  "1h": { words: "Last hour", ms: 3_600_000 },
  "6h": { words: "Last 6 h", ms: 6 * 3_600_000 },
  "24h": { words: "Last 24 h", ms: 24 * 3_600_000 },
  "7d": { words: "Last 7 days", ms: 7 * 24 * 3_600_000 },
} as const;
export type RecentSpan = keyof typeof RECENT_SPANS;

/** `nodeId.cameraId`; neither part can hold a dot. */
const CAMERA = /^([a-z0-9-]{1,64})\.([a-z0-9-]{1,64})$/;

/** A value that may stand once or several times in an address. */
function listOf(item: z.ZodMiniType<string, string>) {
  const list = z.array(item).check(z.minLength(1), z.maxLength(50));
  return lenient(
    z.pipe(
      z.transform((raw) => (Array.isArray(raw) ? raw : [raw])),
      list,
    ),
  );
}

/** A value that makes no sense counts as absent. */
function lenient<Output>(schema: z.ZodMiniType<Output, unknown>) {
  return z.catch(z.optional(schema), undefined);
}
const score = lenient(z.coerce.number().check(z.minimum(0), z.maximum(1)));
const moment = lenient(
  z.coerce.number().check(z.int(), z.minimum(0), z.maximum(253_402_300_799_999)),
);

/** What the address of the events page may hold; a value that makes no sense is left out. */
const eventSearchSchema = z.object({
  camera: listOf(z.string().check(z.regex(CAMERA))),
  class: listOf(z.string().check(z.minLength(1), z.maxLength(100))),
  model: listOf(z.string().check(z.regex(/^[0-9a-f]{64}$/))),
  last: lenient(z.enum(["15m", "1h", "6h", "24h", "7d"])),
  from: moment,
  to: moment,
  min: score,
  max: score,
  state: lenient(z.enum(["open", "ended"])),
  event: lenient(z.uuid()),
});

/** The filters of the events page, and which event is open. */
export type EventSearch = {
  [Key in keyof z.infer<typeof eventSearchSchema>]?: z.infer<typeof eventSearchSchema>[Key];
};

/** Reads an address. Never fails: a wrong value counts as absent, and so does a time that ends before it begins. */
export function parseEventSearch(raw: Record<string, unknown>): EventSearch {
  const search: EventSearch = {};
  const parsed = eventSearchSchema.parse(raw);
  for (const [key, value] of Object.entries(parsed)) {
    if (value !== undefined) Object.assign(search, { [key]: value });
  }
  const backwards =
    search.from !== undefined && search.to !== undefined && search.to <= search.from;
  if (search.last !== undefined || backwards) {
    delete search.from;
    delete search.to;
  }
  if (search.min !== undefined && search.max !== undefined && search.max < search.min) {
    delete search.min;
    delete search.max;
  }
  return search;
}

/**
 * The question to the cloud. Without the open event, which does not narrow the log.
 * @param now the cloud's time, from which "last hour" is counted
 */
export function queryOf(search: EventSearch, now: number): EventQuery {
  const from = search.last === undefined ? search.from : now - RECENT_SPANS[search.last].ms;
  const cameras = search.camera?.flatMap((key) => {
    const [, nodeId, cameraId] = CAMERA.exec(key) ?? [];
    return nodeId === undefined || cameraId === undefined ? [] : [{ nodeId, cameraId }];
  });
  return {
    ...(cameras === undefined ? {} : { cameras }),
    ...(search.class === undefined ? {} : { classes: search.class }),
    ...(search.model === undefined ? {} : { models: search.model }),
    ...(from === undefined ? {} : { from }),
    ...(search.to === undefined ? {} : { to: search.to }),
    ...(search.min === undefined ? {} : { minScore: search.min }),
    ...(search.max === undefined ? {} : { maxScore: search.max }),
    ...(search.state === undefined ? {} : { state: search.state }),
  };
}

/** Whether anything narrows the log. */
export function isNarrowed({ event: _, ...filters }: EventSearch): boolean {
  return Object.values(filters).some((value) => value !== undefined);
}
