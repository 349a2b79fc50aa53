import { queryValue, type RequestHead } from "./request-head.ts";
import { S3Error } from "./s3-error.ts";
import {
  deriveSigningKey,
  type SigningContext,
  sameSignature,
  sha256Hex,
  sign,
} from "./signing-key.ts";

/** Who may use the endpoint. */
export interface S3Credentials {
  accessKey: string;
  secretKey: string;
  region: string;
}

/** A request whose head is proved to come from the holder of the secret. */
export interface VerifiedRequest {
  context: SigningContext;
  /** The request's own signature: seed of the chunks' signatures. */
  signature: string;
  /** What the signature says of the body: its SHA-256, `UNSIGNED-PAYLOAD` or `STREAMING-…`. */
  payloadHash: string;
}

const ALGORITHM = "AWS4-HMAC-SHA256";
/** AWS's own tolerance. */
const MAX_SKEW_MS = 15 * 60_000;
/** Seven days: the longest a presigned address may live. */
const MAX_EXPIRES_S = 604_800;

/** What a request claims, from its header or its query. */
interface Claim {
  credential: string;
  amzDate: string;
  signedHeaders: readonly string[];
  signature: string;
  payloadHash: string;
  /** Null where the signature is in the header. */
  expiresS: number | null;
}

/**
 * Checks a request's signature by computing it again (AWS Signature Version 4, header or query).
 * @throws S3Error; anonymous requests are refused.
 */
export function verifyRequest(
  head: RequestHead,
  credentials: S3Credentials,
  nowMs: number,
): VerifiedRequest {
  const claim = readClaim(head);
  const scope = checkScope(claim, credentials);
  checkTime(claim, nowMs);
  checkSignedHeaders(head, claim);
  const key = deriveSigningKey(credentials.secretKey, scope);
  const context = { key, amzDate: claim.amzDate, scope };
  const wanted = sign(context, ALGORITHM, [sha256Hex(canonicalRequest(head, claim))]);
  if (!sameSignature(claim.signature, wanted)) {
    throw new S3Error(
      "SignatureDoesNotMatch",
      "The request signature we calculated does not match the signature you provided.",
    );
  }
  return { context, signature: wanted, payloadHash: claim.payloadHash };
}

function readClaim(head: RequestHead): Claim {
  const header = head.headers.get("authorization");
  const inQuery = head.query.some(([name]) =>
    /^x-amz-(signature|algorithm|credential)$/i.test(name),
  );
  if (header !== undefined && inQuery) {
    throw new S3Error("InvalidArgument", "Only one auth mechanism allowed.");
  }
  if (header !== undefined) return claimFromHeader(head, header);
  if (inQuery) return claimFromQuery(head);
  throw new S3Error("AccessDenied", "Access Denied.");
}

function claimFromHeader(head: RequestHead, header: string): Claim {
  const match =
    /^AWS4-HMAC-SHA256 Credential=([^,\s]+),\s*SignedHeaders=([^,\s]+),\s*Signature=([0-9a-f]{64})$/.exec(
      header,
    );
  if (match === null) {
    throw new S3Error("AuthorizationHeaderMalformed", "The authorization header is malformed.");
  }
  const payloadHash = head.headers.get("x-amz-content-sha256");
  if (payloadHash === undefined) {
    throw new S3Error("MissingSecurityHeader", "x-amz-content-sha256 is missing.");
  }
  return {
    credential: match[1] ?? "",
    amzDate: head.headers.get("x-amz-date") ?? "",
    signedHeaders: (match[2] ?? "").split(";"),
    signature: match[3] ?? "",
    payloadHash,
    expiresS: null,
  };
}

