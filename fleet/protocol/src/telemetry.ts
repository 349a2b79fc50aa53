import { z } from "zod";
import { cameraIdSchema, nodeIdSchema, timestampSchema } from "./ids.ts";

const rate = z.number().min(0).max(100_000);
const count = z.int().min(0);

/** Figures of one camera over the last period. */
export const cameraTelemetrySchema = z.object({
  cameraId: cameraIdSchema,
  fpsIn: rate,
  fpsInferred: rate,
  fpsDropped: rate,
  /** Median and 95th percentile from capture to detections, ms; null where nothing was inferred. */
  latencyP50Ms: rate.nullable(),
  latencyP95Ms: rate.nullable(),
  /** How long frames have been coming without one being inferred, ms; 0 from agents that do not tell. */
  uninferredMs: count.default(0),
  openTracks: count,
});
export type CameraTelemetry = z.infer<typeof cameraTelemetrySchema>;

/** Topic `telemetry`, QoS 0: one node's figures, every few seconds. */
export const telemetrySchema = z.object({
  nodeId: nodeIdSchema,
  at: timestampSchema,
  periodMs: z.int().min(1),
  /** Share of all cores of the machine that was busy, 0..100. */
  cpuPercent: rate,
  /** Resident memory of the agent itself; its ffmpeg children have about 60 MB each on top. */
  rssBytes: count,
  diskFreeBytes: count.nullable(),
  /** Totals since the agent started. */
  framesDecoded: count,
  framesInferred: count,
  framesDropped: count,
  rowsCreated: count,
  /** Rows that the cloud has not yet acknowledged. */
  outboxRows: count,
  outboxBytes: count,
  lastSeq: count,
  ackedSeq: count,
  cameras: z.array(cameraTelemetrySchema).max(1000),
});
export type Telemetry = z.infer<typeof telemetrySchema>;
