import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { parseAllDocuments } from "yaml";
import type { KubeObject } from "../document/kube-object.ts";
import { Rendered } from "../document/rendered.ts";
import type { Finding } from "../finding.ts";
import { kubectlPath } from "./kubectl.ts";

const run = promisify(execFile);
const MAX_OUTPUT_BYTES = 64 * 1024 * 1024;
const DEADLINE_MS = 60_000;

/** Renders one kustomization below `root` (the folder k3s); a finding where kustomize refuses it. */
export async function renderTarget(root: string, target: string): Promise<Rendered | Finding> {
  const program = kubectlPath();
  try {
    const { stdout } = await run(program, ["kustomize", join(root, target)], {
      maxBuffer: MAX_OUTPUT_BYTES,
      timeout: DEADLINE_MS,
    });
    const objects = parseAllDocuments(stdout).map((document) => document.toJS() as KubeObject);
    for (const object of objects) if (object.kind === "Secret") unwrap(object.data);
    return new Rendered(target, objects);
  } catch (error) {
    const told = (error as { stderr?: string }).stderr?.trim() || String(error);
    return refusal(root, target, told);
  }
}

/** kustomize breaks long base64 into lines; the API server does not mind, schemas do. */
function unwrap(data: Record<string, string> = {}): void {
  for (const [key, value] of Object.entries(data)) data[key] = value.replaceAll(/\s/g, "");
}

/** kustomize names the folder at fault within a chain of "accumulating …"; the last one is nearest. */
function refusal(root: string, target: string, told: string): Finding {
  const message = told.replaceAll(`${root}/`, "").replace(/^error: /, "");
  const folders = [...message.matchAll(/'([^' ]+)'/g)].map(([, place]) => place ?? "");
  const nearest = folders.findLast((place) => place.includes("/") && !place.startsWith(".."));
  return {
    target,
    rule: "renders",
    file: `k3s/${nearest?.endsWith(".yaml") ? nearest : `${nearest ?? target}/kustomization.yaml`}`,
    object: "",
    path: unknownField(message),
    problem: `kustomize refuses it: ${lastReason(message)}`,
    fix: fixOf(message),
  };
}

function unknownField(message: string): string {
  return /unknown field "([^"]+)"/.exec(message)?.[1] ?? "";
}

/** Of a chain of reasons only the last says what is wrong. */
function lastReason(message: string): string {
  const reasons = message.split(/: (?=[a-z])/);
  return reasons.slice(-2).join(": ").slice(0, 400);
}

function fixOf(message: string): string {
  if (unknownField(message) !== "") {
    return "one of kustomize's own fields: resources, components, patches, configMapGenerator, secretGenerator, images, replacements, labels, replicas, transformers";
  }
  if (/no such file|doesn't exist|must resolve to a file|evalsymlink/.test(message)) {
    return "the path of a file or folder that is there, relative to this kustomization";
  }
  if (/no matches for Id|no resource matches/.test(message)) {
    return "kind, name and namespace of a resource that this kustomization has";
  }
  return "what kustomize accepts here: `kubectl kustomize` on this folder tells the whole reason";
}
