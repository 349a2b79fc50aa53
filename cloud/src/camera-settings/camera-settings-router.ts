import { cameraIdSchema, nodeIdSchema } from "@sentinel/protocol/ids";
import { z } from "zod";
import { personText } from "../api/text-input.ts";
import { operatorProcedure, router, viewerProcedure } from "../api/trpc.ts";
import { addCamera, editCamera, placeCamera, removeCamera } from "./change-camera.ts";
import { listCameraSettings } from "./list-camera-settings.ts";
import { probeCamera } from "./probe-camera.ts";

const key = z.object({ nodeId: nodeIdSchema, cameraId: cameraIdSchema });
const name = personText(100);
/** What an address may be is for the node to say; here it is only bounded. */
const url = personText(2000);
const degrees = (least: number, most: number) => z.number().min(least).max(most);

const place = z.object({
  latitude: degrees(-90, 90),
  longitude: degrees(-180, 180),
  direction: z
    .number()
    .min(0)
    .lt(360, "degrees clockwise from north, from 0 to below 360")
    .nullable(),
});

/** What people want of cameras: `cameraSettings.list`, `add`, `edit`, `remove`, `place`, `probe`. */
export const cameraSettingsRouter = router({
  list: viewerProcedure.query(({ ctx }) => listCameraSettings(ctx.reads)),

  add: operatorProcedure
    .input(key.extend({ name, url }))
    .mutation(({ ctx, input }) => addCamera(ctx.database, input, input, ctx.person)),

  edit: operatorProcedure
    .input(
      key.extend({
        name: name.optional(),
        url: url.nullable().optional(),
        enabled: z.boolean().optional(),
      }),
    )
    .mutation(({ ctx, input }) => editCamera(ctx.database, input, input, ctx.person)),

  remove: operatorProcedure
    .input(key)
    .mutation(({ ctx, input }) => removeCamera(ctx.database, input, ctx.person)),

  place: operatorProcedure
    .input(key.extend({ place: place.nullable() }))
    .mutation(({ ctx, input }) => placeCamera(ctx.database, input, input.place, ctx.person)),

  probe: operatorProcedure
    .input(z.object({ nodeId: nodeIdSchema, url }))
    .mutation(({ ctx, input }) => probeCamera(ctx.database, ctx.nodeRequests, input)),
});
