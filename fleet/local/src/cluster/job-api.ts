import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { mkdir, writeFile } from "node:fs/promises";
import type { IncomingMessage } from "node:http";
import { createServer } from "node:https";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import type { AccessRule } from "./access-rules.ts";
import { type AccessPolicy, type ApiAnswer, answerRequest } from "./job-api-routes.ts";
import { ApiRefusal, JobNamespace } from "./job-namespace.ts";
import { makeCertificate } from "./throwaway-certificate.ts";

/** What a small Kubernetes API of one namespace is to do. */
export interface JobApiOptions {
  /** Stands for the image: the containers' commands run in it (`node cloud/src/…`). */
  imageRoot: string;
  /** Images that can be pulled; a pod of another one waits with ErrImagePull. */
  images: readonly string[];
  namespace: string;
  /** What the bearer of the token may: `rules` of the Role of the manifests. */
  rules: readonly AccessRule[];
  /** Scratch space: the pods' emptyDirs, and below `account/` the ServiceAccount's files. */
  dir: string;
  /** As a ResourceQuota says it; no limit where absent. */
  quota?: { jobs?: number; pods?: number };
  /** 0, the default, is any port that is free. */
  port?: number;
}

/** A small Kubernetes API that runs. */
export interface JobApi {
  /** For SENTINEL_KUBERNETES_URL: `https://127.0.0.1:PORT`. */
  url: string;
  /** For SENTINEL_KUBERNETES_ACCOUNT: the folder that a pod finds mounted, with `token` and `ca.crt`. */
  accountDir: string;
  /** The Jobs that are there; what somebody with kubectl, or a node, would do to them. */
  namespace: JobNamespace;
  /** What was allowed so far, as `verb apiGroup/resource`. */
  accesses: ReadonlySet<string>;
  /** Ends the pods' processes too. */
  stop(): Promise<void>;
}

/**
 * Serves the part of the Kubernetes API that training needs, on 127.0.0.1 by TLS: Jobs (create, get, list,
 * delete), their pods, events and logs. A Job's container runs as a process here, with the Job's environment
 * and nothing else; values that name a mounted volume name its folder instead.
 */
export async function startJobApi(options: JobApiOptions): Promise<JobApi> {
  const { imageRoot, images, dir, rules, quota = {} } = options;
  const accountDir = join(dir, "account");
  await mkdir(accountDir, { recursive: true });
  const { key, cert } = await makeCertificate(dir);
  const token = randomBytes(24).toString("hex");
  await writeFile(join(accountDir, "token"), token, { mode: 0o600 });
  await writeFile(join(accountDir, "ca.crt"), cert);
  const namespace = new JobNamespace({
    name: options.namespace,
    quota,
    imageRoot,
    images,
    dir: join(dir, "pods"),
  });
  const accesses = new Set<string>();
  const policy: AccessPolicy = { rules, used: accesses };
  const server = createServer({ key, cert }, (request, response) => {
    void answer(namespace, policy, token, request).then(({ status, body }) => {
      const isText = typeof body === "string";
      response.writeHead(status, { "content-type": isText ? "text/plain" : "application/json" });
      response.end(isText ? body : JSON.stringify(body));
    });
  });
  server.listen(options.port ?? 0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  return {
    url: `https://127.0.0.1:${port}`,
    accountDir,
    namespace,
    accesses,
    stop: async () => {
      server.close();
      server.closeAllConnections();
      await namespace.stop();
    },
  };
}

async function answer(
  namespace: JobNamespace,
  policy: AccessPolicy,
  token: string,
  request: IncomingMessage,
): Promise<ApiAnswer> {
  try {
    if (request.headers.authorization !== `Bearer ${token}`) {
      throw new ApiRefusal(401, "Unauthorized", "Unauthorized");
    }
    return await answerRequest(namespace, policy, request);
  } catch (error) {
    const refusal =
      error instanceof ApiRefusal
        ? error
        : new ApiRefusal(500, "InternalError", (error as Error).message);
    const { status: code, reason, message } = refusal;
    const body = { kind: "Status", apiVersion: "v1", status: "Failure", reason, message, code };
    return { status: code, body };
  }
}
