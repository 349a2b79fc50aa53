import { tracked } from "@trpc/server";
import { z } from "zod";
import { reportedCameras } from "../database/reads/reported-cameras.ts";
import { RowCursor } from "../live/row-cursor.ts";
import { cameraKeySchema } from "./event-input.ts";
import { router, viewerProcedure } from "./trpc.ts";

const eventsInput = z.object({
  /** The newest row that the client has; absent means: only what comes from now on. */
  afterRowId: z.int().min(0).nullish(),
  /** Set by the client library when it comes back, from the id of the last message it had. */
  lastEventId: z.string().max(25_000).nullish(),
});

const previewsInput = z.object({ cameras: z.array(cameraKeySchema).max(100) });

/** What happens now: `live.events`, `live.previews`, `live.snapshots`, `live.changes`. */
export const liveRouter = router({
  events: viewerProcedure.input(eventsInput).subscription(async function* ({ ctx, input, signal }) {
    const stop = signal ?? new AbortController().signal;
    const returning = input.lastEventId == null ? null : RowCursor.parse(input.lastEventId);
    const since = returning ?? input.afterRowId ?? null;
    for await (const { cursor, ...row } of ctx.events.follow(since, stop)) {
      yield tracked(cursor, row);
      await ctx.outlet.drained(stop);
    }
  }),

  /** Frames of these cameras while they are watched; those that no node ever reported are left out. */
  previews: viewerProcedure.input(previewsInput).subscription(async function* ({
    ctx,
    input,
    signal,
  }) {
    const stop = signal ?? new AbortController().signal;
    const watch = ctx.previews.watch(await reportedCameras(ctx.reads, input.cameras));
    try {
      while (!stop.aborted) {
        await ctx.outlet.drained(stop);
        for (const frame of await watch.newest(stop)) yield frame;
      }
    } finally {
      watch.close();
    }
  }),

  /** The SHA-256 of each snapshot that has arrived: its picture can be fetched from now on. */
  snapshots: viewerProcedure.subscription(async function* ({ ctx, signal }) {
    const stop = signal ?? new AbortController().signal;
    for await (const sha256 of ctx.snapshots.follow(stop)) {
      yield { sha256 };
      await ctx.outlet.drained(stop);
    }
  }),

  changes: viewerProcedure.subscription(async function* ({ ctx, signal }) {
    const stop = signal ?? new AbortController().signal;
    for await (const what of ctx.changes.follow(stop)) yield { what };
  }),
});
