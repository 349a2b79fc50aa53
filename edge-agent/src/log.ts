import { type DestinationStream, type Logger, pino } from "pino";

export type { Logger } from "pino";

/** Levels that the agent can be told to log at. */
export const LOG_LEVELS = ["debug", "info", "warn", "error"] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

/**
 * The agent's log: JSON lines on stderr, each with the node's id; parts add `cameraId`, `eventId`
 * and `code`.
 */
export function openLog(
  nodeId: string,
  level: LogLevel,
  destination: DestinationStream = pino.destination(2),
): Logger {
  return pino({ level, base: { nodeId }, timestamp: pino.stdTimeFunctions.isoTime }, destination);
}
