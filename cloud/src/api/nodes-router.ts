import { listNodes } from "../database/reads/list-nodes.ts";
import { router, viewerProcedure } from "./trpc.ts";

/** The nodes: `nodes.list`. */
export const nodesRouter = router({
  list: viewerProcedure.query(({ ctx }) => listNodes(ctx.reads)),
});
