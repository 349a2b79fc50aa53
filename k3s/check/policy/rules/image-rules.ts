import { parseImage } from "../../images/image-reference.ts";
import { containerRule, type PolicyRule } from "../policy-rule.ts";

/** Which programs run is decided here, not by a registry. */
export const IMAGE_RULES: readonly PolicyRule[] = [
  containerRule(
    "image-version-exact",
    "An image names its version: `latest`, or none, is another program every day.",
    ({ container, path }) => {
      const { registry, repository, tag } = parseImage(container.image ?? "");
      if (tag !== "" && tag !== "latest") return null;
      return {
        path: `${path}.image`,
        problem: tag === "" ? "the image has no tag" : "the image is whatever is latest",
        fix: `${registry === "" ? "" : `${registry}/`}${repository}:VERSION, the version that was tried`,
      };
    },
  ),
  containerRule(
    "image-digest",
    "In production an image is pinned by its digest: a tag can be moved.",
    ({ container, path }, _pod, rendered) => {
      const image = container.image ?? "";
      if (!rendered.isProduction || /^sha256:[0-9a-f]{64}$/.test(parseImage(image).digest))
        return null;
      return {
        path: `${path}.image`,
        problem: `${image} has no digest`,
        fix: `${image}@sha256:…; \`node k3s/check/registry-digests.ts\` asks the registry for it`,
      };
    },
  ),
  containerRule(
    "image-registry-named",
    "An image names its registry: without one it is somebody's default.",
    ({ container, path }) => {
      const image = container.image ?? "";
      if (parseImage(image).registry !== "") return null;
      return {
        path: `${path}.image`,
        problem: `${image} names no registry`,
        fix: `docker.io/library/${image}, or the registry where it lies`,
      };
    },
  ),
  containerRule(
    "image-pulled-once",
    "An image that is there is not fetched again: sites start without a link.",
    ({ container, path }) =>
      container.imagePullPolicy === "IfNotPresent"
        ? null
        : {
            path: `${path}.imagePullPolicy`,
            problem: `it is ${container.imagePullPolicy ?? "not set"}`,
            fix: "IfNotPresent",
          },
  ),
];
