import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { localError } from "../errors.ts";

const run = promisify(execFile);

/** "nobody" on Linux; any number but 0 would do. */
const NOBODY = 65_534;

/** How to start a PostgreSQL program: PostgreSQL refuses to run as root. */
export interface Launch {
  /** Program and arguments that come before PostgreSQL's own. */
  prefix: readonly string[];
  /** Who must own the cluster's files, as this process sees ids. */
  ownerId: number;
}

/** The server shuts down in its "fast" way when its parent dies, by whatever death (prctl(2)). */
const DIE_WITH_PARENT = ["setpriv", "--pdeathsig", "INT"];

function candidates(): Launch[] {
  const ownId = process.getuid?.() ?? 0;
  if (ownId !== 0) {
    const plain = { prefix: [], ownerId: ownId };
    return process.platform === "linux"
      ? [{ prefix: DIE_WITH_PARENT, ownerId: ownId }, plain]
      : [plain];
  }
  return [
    // A user namespace in which root is called nobody: files stay root's, no user is needed.
    {
      prefix: [
        "unshare",
        "--user",
        `--map-user=${NOBODY}`,
        `--map-group=${NOBODY}`,
        ...DIE_WITH_PARENT,
      ],
      ownerId: 0,
    },
    // Where namespaces are forbidden (containers): really nobody, who may still pass through /root.
    {
      prefix: [
        ...DIE_WITH_PARENT,
        `--reuid=${NOBODY}`,
        `--regid=${NOBODY}`,
        "--clear-groups",
        // Without it access(2) would not count the capability.
        "--securebits=+no_setuid_fixup",
        "--inh-caps=+dac_override",
        "--ambient-caps=+dac_override",
      ],
      ownerId: NOBODY,
    },
  ];
}

/**
 * Chooses by trying a way to start a PostgreSQL program that works on this machine.
 * @throws CodedError POSTGRES_BINARIES_MISSING where none does.
 */
export async function chooseLaunch(program: string): Promise<Launch> {
  const failures: string[] = [];
  for (const launch of candidates()) {
    const [command = program, ...args] = [...launch.prefix, program, "--version"];
    try {
      const { stderr } = await run(command, args, { timeout: 20_000 });
      // It may run and still not reach the files beside it.
      if (!stderr.includes("invalid binary")) return launch;
      failures.push(stderr.trim());
    } catch (error) {
      failures.push(String((error as Error).message).trim());
    }
  }
  throw localError(
    "POSTGRES_BINARIES_MISSING",
    `${program} does not run here: ${failures.join("; ")}`,
  );
}
