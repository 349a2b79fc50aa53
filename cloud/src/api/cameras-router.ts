import { listCameras } from "../database/reads/list-cameras.ts";
import { procedure, router } from "./trpc.ts";

/** The cameras: `cameras.list`. */
export const camerasRouter = router({
  list: procedure.query(({ ctx }) => listCameras(ctx.reads)),
});
