import { eventIdSchema, timestampSchema } from "@sentinel/protocol/ids";
import { TRPCError } from "@trpc/server";
import type { EventCursor } from "../database/reads/list-events.ts";

/** A cursor as clients keep it, `{startedAt}_{eventId}`; they must not read anything into it. */
export function formatEventCursor(cursor: EventCursor): string {
  return `${cursor.startedAt}_${cursor.eventId}`;
}

/** @throws TRPCError BAD_REQUEST where the text was not made by {@link formatEventCursor}. */
export function parseEventCursor(text: string): EventCursor {
  const [startedAt, eventId] = text.split("_");
  const start = timestampSchema.safeParse(/^\d+$/.test(startedAt ?? "") ? Number(startedAt) : null);
  const id = eventIdSchema.safeParse(eventId);
  if (!start.success || !id.success) {
    throw new TRPCError({ code: "BAD_REQUEST", message: "cursor: not one that this server gave" });
  }
  return { startedAt: start.data, eventId: id.data };
}
