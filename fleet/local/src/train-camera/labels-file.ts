import { z } from "zod";

const fraction = z.number("a number from 0 to 1").min(-0.001, "0 or more").max(1.001, "1 or less");

/** What is in some frames of a clip: `[{frame, boxes: [{classId, box: [x, y, width, height]}]}]`. */
export const labelsSchema = z
  .array(
    z.object({
      /** Number of the frame, from 0, as ffmpeg counts decoded frames. */
      frame: z.int("a whole number").min(0, "0 or more"),
      boxes: z
        .array(
          z.object({
            classId: z.int("the number of a class, from 0").min(0, "0 or more").max(9_999),
            /** In fractions of the frame. */
            box: z.tuple([fraction, fraction, fraction, fraction], "[x, y, width, height]"),
          }),
          "a list of boxes",
        )
        .max(1_000, "at most 1000 boxes"),
    }),
    "a list of frames",
  )
  .min(4, "at least 4 frames")
  .max(100_000, "at most 100000 frames");

/** One labelled frame. */
export type LabelledFrame = z.output<typeof labelsSchema>[number];
