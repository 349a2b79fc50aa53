import { isAbsolute } from "node:path";
import { cameraSchema } from "../config-schema.ts";

/** What is wrong with a camera's address that came from the cloud; null where nothing is. */
export function remoteAddressFault(url: string): string | null {
  const checked = cameraSchema.shape.url.safeParse(url);
  if (!checked.success) return `url: accepted: ${checked.error.issues[0]?.message}`;
  // Relative to what? Whoever wrote it does not know where the agent was started.
  const isPath = !/^[a-z][a-z0-9+.-]+:\/\//i.test(url);
  return isPath && !isAbsolute(url) ? "url: accepted: an absolute path where it is a file" : null;
}
