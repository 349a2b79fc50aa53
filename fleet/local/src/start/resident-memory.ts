import { readdirSync, readFileSync } from "node:fs";

/**
 * Resident memory of a process and all its descendants, in bytes, from /proc (proc(5), stat fields
 * 4 and 24). Pages that several of them share are counted once for each. 0 where there is no /proc.
 */
export function residentBytes(rootPid: number): number {
  const processes = readProcesses();
  const wanted = new Set([rootPid]);
  // A child's id may be smaller than its parent's, so go on until nothing is added.
  for (let before = -1; before !== wanted.size; ) {
    before = wanted.size;
    for (const { pid, parent } of processes) if (wanted.has(parent)) wanted.add(pid);
  }
  return processes.filter(({ pid }) => wanted.has(pid)).reduce((sum, { bytes }) => sum + bytes, 0);
}

const PAGE_BYTES = 4096;

function readProcesses(): { pid: number; parent: number; bytes: number }[] {
  let names: string[];
  try {
    names = readdirSync("/proc").filter((name) => /^\d+$/.test(name));
  } catch {
    return [];
  }
  return names.flatMap((name) => {
    try {
      const stat = readFileSync(`/proc/${name}/stat`, "utf8");
      const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
      return [
        { pid: Number(name), parent: Number(fields[1]), bytes: Number(fields[21]) * PAGE_BYTES },
      ];
    } catch {
      return [];
    }
  });
}
