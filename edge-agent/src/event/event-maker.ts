import type { Box } from "@sentinel/protocol/box";
import type { TrackRow } from "@sentinel/protocol/event-batch";
import { v7 as uuidv7 } from "uuid";
import type { LiveFrame } from "../decode/live-frame.ts";
import { edgeError } from "../errors.ts";
import type { FaultLog } from "../fault-log.ts";
import { HIGH_SCORE, type Track, type TrackChanges } from "../track/tracker.ts";
import { type Snapshot, snapshotQuality, takeSnapshot } from "./snapshot.ts";

/** A snapshot must be this much better before the cloud is told of it, ... */
const BETTER = 1.15;

/** ... and the cloud is told of one track at most this often. */
const IMPROVE_EVERY_MS = 1000;

/** Why a track ended. */
export type EndReason = NonNullable<TrackRow["endReason"]>;

/** Takes a row, and its snapshot where it brings a new one, for keeping. */
export type RowSink = (entry: { row: TrackRow; jpeg: Uint8Array | null }) => void;

interface OpenEvent {
  last: TrackRow;
  /** Quality of the snapshot in `last`, and the capture time of its frame. */
  quality: number;
}

/**
 * Turns the tracks of one camera into events. States of an event: *none* (the track is confirmed but
 * its score was never high), *open* (`began` is written; `improved` follows when a clearly better
 * snapshot comes, at most once a second), *ended*. Rows of one camera are written in order: a frame
 * whose snapshots are still being encoded holds back whatever comes after it.
 */
export class EventMaker {
  readonly #cameraId: string;
  readonly #write: RowSink;
  readonly #faults: FaultLog;
  readonly #open = new Map<number, OpenEvent>();
  #working: Promise<void> = Promise.resolve();

  constructor(options: { cameraId: string; write: RowSink; faults: FaultLog }) {
    this.#cameraId = options.cameraId;
    this.#write = options.write;
    this.#faults = options.faults;
  }

  /** Takes in what one frame changed; the frame may be released once this has settled. */
  frame(frame: LiveFrame, changes: TrackChanges, modelDigest: string): Promise<void> {
    return this.#inOrder(async () => {
      for (const track of changes.seen) await this.#see(track, frame, modelDigest);
      for (const track of changes.ended) this.#end(track, "left");
    });
  }

  /** Ends tracks that no frame ended. */
  end(tracks: readonly Track[], reason: EndReason): Promise<void> {
    return this.#inOrder(async () => {
      for (const track of tracks) this.#end(track, reason);
    });
  }

  #inOrder(work: () => Promise<void>): Promise<void> {
    const done = this.#working.then(work);
    this.#working = done.catch(() => undefined);
    return done;
  }

  async #see(track: Track, frame: LiveFrame, modelDigest: string): Promise<void> {
    const open = this.#open.get(track.id);
    if (open === undefined && track.score < HIGH_SCORE) return;
    if (open !== undefined && sinceMs(frame, open) < IMPROVE_EVERY_MS) return;
    const quality = snapshotQuality(frame.picture, track.box, track.score);
    if (open !== undefined && quality < open.quality * BETTER) return;
    const snapshot = await this.#takeSnapshot(frame, track);
    const row: TrackRow = {
      kind: open === undefined ? "began" : "improved",
      eventId: open?.last.eventId ?? uuidv7(),
      cameraId: this.#cameraId,
      createdAt: Date.now(),
      capturedAt: frame.capturedAt,
      startedAt: track.startedAt,
      endedAt: null,
      classId: track.classId,
      className: track.className,
      score: Math.max(round(track.score), open?.last.score ?? 0),
      box: track.box.map(round) as Box,
      frames: track.frames,
      modelDigest,
      snapshot: snapshot?.ref ?? open?.last.snapshot ?? null,
      endReason: null,
    };
    this.#open.set(track.id, { last: row, quality });
    this.#write({ row, jpeg: snapshot?.jpeg ?? null });
  }

  #end(track: Track, reason: EndReason): void {
    const open = this.#open.get(track.id);
    if (open === undefined) return;
    this.#open.delete(track.id);
    this.#write({
      row: {
        ...open.last,
        kind: "ended",
        createdAt: Date.now(),
        capturedAt: track.lastSeenAt,
        endedAt: track.lastSeenAt,
        frames: track.frames,
        endReason: reason,
      },
      jpeg: null,
    });
  }

  async #takeSnapshot(frame: LiveFrame, track: Track): Promise<Snapshot | null> {
    try {
      return await takeSnapshot(frame.picture, track.box);
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      this.#faults.count(edgeError("SNAPSHOT_FAILED", `no snapshot: ${why}`, error), {
        cameraId: this.#cameraId,
      });
      return null;
    }
  }
}

/** Time since the last row; also where the clock was set back. */
function sinceMs(frame: LiveFrame, open: OpenEvent): number {
  return Math.abs(frame.capturedAt - open.last.capturedAt);
}

/** Boxes and scores need no more digits than a pixel in a hundred thousand. */
function round(value: number): number {
  return Math.round(value * 1e5) / 1e5;
}
