import { readlinkSync } from "node:fs";
import { setPriority } from "node:os";
import { basename } from "node:path";
import { parentPort } from "node:worker_threads";
import { CodedError } from "@sentinel/protocol/coded-error";
import { decodeOutput, type OutputReading } from "@sentinel/protocol/model-io/decode-output";
import { fillInput, fitLetterbox } from "@sentinel/protocol/model-io/letterbox";
import sharp from "sharp";
import { edgeError } from "../errors.ts";
import { ModelSession } from "./model-session.ts";
import type { LoadedModel, SessionAnswer, SessionRequest } from "./session-messages.ts";
import { checkFinite, warmUp } from "./warm-up.ts";

/** Detecting gives way to decoding and sending, which must not fall behind. */
const NICENESS = 5;

/** A loaded model with the memory that its input is written to, frame after frame. */
interface Loaded {
  readonly session: ModelSession;
  readonly reading: OutputReading;
  readonly input: Float32Array;
}

let loaded: Loaded | null = null;

async function answer(request: SessionRequest): Promise<SessionAnswer> {
  switch (request.type) {
    case "load":
      return { type: "loaded", model: await load(request.path) };
    case "detect": {
      if (loaded === null) throw edgeError("DETECTOR_NOT_STARTED", "no model is loaded");
      const { frame, thresholds } = request;
      const { session, reading, input } = loaded;
      const letterbox = fitLetterbox(frame, reading.inputSize, reading.layout);
      await fillInput(frame, letterbox, reading.inputSize, reading.layout, input);
      const { data } = await session.run(input);
      checkFinite(data);
      return { type: "detected", detections: decodeOutput(data, reading, letterbox, thresholds) };
    }
    case "close":
      await loaded?.session.close();
      loaded = null;
      return { type: "closed" };
  }
}

async function load(path: string): Promise<LoadedModel> {
  await loaded?.session.close();
  loaded = null;
  const session = await ModelSession.open(path);
  const reading = await warmUp(session);
  const { inputSize, layout, classCount } = reading;
  loaded = { session, reading, input: new Float32Array(3 * inputSize * inputSize) };
  return { digest: session.digest, layout, inputSize, classCount };
}

/** Linux gives every thread its own priority; elsewhere the thread keeps the process's. */
function lowerPriority(): void {
  try {
    setPriority(Number(basename(readlinkSync("/proc/thread-self"))), NICENESS);
  } catch {
    // Only a preference: without it detecting is as urgent as the rest.
  }
}

const port = parentPort;
if (port !== null) {
  lowerPriority();
  sharp.concurrency(1);
  sharp.cache(false);
  let queue = Promise.resolve();
  port.on("message", (request: SessionRequest) => {
    queue = queue.then(async () => {
      const reply = await answer(request).catch(
        (error: unknown): SessionAnswer => ({
          type: "failed",
          code: error instanceof CodedError ? error.code : null,
          message: error instanceof Error ? error.message : String(error),
        }),
      );
      port.postMessage(reply);
      if (request.type === "close") port.close();
    });
  });
}
