import { execFileSync } from "node:child_process";
import { readFileSync, readlinkSync } from "node:fs";

/** What the operating system says of a living process. */
export interface ProcessFacts {
  /** The program's name, at most 15 characters on Linux. */
  name: string;
  parentPid: number;
  /** Working directory; null where it cannot be read. */
  folder: string | null;
}

/** Facts of a process by id; null where there is none, or only a zombie that its parent has not reaped. */
export function processFacts(pid: number): ProcessFacts | null {
  return process.platform === "linux" ? factsFromProc(pid) : factsFromPs(pid);
}

/** proc(5): `PID (NAME) STATE PPID …`; the name may itself hold spaces and parentheses. */
function factsFromProc(pid: number): ProcessFacts | null {
  let stat: string;
  try {
    stat = readFileSync(`/proc/${pid}/stat`, "utf8");
  } catch {
    return null;
  }
  const nameEnd = stat.lastIndexOf(")");
  const [state, parentPid] = stat.slice(nameEnd + 2).split(" ");
  if (state === "Z" || state === "X") return null;
  return {
    name: stat.slice(stat.indexOf("(") + 1, nameEnd),
    parentPid: Number(parentPid),
    folder: folderOf(pid),
  };
}

function folderOf(pid: number): string | null {
  try {
    return readlinkSync(`/proc/${pid}/cwd`);
  } catch {
    return null;
  }
}

function factsFromPs(pid: number): ProcessFacts | null {
  try {
    const line = execFileSync("ps", ["-o", "stat=,ppid=,comm=", "-p", String(pid)], {
      encoding: "utf8",
      stdio: ["ignore", "pipe", "ignore"],
    });
    const match = /^(\S+)\s+(\d+)\s+(.+)$/.exec(line.trim());
    if (match === null || match[1]?.startsWith("Z")) return null;
    const path = match[3] ?? "";
    return {
      name: path.slice(path.lastIndexOf("/") + 1),
      parentPid: Number(match[2]),
      folder: null,
    };
  } catch {
    return null;
  }
}
