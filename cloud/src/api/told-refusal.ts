import { CodedError } from "@sentinel/protocol/coded-error";
import { TRPCError } from "@trpc/server";

/** Waits for work whose coded faults are a person's to know; they are told as `CODE: what happened`. */
export async function tellRefusals<Result>(work: Promise<Result>): Promise<Result> {
  try {
    return await work;
  } catch (error) {
    if (!(error instanceof CodedError)) throw error;
    const code = error.retryable ? "SERVICE_UNAVAILABLE" : "UNPROCESSABLE_CONTENT";
    throw new TRPCError({ code, message: `${error.code}: ${error.message}`, cause: error });
  }
}
