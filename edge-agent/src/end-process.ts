/**
 * Ends this process at once with an exit code. `process.exit` would wait for the detector threads, and
 * ONNX Runtime aborts the process when a model returns into a thread that is being ended
 * (docs/decisions/0017); in the place of another program (execve) the kernel takes them away.
 */
export function endProcess(exitCode: number): never {
  const program = [process.execPath, "--eval", `process.exit(${exitCode})`];
  try {
    process.execve?.(process.execPath, program, {});
  } catch {
    // Not on this platform.
  }
  return process.exit(exitCode);
}
