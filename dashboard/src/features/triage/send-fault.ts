import { TRPCClientError } from "@trpc/client";
import type { SendFault } from "./send-queue.ts";

/** What a failed request to the cloud means for what it carried. */
export function sendFaultOf(error: unknown): SendFault {
  const message = error instanceof Error ? error.message : String(error);
  if (!(error instanceof TRPCClientError)) return { kind: "failing", message };
  const data = error.data as { code: string; httpStatus: number } | null | undefined;
  // The line broke: whether the cloud heard it nobody knows.
  if (data == null) return { kind: "away", message: "there is no connection to the cloud" };
  if (data.code === "UNAUTHORIZED") return { kind: "away", message: "you are signed out" };
  if (data.httpStatus >= 500 || data.httpStatus === 429) return { kind: "failing", message };
  return { kind: "refused", code: data.code, message };
}
