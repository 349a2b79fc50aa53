import { listNodes } from "../database/reads/list-nodes.ts";
import { procedure, router } from "./trpc.ts";

/** The nodes: `nodes.list`. */
export const nodesRouter = router({
  list: procedure.query(({ ctx }) => listNodes(ctx.reads)),
});
