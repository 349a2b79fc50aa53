import { procedure, router } from "./trpc.ts";

/** The server itself: `system.info`. */
export const systemRouter = router({
  info: procedure.query(({ ctx }) => ({ version: ctx.version, serverTime: Date.now() })),
});
