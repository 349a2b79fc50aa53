import type { Box } from "@sentinel/protocol/box";
import { z } from "zod";
import { personText } from "../api/text-input.ts";

/** The name of a class as a model has it; null is for what moved and was not detected. */
export const classNameInput = personText(100).nullable();

const fraction = z.number().min(0, "a fraction from 0 to 1").max(1, "a fraction from 0 to 1");

/** `[x, y, width, height]` in fractions, within its picture or frame. */
export const boxInput = z
  .tuple([fraction, fraction, fraction, fraction])
  .refine(([, , width, height]) => width > 0 && height > 0, "a box wider and higher than 0")
  // A picture has fewer than 10,000 pixels a side: this is less than one of them.
  .refine(
    ([x, y, width, height]) => x + width <= 1.0001 && y + height <= 1.0001,
    "a box within the picture",
  )
  .transform((values): Box => values);
