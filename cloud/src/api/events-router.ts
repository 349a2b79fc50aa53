import { eventIdSchema, timestampSchema } from "@sentinel/protocol/ids";
import { TRPCError } from "@trpc/server";
import { z } from "zod";
import { eventById } from "../database/reads/event-by-id.ts";
import { eventClasses } from "../database/reads/event-classes.ts";
import { eventDensity } from "../database/reads/event-density.ts";
import { listEvents } from "../database/reads/list-events.ts";
import { formatEventCursor, parseEventCursor } from "./event-cursor.ts";
import { eventFilterSchema } from "./event-input.ts";
import { router, viewerProcedure } from "./trpc.ts";

const listInput = eventFilterSchema.extend({
  cursor: z.string().max(100).nullish(),
  limit: z.int().min(1).max(200).default(50),
});

const densityInput = eventFilterSchema.extend({
  from: timestampSchema,
  to: timestampSchema,
  buckets: z.int().min(1).max(200).default(100),
});

/** The event log: `events.list`, `events.byId`, `events.classes`, `events.density`. */
export const eventsRouter = router({
  list: viewerProcedure.input(listInput).query(async ({ ctx, input }) => {
    const cursor = input.cursor == null ? null : parseEventCursor(input.cursor);
    const page = await listEvents(ctx.reads, input, cursor, input.limit);
    return {
      items: page.items,
      nextCursor: page.next === null ? null : formatEventCursor(page.next),
    };
  }),

  byId: viewerProcedure
    .input(z.object({ eventId: eventIdSchema }))
    .query(async ({ ctx, input }) => {
      const event = await eventById(ctx.reads, input.eventId);
      if (event === null) {
        throw new TRPCError({ code: "NOT_FOUND", message: `There is no event ${input.eventId}.` });
      }
      return event;
    }),

  classes: viewerProcedure.query(({ ctx }) => eventClasses(ctx.reads)),

  density: viewerProcedure.input(densityInput).query(({ ctx, input }) => {
    if (input.to <= input.from) {
      throw new TRPCError({ code: "BAD_REQUEST", message: "to must be later than from" });
    }
    return eventDensity(ctx.reads, input, input.buckets);
  }),
});
