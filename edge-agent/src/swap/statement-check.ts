import {
  documentDigest,
  type Envelope,
  type TrustedKeys,
  verifyEnvelope,
} from "@sentinel/protocol/signed-document";
import {
  isInCohort,
  type Labels,
  type Statement,
  statementSchema,
} from "@sentinel/protocol/statement";
import { edgeError } from "../errors.ts";

/** What a statement is judged by. */
export interface StatementContext {
  keys: TrustedKeys;
  labels: Labels;
  /** The statement that was taken last, and the digest of its contents. */
  last: Statement | null;
  lastContents: string | null;
  now: number;
}

/** A statement that may be taken. */
export interface CheckedStatement {
  statement: Statement;
  contents: string;
  /** It is the one that was taken last. */
  isRepeat: boolean;
}

/**
 * Decides whether a statement may be taken, in the order in which trust grows: who signed it, for
 * whom it is, whether it is newer than the last one, whether it still holds.
 *
 * @throws STATEMENT_*, MODEL_REVOKED
 */
export function checkStatement(envelope: Envelope, context: StatementContext): CheckedStatement {
  const parsed = statementSchema.safeParse(envelope.signed);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    const where = issue?.path.join(".") || "statement";
    throw edgeError("STATEMENT_INVALID", `${where}: ${issue?.message ?? "invalid"}`);
  }
  const statement = parsed.data;
  checkSignature(envelope, context.keys);
  if (!isInCohort(statement, context.labels)) {
    const { cohort } = statement;
    throw edgeError(
      "STATEMENT_WRONG_COHORT",
      `the statement is for ${cohort}; this node's labels are ${wordsOf(context.labels)}`,
    );
  }
  const contents = documentDigest(envelope.signed);
  if (contents === context.lastContents) return { statement, contents, isRepeat: true };
  checkCounter(statement, context);
  if (statement.expiresAt <= context.now) {
    const at = new Date(statement.expiresAt).toISOString();
    throw edgeError("STATEMENT_EXPIRED", `statement ${statement.counter} expired at ${at}`);
  }
  if (statement.revoked.includes(statement.digest)) {
    throw edgeError("MODEL_REVOKED", `the statement revokes the model that it names`);
  }
  return { statement, contents, isRepeat: false };
}

function checkSignature(envelope: Envelope, keys: TrustedKeys): void {
  const fault = verifyEnvelope(envelope, keys);
  if (fault === "key-unknown") {
    const [first] = envelope.signatures;
    throw edgeError(
      "STATEMENT_KEY_UNKNOWN",
      `key ${first?.keyid.slice(0, 16)}… is none of the ${keys.size} trusted ones`,
    );
  }
  if (fault === "signature-wrong") {
    throw edgeError("STATEMENT_SIGNATURE_WRONG", "the signature does not fit the statement");
  }
}

/**
 * The counter only grows. A node that was given other labels in its own configuration begins anew:
 * the statement of its new cohort may be older than that of the one it left.
 */
function checkCounter(statement: Statement, { last, labels }: StatementContext): void {
  if (last === null || !isInCohort(last, labels) || statement.counter > last.counter) return;
  throw edgeError(
    "STATEMENT_REPLAYED",
    `statement ${statement.counter} is not above ${last.counter}, which was taken before`,
  );
}

function wordsOf(labels: Labels): string {
  const words = Object.entries(labels).map(([name, value]) => `${name}=${value}`);
  return words.join(" ") || "none";
}
