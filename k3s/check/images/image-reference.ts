/** An image's name, taken apart: `docker.io/library/postgres:18.4@sha256:…`. */
export interface ImageReference {
  /** `docker.io`; empty where none is named. */
  registry: string;
  /** `library/postgres`. */
  repository: string;
  tag: string;
  digest: string;
}

export function parseImage(image: string): ImageReference {
  const [tagged = "", digest = ""] = image.split("@");
  const colon = tagged.lastIndexOf(":");
  const hasTag = colon > tagged.lastIndexOf("/");
  const name = hasTag ? tagged.slice(0, colon) : tagged;
  const [, registry = "", repository = name] =
    /^([a-z0-9-]+(?:\.[a-z0-9-]+)+(?::\d+)?|localhost(?::\d+)?)\/(.+)$/.exec(name) ?? [];
  return { registry, repository, tag: hasTag ? tagged.slice(colon + 1) : "", digest };
}
