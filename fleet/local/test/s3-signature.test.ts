import { createHash, createHmac } from "node:crypto";
import { readdirSync } from "node:fs";
import { connect } from "node:net";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { crc32 } from "node:zlib";
import { afterAll, beforeAll, expect, test } from "vitest";
import {
  BUCKET,
  presign,
  REGION,
  type S3Fixture,
  SECRET_KEY,
  type SigningOptions,
  send,
  signInHeader,
  startS3,
} from "./s3-fixture.ts";

let s3: S3Fixture;
const minutes = (count: number) => new Date(Date.now() + count * 60_000);

beforeAll(async () => {
  s3 = await startS3({ maxBodyBytes: 1_000_000 });
  const put = await signInHeader(s3, { method: "PUT", body: "hello" });
  expect((await send(s3, put, "hello")).status).toBe(200);
});

afterAll(async () => s3.stop());

test("a signed request is answered; an anonymous one is not", async () => {
  expect(await send(s3, await signInHeader(s3, {}))).toMatchObject({ status: 200, body: "hello" });
  const anonymous = { method: "GET", path: `/${BUCKET}/key`, headers: { host: s3.host } };
  expect(await send(s3, anonymous)).toMatchObject({ status: 403, code: "AccessDenied" });
  expect(await send(s3, { ...anonymous, path: "/" })).toMatchObject({ status: 403 });
  expect(await send(s3, { ...anonymous, method: "PUT" }, "mine")).toMatchObject({ status: 403 });
});

test.each<[string, SigningOptions, string]>([
  ["a wrong secret", { secretKey: "wrong" }, "SignatureDoesNotMatch"],
  ["an unknown access key", { accessKey: "stranger" }, "InvalidAccessKeyId"],
  ["another region", { region: "eu-central-1" }, "AuthorizationHeaderMalformed"],
  ["a clock 16 minutes slow", { at: minutes(-16) }, "RequestTimeTooSkewed"],
  ["a clock 16 minutes fast", { at: minutes(16) }, "RequestTimeTooSkewed"],
])("%s is refused", async (_what, options, code) => {
  const answer = await send(s3, await signInHeader(s3, options));
  expect(answer.code).toBe(code);
  expect(answer.status).toBeGreaterThanOrEqual(400);
  expect(answer.body).not.toContain("hello");
});

test("a clock 14 minutes wrong is accepted", async () => {
  for (const at of [minutes(-14), minutes(14)]) {
    expect((await send(s3, await signInHeader(s3, { at }))).status).toBe(200);
  }
});

test.each<[string, (wire: Awaited<ReturnType<typeof signInHeader>>) => object, string]>([
  [
    "the signature",
    ({ headers }) => ({
      headers: { ...headers, authorization: flip(headers.authorization ?? "") },
    }),
    "SignatureDoesNotMatch",
  ],
  ["the path", () => ({ path: `/${BUCKET}/other` }), "SignatureDoesNotMatch"],
  [
    "the query",
    ({ path }) => ({ path: `${path}?response-content-type=text/html` }),
    "SignatureDoesNotMatch",
  ],
  ["the method", () => ({ method: "DELETE" }), "SignatureDoesNotMatch"],
  [
    "the host",
    ({ headers }) => ({ headers: { ...headers, host: "elsewhere" } }),
    "SignatureDoesNotMatch",
  ],
  [
    "the time",
    ({ headers }) => ({ headers: { ...headers, "x-amz-date": isoBasic(minutes(1)) } }),
    "SignatureDoesNotMatch",
  ],
  [
    "the body's hash",
    ({ headers }) => ({ headers: { ...headers, "x-amz-content-sha256": "UNSIGNED-PAYLOAD" } }),
    "SignatureDoesNotMatch",
  ],
  [
    "an x-amz- header that nobody signed",
    ({ headers }) => ({ headers: { ...headers, "x-amz-copy-source": `/${BUCKET}/key` } }),
    "AccessDenied",
  ],
  [
    "the list of signed headers",
    ({ headers }) => ({
      headers: {
        ...headers,
        authorization: (headers.authorization ?? "").replace(
          /SignedHeaders=[^,]+/,
          "SignedHeaders=x-amz-date",
        ),
      },
    }),
    "AccessDenied",
  ],
  [
    "the header's form",
    ({ headers }) => ({ headers: { ...headers, authorization: "AWS4-HMAC-SHA256 nonsense" } }),
    "AuthorizationHeaderMalformed",
  ],
])("a request is refused when %s was changed after signing", async (_what, change, code) => {
  const wire = await signInHeader(s3, {});
  expect(await send(s3, { ...wire, ...change(wire) })).toMatchObject({ code });
  expect(await send(s3, await signInHeader(s3, {}))).toMatchObject({ body: "hello" });
});

