import { router, viewerProcedure } from "./trpc.ts";

/** The server itself: `system.info`. */
export const systemRouter = router({
  info: viewerProcedure.query(({ ctx }) => ({ version: ctx.version, serverTime: Date.now() })),
});
