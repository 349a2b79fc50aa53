import { z } from "zod";
import { cameraIdSchema, sha256Schema, timestampSchema } from "./ids.ts";

const envelope = { id: z.uuid(), expiresAt: timestampSchema };

/**
 * Topic `commands`. An expired command is not carried out. `watch` opens previews of these cameras
 * until `untilAt` (it is renewed while somebody looks); `upload-snapshot` asks for one JPEG by
 * presigned PUT.
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
    url: z.url({ protocol: /^https?$/ }).max(4000),
  }),
]);
export type Command = z.infer<typeof commandSchema>;