test("a presigned address opens what it names, for as long as it says", async () => {
  const url = await presign(s3, {});
  expect(await (await fetch(url)).text()).toBe("hello");
  const expired = await fetch(await presign(s3, { at: minutes(-2), expiresS: 60 }));
  expect([expired.status, await expired.text()]).toEqual([
    403,
    expect.stringContaining("Request has expired"),
  ]);
  const early = await fetch(await presign(s3, { at: minutes(20) }));
  expect(early.status).toBe(403);
  expect(await (await fetch(await presign(s3, { secretKey: "wrong" }))).text()).toContain(
    "SignatureDoesNotMatch",
  );
});

test.each<[string, (url: string) => string]>([
  ["longer life", (url) => url.replace("X-Amz-Expires=600", "X-Amz-Expires=6000")],
  ["a later date", (url) => url.replace(/X-Amz-Date=\w+/, `X-Amz-Date=${isoBasic(minutes(1))}`)],
  ["another key", (url) => url.replace("/key?", "/other?")],
  ["another parameter", (url) => `${url}&response-content-type=text%2Fhtml`],
  ["a parameter twice", (url) => `${url}&X-Amz-Expires=6000`],
  ["a signature that is empty", (url) => url.replace(/X-Amz-Signature=\w+/, "X-Amz-Signature=")],
  ["no signature", (url) => url.replace(/&X-Amz-Signature=\w+/, "")],
  ["another signature", (url) => url.replace(/X-Amz-Signature=\w+/, (found) => flip(found))],
  ["an upload's part number", (url) => `${url}&partNumber=1&uploadId=x`],
])("a presigned address with %s is refused", async (_what, change) => {
  const url = await presign(s3, {});
  expect(change(url)).not.toBe(url);
  const answer = await fetch(change(url));
  expect([400, 403]).toContain(answer.status);
  expect(await answer.text()).not.toContain("hello");
});

test("a presigned address cannot be used for another method, with a stranger's headers, or for eight days", async () => {
  const url = await presign(s3, {});
  expect((await fetch(url, { method: "PUT", body: "x" })).status).toBe(403);
  expect((await fetch(url, { method: "DELETE" })).status).toBe(403);
  expect((await fetch(url, { headers: { "x-amz-copy-source": "/a/b" } })).status).toBe(403);
  expect((await fetch(url, { headers: { authorization: "AWS4-HMAC-SHA256 x" } })).status).toBe(400);
  expect(
    (await fetch((await presign(s3, {})).replace("X-Amz-Expires=600", "X-Amz-Expires=691200")))
      .status,
  ).toBe(400);
  expect(
    (await fetch(url.replace("X-Amz-Algorithm=AWS4-HMAC-SHA256", "X-Amz-Algorithm=none"))).status,
  ).toBe(400);
});

test("a presigned upload by plain fetch arrives as it was sent, and only under its name", async () => {
  const url = await presign(s3, { method: "PUT", path: `/${BUCKET}/snapshots/local-1/ab.jpg` });
  const body = Buffer.from([0xff, 0xd8, 0, 1, 2, 3]);
  const put = await fetch(url, { method: "PUT", body, headers: { "content-type": "image/jpeg" } });
  expect([put.status, put.headers.get("etag")]).toEqual([
    200,
    `"${createHash("md5").update(body).digest("hex")}"`,
  ]);
  expect((await fetch(url.replace("ab.jpg", "cd.jpg"), { method: "PUT", body })).status).toBe(403);
  const got = await fetch(await presign(s3, { path: `/${BUCKET}/snapshots/local-1/ab.jpg` }));
  expect(got.headers.get("content-type")).toBe("image/jpeg");
  expect(Buffer.from(await got.arrayBuffer()).equals(body)).toBe(true);
});

test.each<[string, SigningOptions, string, string]>([
  ["another body than the one signed", { body: "hello" }, "hellO", "XAmzContentSHA256Mismatch"],
  [
    "a wrong x-amz-content-sha256",
    { headers: { "x-amz-content-sha256": "0".repeat(64) } },
    "hello",
    "XAmzContentSHA256Mismatch",
  ],
  [
    "a wrong content-md5",
    {
      headers: {
        "content-md5": "AAAAAAAAAAAAAAAAAAAAAA==",
        "x-amz-content-sha256": "UNSIGNED-PAYLOAD",
      },
    },
    "hello",
    "BadDigest",
  ],
  [
    "a wrong crc32",
    { headers: { "x-amz-checksum-crc32": "AAAAAA==", "x-amz-content-sha256": "UNSIGNED-PAYLOAD" } },
    "hello",
    "BadDigest",
  ],
  [
    "a checksum that is not known",
    {
      headers: {
        "x-amz-checksum-crc64nvme": "AAAAAAAAAAA=",
        "x-amz-content-sha256": "UNSIGNED-PAYLOAD",
      },
    },
    "hello",
    "NotImplemented",
  ],
  [
    "a body beyond the limit",
    { headers: { "x-amz-content-sha256": "UNSIGNED-PAYLOAD" } },
    "x".repeat(1_000_001),
    "EntityTooLarge",
  ],
])("an upload with %s stores nothing", async (_what, options, body, code) => {
  const path = `/${BUCKET}/refused`;
  const wire = await signInHeader(s3, { method: "PUT", path, ...options });
  wire.headers["content-length"] = String(body.length);
  expect(await send(s3, wire, body)).toMatchObject({ code });
  expect(await send(s3, await signInHeader(s3, { path }))).toMatchObject({ code: "NoSuchKey" });
  expect(readdirSync(join(s3.dataDir, "tmp"))).toEqual([]);
});

