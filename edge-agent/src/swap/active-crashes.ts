import { readFileSync } from "node:fs";
import { edgeError } from "../errors.ts";
import type { SwapRecord } from "./swap-record.ts";
import { toFault } from "./swap-report.ts";

/**
 * More ends of the process than these within {@link WINDOW_MS} are held to be the active model's doing.
 * One or two may be anybody's: a kill by hand, a machine short of memory.
 */
const ENDS_ALLOWED = 2;
/** Where a container keeps ending, Kubernetes waits up to five minutes before it starts it again. */
const WINDOW_MS = 3_600_000;

/** Names this start of the machine (proc(5)); null where the system does not tell. */
export function readBootId(): string | null {
  try {
    return readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim();
  } catch {
    return null;
  }
}

/**
 * A statement makes a model the active one: from now on ends of the process are held against it, unless
 * they are polite. A model that took a crashing one's place is not watched: where the ends go on with
 * it, they are not the models' doing.
 */
export function watchActive(
  { activeCrashes }: Pick<SwapRecord, "activeCrashes">,
  digest: string,
  bootId: string | null,
): Pick<SwapRecord, "activeCrashes"> {
  const at = activeCrashes?.digest === digest ? activeCrashes.at : [];
  return { activeCrashes: { digest, bootId, running: true, at } };
}

/**
 * Counts an end that was not polite against the active model. What took the whole machine down, such as
 * a power cut, is not counted.
 *
 * @returns what the record becomes: after too many ends the model that was good here before is the
 * active one; null where no model that is watched ran.
 */
export function afterActiveEnd(
  record: Readonly<SwapRecord>,
  bootId: string | null,
  now: number,
): Partial<SwapRecord> | null {
  const { active, activeCrashes, statement, good } = record;
  if (active === null || activeCrashes?.digest !== active.digest || !activeCrashes.running) {
    return null;
  }
  if (activeCrashes.bootId !== bootId) {
    return { activeCrashes: { ...activeCrashes, bootId } };
  }
  const recent = activeCrashes.at.filter((at) => at > now - WINDOW_MS && at <= now);
  const at = [...recent, now].slice(-(ENDS_ALLOWED + 1));
  const others = good.filter(({ digest }) => digest !== active.digest);
  const before = others.find(({ digest }) => statement?.revoked.includes(digest) !== true);
  if (at.length <= ENDS_ALLOWED || before === undefined) {
    return { activeCrashes: { ...activeCrashes, at } };
  }
  const back = { active: before, good: others, activeCrashes: null };
  if (statement?.digest !== active.digest) return back;
  const fault = edgeError(
    "MODEL_KEEPS_CRASHING",
    `the agent ended ${at.length} times within an hour with ${active.name}; ${before.name} runs again`,
  );
  return { ...back, state: "rejected", since: now, fault: toFault(fault) };
}
