import { z } from "zod";

const fraction = z.number().min(0).max(1);

/** `[x, y, width, height]`, origin top left, fractions 0..1 of the frame. */
export const boxSchema = z.tuple([fraction, fraction, fraction, fraction]);
export type Box = z.infer<typeof boxSchema>;

/** Area of the overlap over area of the union (Jaccard index), 0..1; 0 where both are empty. */
export function intersectionOverUnion(a: Box, b: Box): number {
  const width = Math.min(a[0] + a[2], b[0] + b[2]) - Math.max(a[0], b[0]);
  const height = Math.min(a[1] + a[3], b[1] + b[3]) - Math.max(a[1], b[1]);
  if (width <= 0 || height <= 0) return 0;
  const overlap = width * height;
  return overlap / (a[2] * a[3] + b[2] * b[3] - overlap);
}