test("an upload whose connection ends half-way stores nothing", async () => {
  const path = `/${BUCKET}/truncated`;
  const headers = { "content-length": "1000", "x-amz-content-sha256": "UNSIGNED-PAYLOAD" };
  const wire = await signInHeader(s3, { method: "PUT", path, headers });
  const lines = Object.entries(wire.headers).map(([name, value]) => `${name}: ${value}`);
  const socket = connect(s3.port, "127.0.0.1");
  socket.write(`PUT ${path} HTTP/1.1\r\n${lines.join("\r\n")}\r\n\r\n${"x".repeat(500)}`);
  await delay(200);
  expect(readdirSync(join(s3.dataDir, "tmp"))).toHaveLength(1);
  socket.destroy();
  await delay(200);
  expect(await send(s3, await signInHeader(s3, { path }))).toMatchObject({ code: "NoSuchKey" });
  expect(readdirSync(join(s3.dataDir, "tmp"))).toEqual([]);
});

test("an upload without a length is refused", async () => {
  const headers = { "x-amz-content-sha256": "UNSIGNED-PAYLOAD" };
  const wire = await signInHeader(s3, { method: "PUT", headers });
  wire.headers["transfer-encoding"] = "chunked";
  expect(await send(s3, wire, "hello")).toMatchObject({
    status: 411,
    code: "MissingContentLength",
  });
});

/** A body in signed chunks, by the rules of AWS's page "Signature calculations: transferring payload in multiple chunks". */
async function chunkedUpload(path: string, chunks: string[], trailer: string | null) {
  const kind = trailer === null ? "PAYLOAD" : "PAYLOAD-TRAILER";
  const at = new Date();
  const headers: Record<string, string> = {
    "content-encoding": "aws-chunked",
    "x-amz-content-sha256": `STREAMING-AWS4-HMAC-SHA256-${kind}`,
    "x-amz-decoded-content-length": String(chunks.join("").length),
  };
  if (trailer !== null) headers["x-amz-trailer"] = "x-amz-checksum-crc32";
  const wire = await signInHeader(s3, { method: "PUT", path, headers, at });
  const date = isoBasic(at).slice(0, 8);
  const scope = `${date}/${REGION}/s3/aws4_request`;
  const hmac = (key: string | Buffer, text: string) =>
    createHmac("sha256", key).update(text).digest();
  const key = ["us-east-1", "s3", "aws4_request"].reduce(hmac, hmac(`AWS4${SECRET_KEY}`, date));
  const sha256 = (text: string) => createHash("sha256").update(text).digest("hex");
  let previous = /Signature=(\w+)/.exec(wire.headers.authorization ?? "")?.[1] ?? "";
  const signNext = (algorithm: string, ...lines: string[]) => {
    previous = hmac(key, [algorithm, isoBasic(at), scope, previous, ...lines].join("\n")).toString(
      "hex",
    );
    return previous;
  };
  let body = "";
  for (const chunk of [...chunks, ""]) {
    const signature = signNext("AWS4-HMAC-SHA256-PAYLOAD", sha256(""), sha256(chunk));
    body += `${chunk.length.toString(16)};chunk-signature=${signature}\r\n`;
    if (chunk !== "") body += `${chunk}\r\n`;
  }
  if (trailer !== null) {
    const line = `x-amz-checksum-crc32:${trailer}`;
    body += `${line}\r\nx-amz-trailer-signature:${signNext("AWS4-HMAC-SHA256-TRAILER", sha256(`${line}\n`))}\r\n`;
  }
  return { wire, body: `${body}\r\n` };
}

const CHUNKS = ["a".repeat(9000), "b".repeat(9000), "c".repeat(10)];
const CRC32 = crc32Base64(CHUNKS.join(""));

