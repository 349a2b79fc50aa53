import { readFile } from "node:fs/promises";
import { request } from "node:https";
import { join } from "node:path";
import { cloudError } from "../../errors.ts";

const ANSWER_MS = 10_000;
const MAX_ANSWER_BYTES = 8_000_000;

/** Where the API server is, and as whom we come. */
export interface KubernetesAccess {
  /** `https://host:port`. */
  url: string;
  /** The folder of a mounted ServiceAccount: `token` and `ca.crt`. */
  accountDir: string;
}

/** What the API server answered. */
export interface KubernetesAnswer {
  status: number;
  text: string;
}

/**
 * Asks the API server, which must show a certificate of the ServiceAccount's authority. The token is
 * read anew each time: the kubelet replaces it.
 * @throws CodedError JOBS_API_UNREACHABLE, also where the server says that it cannot now.
 */
export async function askKubernetes(
  { url, accountDir }: KubernetesAccess,
  method: "GET" | "POST" | "DELETE",
  path: string,
  body?: object,
): Promise<KubernetesAnswer> {
  const read = (name: string) =>
    readFile(join(accountDir, name), "utf8").catch((error: unknown) => {
      const message = `the ServiceAccount's ${name} cannot be read from ${accountDir}`;
      throw cloudError("JOBS_API_UNREACHABLE", message, error);
    });
  const [token, ca] = await Promise.all([read("token"), read("ca.crt")]);
  const text = body === undefined ? undefined : JSON.stringify(body);
  const answer = await send(new URL(path, url), {
    method,
    ca,
    headers: {
      authorization: `Bearer ${token.trim()}`,
      accept: "application/json",
      ...(text === undefined ? {} : { "content-type": "application/json" }),
    },
    text,
  });
  if (answer.status < 500 && answer.status !== 429) return answer;
  const message = `${url} answered ${answer.status}: ${answer.text.slice(0, 300)}`;
  throw cloudError("JOBS_API_UNREACHABLE", message);
}

function send(
  url: URL,
  { text, ...options }: { method: string; ca: string; headers: object; text: string | undefined },
): Promise<KubernetesAnswer> {
  return new Promise((resolve, reject) => {
    const fail = (error: Error) =>
      reject(cloudError("JOBS_API_UNREACHABLE", `${url.origin}: ${error.message}`, error));
    const outgoing = request(
      url,
      { ...options, headers: { ...options.headers }, signal: AbortSignal.timeout(ANSWER_MS) },
      (response) => {
        const chunks: Buffer[] = [];
        let bytes = 0;
        response.on("data", (chunk: Buffer) => {
          bytes += chunk.length;
          if (bytes > MAX_ANSWER_BYTES) response.destroy(new Error("the answer is too long"));
          else chunks.push(chunk);
        });
        response.on("error", fail);
        response.on("end", () =>
          resolve({ status: response.statusCode ?? 0, text: Buffer.concat(chunks).toString() }),
        );
      },
    );
    outgoing.on("error", fail);
    outgoing.end(text);
  });
}
