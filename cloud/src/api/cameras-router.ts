import { listCameras } from "../database/reads/list-cameras.ts";
import { router, viewerProcedure } from "./trpc.ts";

/** The cameras: `cameras.list`. */
export const camerasRouter = router({
  list: viewerProcedure.query(({ ctx }) => listCameras(ctx.reads)),
});
