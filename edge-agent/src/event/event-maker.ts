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

/** A better snapshot that waits until the cloud may be told of the track again. */
interface PendingSnapshot {
  row: TrackRow;
  jpeg: Uint8Array;
  quality: number;
}

interface OpenEvent {
  last: TrackRow;
  /** Capture time of the frame with which `last` was written. */
  writtenAt: number;
  /** Quality of the snapshot in `last`. */
  quality: number;
  /** Best score of any frame, also of those that brought no better snapshot. */
  bestScore: number;
  pending: PendingSnapshot | null;
}

/**
 * Turns the tracks of one camera into events. States of an event: *none* (the track is confirmed but
 * its score was never high), *open* (`began` is written; `improved` follows when a clearly better
 * snapshot came, at most once a second; the best one within that second waits), *ended* (what waited
 * is written first). Rows of one camera are written in order: a frame
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
    if (open === undefined) return await this.#begin(track, frame, modelDigest);
    open.bestScore = Math.max(open.bestScore, round(track.score));
    const quality = snapshotQuality(frame.picture, track.box, track.score);
    if (quality >= open.quality * BETTER && quality > (open.pending?.quality ?? 0)) {
      const snapshot = await this.#takeSnapshot(frame, track);
      if (snapshot !== null) {
        const row = {
          ...this.#row(track, frame, modelDigest),
          kind: "improved" as const,
          eventId: open.last.eventId,
          snapshot: snapshot.ref,
        };
        open.pending = { row, jpeg: snapshot.jpeg, quality };
      }
    }
    if (Math.abs(frame.capturedAt - open.writtenAt) < IMPROVE_EVERY_MS) return;
    this.#improve(open, frame.capturedAt);
  }

  async #begin(track: Track, frame: LiveFrame, modelDigest: string): Promise<void> {
    if (track.score < HIGH_SCORE) return;
    const quality = snapshotQuality(frame.picture, track.box, track.score);
    const snapshot = await this.#takeSnapshot(frame, track);
    const row = { ...this.#row(track, frame, modelDigest), snapshot: snapshot?.ref ?? null };
    this.#open.set(track.id, {
      last: row,
      writtenAt: frame.capturedAt,
      quality,
      bestScore: row.score,
      pending: null,
    });
    this.#write({ row, jpeg: snapshot?.jpeg ?? null });
  }

  /** The row with which a track begins at this frame. */
  #row(track: Track, frame: LiveFrame, modelDigest: string): TrackRow {
    return {
      kind: "began",
      eventId: uuidv7(),
      cameraId: this.#cameraId,
      createdAt: Date.now(),
      capturedAt: frame.capturedAt,
      startedAt: track.startedAt,
      endedAt: null,
      classId: track.classId,
      className: track.className,
      score: round(track.score),
      box: track.box.map(round) as Box,
      frames: track.frames,
      modelDigest,
      snapshot: null,
      endReason: null,
    };
  }

  /** Writes the snapshot that waited, where there is one. */
  #improve(open: OpenEvent, at: number): void {
    if (open.pending === null) return;
    const { row, jpeg, quality } = open.pending;
    const improved = { ...row, createdAt: Date.now(), score: open.bestScore };
    open.last = improved;
    open.writtenAt = at;
    open.quality = quality;
    open.pending = null;
    this.#write({ row: improved, jpeg });
  }

  #end(track: Track, reason: EndReason): void {
    const open = this.#open.get(track.id);
    if (open === undefined) return;
    this.#open.delete(track.id);
    this.#improve(open, track.lastSeenAt);
    this.#write({
      row: {
        ...open.last,
        kind: "ended",
        createdAt: Date.now(),
        capturedAt: track.lastSeenAt,
        endedAt: track.lastSeenAt,
        score: open.bestScore,
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

/** Boxes and scores need no more digits than a pixel in a hundred thousand. */
function round(value: number): number {
  return Math.round(value * 1e5) / 1e5;
}
