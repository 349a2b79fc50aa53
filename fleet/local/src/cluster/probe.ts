import { execFile } from "node:child_process";
import { request } from "node:http";
import { createConnection } from "node:net";

/** A container's probe as the manifest has it, with ports and paths of this machine. */
export interface PlannedProbe {
  check:
    | { kind: "http"; port: number; path: string; headers: Record<string, string> }
    | { kind: "tcp"; port: number }
    | { kind: "exec"; command: readonly string[]; env: Readonly<Record<string, string>> };
  periodMs: number;
  timeoutMs: number;
  failures: number;
}

/** Asks once, as the kubelet does: an HTTP status of 200 to 399, an open port, or exit code 0. */
export function probe({ check, timeoutMs }: PlannedProbe): Promise<boolean> {
  if (check.kind === "http") return askHttp(check, timeoutMs);
  if (check.kind === "tcp") return askTcp(check.port, timeoutMs);
  const [program = "", ...args] = check.command;
  return new Promise((resolve) => {
    execFile(program, args, { env: { ...check.env }, timeout: timeoutMs }, (error) =>
      resolve(error === null),
    );
  });
}

function askHttp(
  { port, path, headers }: { port: number; path: string; headers: Record<string, string> },
  timeoutMs: number,
): Promise<boolean> {
  return new Promise((resolve) => {
    const asked = request(
      { host: "127.0.0.1", port, path, headers, agent: false, timeout: timeoutMs },
      ({ statusCode = 0 }) => {
        resolve(statusCode >= 200 && statusCode < 400);
        asked.destroy();
      },
    );
    asked.once("timeout", () => asked.destroy());
    asked.once("error", () => resolve(false));
    asked.once("close", () => resolve(false));
    asked.end();
  });
}

function askTcp(port: number, timeoutMs: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = createConnection({ host: "127.0.0.1", port, timeout: timeoutMs });
    const answer = (open: boolean) => {
      socket.destroy();
      resolve(open);
    };
    socket.once("connect", () => answer(true));
    socket.once("timeout", () => answer(false));
    socket.once("error", () => answer(false));
  });
}
