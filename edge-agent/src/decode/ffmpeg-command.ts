import ffmpeg, { type FfmpegCommand } from "fluent-ffmpeg";
import type { FfmpegLocation } from "./ffmpeg-location.ts";

type OnEnd = (error: Error | null, stdout?: Lines, stderr?: Lines) => void;

/** The part of fluent-ffmpeg 2.1.3 that starts a process; the last argument is called at its end. */
interface Spawner {
  _spawnFfmpeg(...args: [...unknown[], OnEnd]): void;
}

interface Lines {
  get(): string;
}

const NO_LINES: Lines = { get: () => "" };

/**
 * A command on one input, ready for its options; nothing runs yet.
 *
 * Where the process cannot be spawned (no memory, no more processes, ffmpeg removed by an upgrade),
 * fluent-ffmpeg ends the command without the buffers that it then reads, in a listener, which would
 * end the whole agent. So they are put in; the command then emits `error` as it should.
 */
export function ffmpegCommand(location: FfmpegLocation, input: string): FfmpegCommand {
  const command = ffmpeg({ source: input, stdoutLines: 1 }).setFfmpegPath(location.path);
  const spawner = command as unknown as Spawner;
  const spawn = spawner._spawnFfmpeg;
  spawner._spawnFfmpeg = (...args) => {
    const onEnd = args.pop() as OnEnd;
    const guarded: OnEnd = (error, stdout = NO_LINES, stderr = NO_LINES) =>
      onEnd(error, stdout, stderr);
    spawn.call(command, ...args, guarded);
  };
  return command;
}
