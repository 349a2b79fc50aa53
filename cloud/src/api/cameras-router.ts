import { cameraIdSchema, nodeIdSchema } from "@sentinel/protocol/ids";
import { z } from "zod";
import {
  addCamera,
  editCamera,
  placeCamera,
  removeCamera,
} from "../camera-settings/change-camera.ts";
import { listCameraSettings } from "../camera-settings/list-camera-settings.ts";
import { probeCamera } from "../camera-settings/probe-camera.ts";
import { listCameras } from "../database/reads/list-cameras.ts";
import { personText } from "./text-input.ts";
import { operatorProcedure, router, viewerProcedure } from "./trpc.ts";

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

/** What nodes report of cameras (`list`), and what people want of them (`settings` and the changes). */
export const camerasRouter = router({
  list: viewerProcedure.query(({ ctx }) => listCameras(ctx.reads)),

  settings: viewerProcedure.query(({ ctx }) => listCameraSettings(ctx.reads)),

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
