import type { CodedError } from "@sentinel/protocol/coded-error";
import type { Envelope } from "@sentinel/protocol/signed-document";
import { type Statement, statementSchema } from "@sentinel/protocol/statement";
import type { Fault, ModelReport } from "@sentinel/protocol/status";
import type { SwapRecord } from "./swap-record.ts";

/** A statement that was not taken: what it claims, and why not. */
export interface Refusal {
  fault: Fault;
  at: number;
  claims: Statement | null;
}

/** States in which a swap is under way; a refused statement does not hide it. */
const UNDER_WAY = ["fetching", "verified", "staged", "warmed", "trial"];

/** A fault as it is reported. */
export function toFault(error: CodedError): Fault {
  return { code: error.code, message: error.message.slice(0, 500) };
}

export function refusalOf(envelope: Envelope, error: CodedError, now: number): Refusal {
  const claims = statementSchema.safeParse(envelope.signed);
  return { fault: toFault(error), at: now, claims: claims.success ? claims.data : null };
}

/** How the node stands to the newest statement that it took in, or refused. */
export function reportOf(
  record: Readonly<SwapRecord>,
  refusal: Refusal | null,
  at: { now: number; fetchedBytes: number | null },
): ModelReport {
  const { statement } = record;
  const hidden = refusal !== null && !UNDER_WAY.includes(record.state);
  const shown = hidden ? refusal.claims : statement;
  const isStale = statement !== null && statement.expiresAt <= at.now;
  return {
    state: hidden ? "rejected" : record.state,
    since: hidden ? refusal.at : record.since,
    counter: shown?.counter ?? null,
    cohort: shown?.cohort ?? null,
    digest: shown?.digest ?? null,
    commit: shown?.commit ?? null,
    fetchedBytes: record.state === "fetching" && !hidden ? at.fetchedBytes : null,
    fault: refusal?.fault ?? record.fault,
    staleSince: isStale ? statement.expiresAt : null,
    lastSwap: record.lastSwap,
  };
}
