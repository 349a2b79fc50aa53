import type { Box } from "@sentinel/protocol/box";
import { InvalidArgumentError } from "commander";

/** Which camera is meant, as `node/camera`. @throws InvalidArgumentError. */
export function cameraArgument(text: string): { nodeId: string; cameraId: string } {
  const [nodeId = "", cameraId = "", ...rest] = text.split("/");
  if (nodeId === "" || cameraId === "" || rest.length > 0) {
    throw new InvalidArgumentError("node/camera is wanted, for example harbour-1/gate.");
  }
  return { nodeId, cameraId };
}

/** `x,y,width,height` in fractions. @throws InvalidArgumentError. */
export function boxArgument(text: string): Box {
  const parts = text.split(",").map((part) => (part.trim() === "" ? Number.NaN : Number(part)));
  const [x = -1, y = -1, w = -1, h = -1] = parts;
  const fits = w > 0 && h > 0 && x >= 0 && y >= 0 && x + w <= 1.0001 && y + h <= 1.0001;
  if (parts.length === 4 && fits) return [x, y, w, h];
  throw new InvalidArgumentError("x,y,width,height in fractions, for example 0.1,0.2,0.3,0.4.");
}

/** `class:x,y,width,height`; the class by name or by number. @throws InvalidArgumentError. */
export function namedBoxArgument(text: string): { name: string; box: Box } {
  const colon = text.lastIndexOf(":");
  const name = text.slice(0, Math.max(0, colon)).trim();
  if (name !== "") return { name, box: boxArgument(text.slice(colon + 1)) };
  throw new InvalidArgumentError("class:x,y,width,height, for example car:0.1,0.2,0.3,0.4.");
}
