import { mkdtempSync, rmSync } from "node:fs";
import { request } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Sha256 } from "@aws-crypto/sha256-js";
import { S3Client } from "@aws-sdk/client-s3";
import { SignatureV4 } from "@smithy/signature-v4";
import { S3Endpoint, type S3EndpointOptions } from "../src/s3/s3-endpoint.ts";

export const ACCESS_KEY = "localtest";
export const SECRET_KEY = "a secret that is not in any dictionary";
export const REGION = "us-east-1";
export const BUCKET = "sentinel-clips";

/** A running endpoint in a folder of its own. */
export interface S3Fixture {
  endpoint: string;
  host: string;
  port: number;
  dataDir: string;
  stop(): Promise<void>;
}

export async function startS3(options: Partial<S3EndpointOptions> = {}): Promise<S3Fixture> {
  const dataDir = options.dataDir ?? mkdtempSync(join(tmpdir(), "sentinel-s3-"));
  const s3 = new S3Endpoint({
    dataDir,
    port: 0,
    accessKey: ACCESS_KEY,
    secretKey: SECRET_KEY,
    region: REGION,
    buckets: [BUCKET, "sentinel-models"],
    ...options,
  });
  const { endpoint } = await s3.start();
  const { host, port } = new URL(endpoint);
  return {
    endpoint,
    host,
    port: Number(port),
    dataDir,
    stop: async () => {
      await s3.stop();
      if (options.dataDir === undefined) rmSync(dataDir, { recursive: true, force: true });
    },
  };
}

/** The AWS SDK on this endpoint, with the right keys; what fails is not tried again. */
export function awsClient({ endpoint }: S3Fixture): S3Client {
  return new S3Client({
    endpoint,
    region: REGION,
    forcePathStyle: true,
    credentials: { accessKeyId: ACCESS_KEY, secretAccessKey: SECRET_KEY },
    maxAttempts: 1,
  });
}

/** A request as it goes over the wire. */
export interface WireRequest {
  method: string;
  /** Path and query, percent-encoded. */
  path: string;
  headers: Record<string, string>;
}

/** What to sign: by default now, with the right secret. */
export interface SigningOptions {
  method?: string;
  path?: string;
  query?: Record<string, string>;
  headers?: Record<string, string>;
  body?: string | Buffer;
  at?: Date;
  secretKey?: string;
  accessKey?: string;
  region?: string;
}

function signer(options: SigningOptions): SignatureV4 {
  return new SignatureV4({
    service: "s3",
    region: options.region ?? REGION,
    sha256: Sha256,
    uriEscapePath: false,
    credentials: {
      accessKeyId: options.accessKey ?? ACCESS_KEY,
      secretAccessKey: options.secretKey ?? SECRET_KEY,
    },
  });
}

function unsigned(fixture: S3Fixture, options: SigningOptions) {
  return {
    method: options.method ?? "GET",
    protocol: "http:",
    hostname: "127.0.0.1",
    port: fixture.port,
    path: options.path ?? `/${BUCKET}/key`,
    query: options.query ?? {},
    headers: { host: fixture.host, ...options.headers },
    body: options.body,
  };
}

function onWire(signed: {
  method: string;
  path: string;
  query?: object;
  headers: Record<string, string>;
}): WireRequest {
  const query = new URLSearchParams(Object.entries(signed.query ?? {}))
    .toString()
    .replaceAll("+", "%20");
  return {
    method: signed.method,
    path: query === "" ? signed.path : `${signed.path}?${query}`,
    headers: signed.headers,
  };
}

/** Signs in the header, by an implementation that is not ours. */
export async function signInHeader(
  fixture: S3Fixture,
  options: SigningOptions,
): Promise<WireRequest> {
  const signed = await signer(options).sign(unsigned(fixture, options), {
    signingDate: options.at ?? new Date(),
  });
  return onWire(signed as Parameters<typeof onWire>[0]);
}

/** Signs in the query, by an implementation that is not ours. */
export async function presign(
  fixture: S3Fixture,
  options: SigningOptions & { expiresS?: number },
): Promise<string> {
  const signed = await signer(options).presign(
    {
      ...unsigned(fixture, options),
      headers: {
        "x-amz-content-sha256": "UNSIGNED-PAYLOAD",
        ...unsigned(fixture, options).headers,
      },
    },
    { signingDate: options.at ?? new Date(), expiresIn: options.expiresS ?? 600 },
  );
  return `${fixture.endpoint}${onWire(signed as Parameters<typeof onWire>[0]).path}`;
}

/** An answer with S3's code, where it has one. */
export interface Answer {
  status: number;
  code: string | null;
  body: string;
  headers: Record<string, string | string[] | undefined>;
}

/** Sends exactly what it is told. */
export function send(
  fixture: S3Fixture,
  wire: WireRequest,
  body: string | Buffer = "",
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const outgoing = request(
      { host: "127.0.0.1", port: fixture.port, agent: false, ...wire },
      (response) => {
        const chunks: Buffer[] = [];
        response.on("data", (chunk: Buffer) => chunks.push(chunk));
        response.on("error", reject);
        response.on("end", () => {
          const text = Buffer.concat(chunks).toString();
          resolve({
            status: response.statusCode ?? 0,
            code: /<Code>(\w+)<\/Code>/.exec(text)?.[1] ?? null,
            body: text,
            headers: response.headers,
          });
        });
      },
    );
    outgoing.on("error", reject);
    outgoing.end(body);
  });
}
