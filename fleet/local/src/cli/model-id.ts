import type { CloudApi } from "./cloud-command.ts";
import { wholeDigest } from "./whole-id.ts";

/** What a `<model>` may be, for help. */
export const MODEL = "SHA-256 of its file, the first digits of it, or its name";

/** The digest of the model that a person means. @throws CodedError INPUT_INVALID. */
export function modelDigest(api: CloudApi, text: string): Promise<string> {
  return wholeDigest(text, "model", () => api.models.list.query());
}
