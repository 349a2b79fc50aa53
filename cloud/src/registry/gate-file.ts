import { readFile } from "node:fs/promises";
import { parse } from "yaml";
import { cloudError } from "../errors.ts";
import { type GatePolicy, gatePolicySchema } from "./gate.ts";

/** The gate's policy; its defaults where no file is named. @throws CodedError GATE_POLICY_INVALID. */
export async function loadGatePolicy(file: string | undefined): Promise<GatePolicy> {
  if (file === undefined) return gatePolicySchema.parse({});
  let value: unknown;
  try {
    value = parse(await readFile(file, "utf8"));
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw cloudError("GATE_POLICY_INVALID", `${file}: ${why}`, error);
  }
  const parsed = gatePolicySchema.safeParse(value);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const place = issue?.path.join(".") || "the file";
  throw cloudError("GATE_POLICY_INVALID", `${file}: ${place}: ${issue?.message}`);
}