function claimFromQuery(head: RequestHead): Claim {
  const value = (name: string): string => {
    const values = head.query.filter(([key]) => key === name);
    const [first] = values;
    if (values.length !== 1 || first === undefined) {
      throw new S3Error("AuthorizationQueryParametersError", `${name} must be given once.`);
    }
    return first[1];
  };
  const expires = value("X-Amz-Expires");
  const expiresS = /^\d{1,7}$/.test(expires) ? Number(expires) : 0;
  if (value("X-Amz-Algorithm") !== ALGORITHM || expiresS < 1 || expiresS > MAX_EXPIRES_S) {
    throw new S3Error(
      "AuthorizationQueryParametersError",
      `X-Amz-Algorithm must be ${ALGORITHM} and X-Amz-Expires from 1 to ${MAX_EXPIRES_S}.`,
    );
  }
  const signedHeaders = value("X-Amz-SignedHeaders").split(";");
  return {
    credential: value("X-Amz-Credential"),
    amzDate: value("X-Amz-Date"),
    signedHeaders,
    signature: value("X-Amz-Signature"),
    payloadHash:
      queryValue(head, "X-Amz-Content-Sha256") ??
      (signedHeaders.includes("x-amz-content-sha256")
        ? (head.headers.get("x-amz-content-sha256") ?? "")
        : "UNSIGNED-PAYLOAD"),
    expiresS,
  };
}

function checkScope(claim: Claim, { accessKey, region }: S3Credentials): string {
  const parts = claim.credential.split("/");
  const scope = parts.slice(-4);
  const wanted = [claim.amzDate.slice(0, 8), region, "s3", "aws4_request"];
  if (parts.slice(0, -4).join("/") !== accessKey) {
    throw new S3Error("InvalidAccessKeyId", "The access key does not exist in our records.");
  }
  if (scope.join("/") !== wanted.join("/")) {
    throw new S3Error(
      claim.expiresS === null
        ? "AuthorizationHeaderMalformed"
        : "AuthorizationQueryParametersError",
      `The credential's scope must be ${wanted.join("/")}.`,
    );
  }
  return scope.join("/");
}

function checkTime(claim: Claim, nowMs: number): void {
  const match = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/.exec(claim.amzDate);
  if (match === null) {
    throw new S3Error("AccessDenied", "A valid X-Amz-Date is required.");
  }
  const [year = 0, month = 1, ...rest] = match.slice(1).map(Number);
  const signedAt = Date.UTC(year, month - 1, ...rest);
  if (claim.expiresS === null) {
    if (Math.abs(nowMs - signedAt) > MAX_SKEW_MS) {
      throw new S3Error(
        "RequestTimeTooSkewed",
        "The difference between the request time and the server's time is too large.",
      );
    }
    return;
  }
  if (signedAt - nowMs > MAX_SKEW_MS)
    throw new S3Error("AccessDenied", "Request is not valid yet.");
  if (nowMs > signedAt + claim.expiresS * 1000) {
    throw new S3Error("AccessDenied", "Request has expired.");
  }
}

/** A header that changes what a request does must not be one that anybody could have added. */
function checkSignedHeaders(head: RequestHead, claim: Claim): void {
  const unsigned = [...head.headers.keys()].filter(
    (name) => (name === "host" || name.startsWith("x-amz-")) && !claim.signedHeaders.includes(name),
  );
  if (unsigned.length > 0 || !claim.signedHeaders.includes("host")) {
    throw new S3Error(
      "AccessDenied",
      `There were headers present in the request which were not signed: ${unsigned.join(", ") || "host"}.`,
    );
  }
}

function canonicalRequest(head: RequestHead, claim: Claim): string {
  const query = head.query
    .filter(([name]) => name !== "X-Amz-Signature")
    .map(([name, value]) => [uriEncode(name), uriEncode(value)] as const)
    .sort(
      ([leftName, left], [rightName, right]) => order(leftName, rightName) || order(left, right),
    )
    .map(([name, value]) => `${name}=${value}`)
    .join("&");
  const headers = claim.signedHeaders.map(
    (name) => `${name}:${(head.headers.get(name) ?? "").replace(/ +/g, " ")}\n`,
  );
  return [
    head.method,
    head.path.split("/").map(uriEncode).join("/"),
    query,
    headers.join(""),
    claim.signedHeaders.join(";"),
    claim.payloadHash,
  ].join("\n");
}

function order(left: string, right: string): number {
  return left < right ? -1 : left > right ? 1 : 0;
}

/** Percent-encodes everything but RFC 3986's unreserved characters. */
export function uriEncode(text: string): string {
  return encodeURIComponent(text).replace(
    /[!'()*]/g,
    (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}
