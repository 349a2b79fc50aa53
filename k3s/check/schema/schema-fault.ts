import type { KubeObject } from "../document/kube-object.ts";

/** One thing that a kind's schema does not allow. */
export interface SchemaFault {
  path: string;
  problem: string;
  fix: string;
}

/** What people need of a compiler's message. `known`: the fields that are possible there. */
export function wordsOf(
  message: string,
  known: readonly string[],
  { apiVersion, kind }: KubeObject,
): Pick<SchemaFault, "problem" | "fix"> {
  if (/Cannot find module|has no exported member/.test(message)) {
    return {
      problem: `no kind ${kind} is known in ${apiVersion}`,
      fix: "apiVersion and kind as the cluster has them; a kind of somebody else's needs its model (k3s/check/schema/model-module.ts)",
    };
  }
  const extra = /'"?([^'"]+)"?' does not exist in type/.exec(message)?.[1];
  if (extra !== undefined) {
    return { problem: `there is no field ${extra} here`, fix: nearest(extra, known) };
  }
  const missing =
    /Property '"?([^'"]+)"?' is missing|missing the following properties from type '[^']*': (.+)/.exec(
      message,
    );
  if (missing !== null) {
    const fields = (missing[1] ?? missing[2] ?? "").replaceAll('"', "");
    return { problem: `${fields} is missing`, fix: `${fields}: …` };
  }
  const types = /Type '(.+?)' is not assignable to type '(.+?)'/.exec(message);
  if (types !== null) {
    return { problem: `${types[1]} is of another type`, fix: `a value of type ${types[2]}` };
  }
  return { problem: message.split("\n")[0] ?? message, fix: "what the kind's schema allows" };
}

/** The most similar of the possible fields, and otherwise all of them. */
function nearest(name: string, known: readonly string[]): string {
  const all = `one of ${known.join(", ")}`;
  const [best] = known
    .map((field) => ({ field, distance: distance(name.toLowerCase(), field.toLowerCase()) }))
    .sort((a, b) => a.distance - b.distance);
  if (best === undefined) return "nothing; the object here takes no such field";
  return best.distance <= Math.max(2, name.length / 3) ? best.field : all;
}

/** Levenshtein's distance. */
function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i += 1) {
    const next = [i];
    for (let j = 1; j <= b.length; j += 1) {
      const changed = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(changed, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[b.length] ?? 0;
}
