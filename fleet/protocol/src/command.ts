import { z } from "zod";
import { cameraIdSchema, sha256Schema, timestampSchema } from "./ids.ts";
import { envelopeSchema } from "./signed-document.ts";

const presignedUrl = z.url({ protocol: /^https?$/ }).max(4000);
const envelope = { id: z.uuid(), expiresAt: timestampSchema };

/**
 * Topic `commands`. An expired command is not carried out. `watch` opens previews of these cameras
 * until `untilAt` (it is renewed while somebody looks); `upload-snapshot` asks for one JPEG by
 * presigned PUT; `offer-model` says where the wanted model can be fetched (presigned GET);
 * `probe-camera` asks what a camera sends, without keeping it.
 */
export const commandSchema = z.discriminatedUnion("type", [
  z.object({
    ...envelope,
    type: z.literal("watch"),
    cameraIds: z.array(cameraIdSchema).max(1000),
    untilAt: timestampSchema,
  }),
  z.object({
    ...envelope,
    type: z.literal("upload-snapshot"),
    sha256: sha256Schema,
    url: presignedUrl,
  }),
  z.object({
    ...envelope,
    type: z.literal("offer-model"),
    /** The model that the node's statement names. */
    digest: sha256Schema,
    /** Its signed manifest (see `model-manifest.ts`). */
    manifest: envelopeSchema,
    url: presignedUrl,
  }),
  z.object({
    ...envelope,
    type: z.literal("probe-camera"),
    url: z.string().min(1).max(2000),
  }),
]);
export type Command = z.infer<typeof commandSchema>;
