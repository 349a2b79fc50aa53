import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import { z } from "zod";
import type { Finding } from "../finding.ts";

/** Where they stand, from the repository's root. */
export const EXCEPTIONS_FILE = "k3s/exceptions.yaml";

const schema = z.array(
  z.strictObject({
    rule: z.string(),
    /** `Deployment/api-gateway`. */
    object: z.string().regex(/^[A-Za-z]+\/[a-z0-9.-]+$/, "KIND/NAME"),
    /** Only at places that end so. */
    place: z.string().optional(),
    why: z.string().min(20, "a reason"),
  }),
);

/** One object that need not keep to one rule, and why. */
export type PolicyException = z.output<typeof schema>[number];

/** Reads `exceptions.yaml` below `root`, the folder k3s. @throws Error telling every fault. */
export function readExceptions(root: string): PolicyException[] {
  const file = join(root, "exceptions.yaml");
  if (!existsSync(file)) return [];
  const read = schema.safeParse(parse(readFileSync(file, "utf8")) ?? []);
  if (read.success) return read.data;
  throw new Error(`${EXCEPTIONS_FILE}:\n${z.prettifyError(read.error)}`);
}

/** Takes out what is excepted, and says which exceptions nothing needed. */
export function applyExceptions(
  findings: readonly Finding[],
  exceptions: readonly PolicyException[],
): { findings: Finding[]; unused: PolicyException[] } {
  const covers = (exception: PolicyException, finding: Finding) =>
    exception.rule === finding.rule &&
    exception.object === finding.object &&
    finding.path.endsWith(exception.place ?? "");
  return {
    findings: findings.filter((finding) => !exceptions.some((one) => covers(one, finding))),
    unused: exceptions.filter((one) => !findings.some((finding) => covers(one, finding))),
  };
}
