import type { ImageReference } from "./image-reference.ts";

/** Indexes of several platforms first: their digest holds for all of them. */
const ACCEPT = [
  "application/vnd.oci.image.index.v1+json",
  "application/vnd.docker.distribution.manifest.list.v2+json",
  "application/vnd.oci.image.manifest.v1+json",
  "application/vnd.docker.distribution.manifest.v2+json",
].join(", ");
const DEADLINE_MS = 20_000;
const DIGEST = /^sha256:[0-9a-f]{64}$/;

/**
 * The digest that a registry has for a tag now (OCI Distribution 1.1, by HEAD, so that nothing is pulled).
 * @throws Error saying what the registry answered.
 */
export async function registryDigest(image: ImageReference): Promise<string> {
  const { registry, repository, tag } = image;
  const host = registry === "docker.io" ? "registry-1.docker.io" : registry;
  const scheme = /^(localhost|127\.0\.0\.1)(:|$)/.test(host) ? "http" : "https";
  const url = `${scheme}://${host}/v2/${repository}/manifests/${tag}`;
  let answer = await head(url);
  if (answer.status === 401) {
    answer = await head(url, await token(answer.headers.get("www-authenticate") ?? "", repository));
  }
  const digest = answer.headers.get("docker-content-digest") ?? "";
  if (!answer.ok || !DIGEST.test(digest)) throw new Error(`${url} answered ${answer.status}`);
  return digest;
}

function head(url: string, bearer?: string): Promise<Response> {
  return fetch(url, {
    method: "HEAD",
    headers: { accept: ACCEPT, ...(bearer && { authorization: `Bearer ${bearer}` }) },
    signal: AbortSignal.timeout(DEADLINE_MS),
  });
}

/** Asks for a token that lets anybody read, where the registry says. */
async function token(challenge: string, repository: string): Promise<string> {
  const part = (name: string) => new RegExp(`${name}="([^"]*)"`).exec(challenge)?.[1];
  const realm = part("realm");
  if (realm === undefined) throw new Error(`the registry asks for a password: ${challenge}`);
  const url = new URL(realm);
  url.searchParams.set("service", part("service") ?? "");
  url.searchParams.set("scope", part("scope") ?? `repository:${repository}:pull`);
  const answer = await fetch(url, { signal: AbortSignal.timeout(DEADLINE_MS) });
  const body = (await answer.json()) as { token?: string; access_token?: string };
  const given = body.token ?? body.access_token;
  if (given === undefined) throw new Error(`${url.origin} gave no token (${answer.status})`);
  return given;
}