test.each([
  ["without a trailer", null],
  ["with a trailer", CRC32],
])("a body in signed chunks %s arrives without its framing", async (_what, trailer) => {
  const path = `/${BUCKET}/chunked`;
  const { wire, body } = await chunkedUpload(path, CHUNKS, trailer);
  expect(await send(s3, wire, body)).toMatchObject({ status: 200 });
  const got = await send(s3, await signInHeader(s3, { path }));
  expect(got.body).toBe(CHUNKS.join(""));
  expect(got.headers["content-encoding"]).toBeUndefined();
});

test.each<[string, (body: string) => string, string]>([
  [
    "a changed byte",
    (body) => body.replace("aaab", "aaaX").replace("bbbb", "bbXb"),
    "SignatureDoesNotMatch",
  ],
  [
    "a changed signature",
    (body) => body.replace(/chunk-signature=\w+/, (found) => flip(found)),
    "SignatureDoesNotMatch",
  ],
  ["no signatures", (body) => body.replace(/;chunk-signature=\w+/g, ""), "SignatureDoesNotMatch"],
  ["chunks in another order", (body) => swapChunks(body), "SignatureDoesNotMatch"],
  [
    "its last chunk cut off",
    (body) => body.slice(0, body.lastIndexOf("0;chunk")),
    "IncompleteBody",
  ],
  ["a size that is too large", (body) => body.replace("2328;", "2329;"), "SignatureDoesNotMatch"],
  ["a size that is no number", (body) => body.replace("2328;", "-1;"), "IncompleteBody"],
  ["something after its end", (body) => `${body}more`, "IncompleteBody"],
  ["an endless line", () => "1".repeat(100_000), "IncompleteBody"],
])("a body in signed chunks with %s stores nothing", async (_what, change, code) => {
  const path = `/${BUCKET}/chunked-refused`;
  const { wire, body } = await chunkedUpload(path, CHUNKS, null);
  expect(change(body)).not.toBe(body);
  expect(await send(s3, wire, change(body))).toMatchObject({ code });
  expect(await send(s3, await signInHeader(s3, { path }))).toMatchObject({ code: "NoSuchKey" });
});

test.each<[string, string, (body: string) => string, string]>([
  ["a wrong checksum, rightly signed", "AAAAAA==", (body) => body, "BadDigest"],
  ["a changed checksum", CRC32, (body) => body.replace(CRC32, "AAAAAA=="), "SignatureDoesNotMatch"],
  [
    "no trailer signature",
    CRC32,
    (body) => body.replace(/x-amz-trailer-signature:\w+\r\n/, ""),
    "SignatureDoesNotMatch",
  ],
])("a trailer with %s stores nothing", async (_what, trailer, change, code) => {
  const path = `/${BUCKET}/trailer-refused`;
  const { wire, body } = await chunkedUpload(path, CHUNKS, trailer);
  expect(await send(s3, wire, change(body))).toMatchObject({ code });
  expect(await send(s3, await signInHeader(s3, { path }))).toMatchObject({ code: "NoSuchKey" });
});

test.each([
  ["upwards", `/${BUCKET}/../../etc/passwd`],
  ["upwards, encoded", `/${BUCKET}/%2e%2e/%2e%2e/etc/passwd`],
  ["a bucket that is a path", "/../tmp/x"],
  ["a bucket that is two dots", "/%2e%2e/x"],
  ["NUL", `/${BUCKET}/a%00b`],
  ["too long", `/${BUCKET}/${"k".repeat(1025)}`],
  ["percent and nothing", `/${BUCKET}/%zz`],
])("a name that is %s is refused", async (_what, path) => {
  const wire = {
    ...(await signInHeader(s3, { method: "PUT", path: `/${BUCKET}/x`, body: "x" })),
    path,
  };
  expect(await send(s3, wire, "x")).toMatchObject({ status: 400 });
});

test("operations that do not exist here say so", async () => {
  for (const query of [{ acl: "" }, { policy: "" }, { versioning: "" }]) {
    const wire = await signInHeader(s3, { path: `/${BUCKET}`, query });
    expect(await send(s3, wire)).toMatchObject({ status: 501, code: "NotImplemented" });
  }
  const tagging = await signInHeader(s3, { method: "PUT", query: { tagging: "" }, body: "x" });
  expect(await send(s3, tagging, "x")).toMatchObject({ code: "NotImplemented" });
  expect(await send(s3, await signInHeader(s3, {}))).toMatchObject({ body: "hello" });
});

function flip(text: string): string {
  return text.slice(0, -1) + (text.endsWith("0") ? "1" : "0");
}

function isoBasic(at: Date): string {
  return at.toISOString().replace(/[-:]|\.\d+/g, "");
}

function swapChunks(body: string): string {
  const [first = "", second = "", ...rest] = body.split(/(?=2328;)/);
  return [second, first, ...rest].join("");
}

function crc32Base64(text: string): string {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(crc32(text));
  return bytes.toString("base64");
}
