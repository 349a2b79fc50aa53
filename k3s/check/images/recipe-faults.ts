import { existsSync } from "node:fs";
import { join } from "node:path";
import type { Finding } from "../finding.ts";
import { type ImageRecipe, OUR_IMAGES, readRecipe } from "./image-recipe.ts";
import { parseImage } from "./image-reference.ts";

/** What is wrong with a Dockerfile, whatever manifests say. */
type RecipeFault = Pick<Finding, "rule" | "path" | "problem" | "fix">;

const LABELS = ["title", "description", "licenses", "version", "revision"].map(
  (name) => `org.opencontainers.image.${name}`,
);

/** What is wrong with the Dockerfiles of our images. */
export function imageFindings(repository: string): Finding[] {
  return OUR_IMAGES.flatMap((image) => {
    const recipe = readRecipe(repository, image);
    const faults =
      recipe === null
        ? [fault("image-recipe-exists", "", "the image has no Dockerfile", "a Dockerfile there")]
        : recipeFaults(recipe, repository);
    const whole = { target: "everything", file: `${image}/Dockerfile`, object: "" };
    return faults.map((one) => ({ ...whole, ...one }));
  });
}

/** @param repository where what it copies has to be. */
export function recipeFaults(recipe: ImageRecipe, repository: string): RecipeFault[] {
  const { bases, user, ports, commands, labels, sources, runs } = recipe;
  const faults: RecipeFault[] = [];
  for (const { image, line } of bases) {
    const { registry, tag, digest } = parseImage(image);
    const sound = registry !== "" && /\d/.test(tag) && /^sha256:[0-9a-f]{64}$/.test(digest);
    if (!sound)
      faults.push(
        fault(
          "base-image-pinned",
          `line ${line}`,
          `${image} can be another image tomorrow`,
          "REGISTRY/NAME:VERSION@sha256:DIGEST",
        ),
      );
  }
  const [uid = "", gid = ""] = user.split(":");
  if (!/^[1-9]\d*$/.test(uid) || !/^[1-9]\d*$/.test(gid))
    faults.push(
      fault(
        "image-user-not-root",
        "USER",
        user === "" ? "the image names no user" : `"${user}" is root, or only a name`,
        "USER UID:GID, both numbers above 0: the kubelet cannot see in a name that it is not root",
      ),
    );
  for (const keyword of ["HEALTHCHECK", "ENTRYPOINT", "CMD"]) {
    const command = commands.find((one) => one.keyword === keyword);
    if (command === undefined)
      faults.push(fault("image-commands", keyword, `there is no ${keyword}`, `${keyword} [WORDS]`));
    else if (command.inShell)
      faults.push(
        fault(
          "image-commands",
          `line ${command.line}`,
          `a shell would read ${keyword}, and keep signals for itself`,
          `${keyword} ["WORD", "WORD"]`,
        ),
      );
  }
  const asked = /:(\d+)\/healthz/.exec(
    commands.find(({ keyword }) => keyword === "HEALTHCHECK")?.text ?? "",
  )?.[1];
  if (ports.length === 0 || (asked !== undefined && !ports.includes(Number(asked))))
    faults.push(
      fault(
        "image-health-port",
        "HEALTHCHECK",
        `it asks port ${asked ?? "?"}, the image exposes ${ports.join(", ") || "none"}`,
        "the same port in EXPOSE and HEALTHCHECK",
      ),
    );
  for (const label of LABELS)
    if (!labels.includes(label))
      faults.push(fault("image-labelled", "LABEL", `${label} is missing`, `LABEL ${label}=…`));
  for (const { path, line } of sources)
    if (!existsSync(join(repository, path)))
      faults.push(
        fault("image-source-exists", `line ${line}`, `there is no ${path}`, "a path that is there"),
      );
  for (const { line, text } of runs)
    if (/\bnpm\b[", ]+(install|i)\b/.test(text) || /--force|--legacy-peer-deps/.test(text))
      faults.push(
        fault(
          "image-from-lock-file",
          `line ${line}`,
          "packages other than those of package-lock.json may come",
          "npm ci",
        ),
      );
  return faults;
}

function fault(rule: string, path: string, problem: string, fix: string): RecipeFault {
  return { rule, path, problem, fix };
}
