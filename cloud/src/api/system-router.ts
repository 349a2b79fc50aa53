import { router, viewerProcedure } from "./trpc.ts";

/** The server itself: `system.info`; the operator's own map, where there is one: `system.map`. */
export const systemRouter = router({
  info: viewerProcedure.query(({ ctx }) => ({ version: ctx.version, serverTime: Date.now() })),
  map: viewerProcedure.query(({ ctx }) => ctx.mapTiles?.info ?? null),
});
