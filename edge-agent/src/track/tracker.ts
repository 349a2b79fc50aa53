import { type Box, intersectionOverUnion } from "@sentinel/protocol/box";
import type { Detection } from "@sentinel/protocol/detection";
import { assign } from "./assignment.ts";
import { type Motion, moveTo, predict, startMotion } from "./motion.ts";

/**
 * Detections from this score on begin tracks and are paired first; those below it only continue
 * tracks that found nothing better. ByteTrack's two bands (Zhang et al., "ByteTrack: Multi-Object
 * Tracking by Associating Every Detection Box", ECCV 2022, algorithm 1; its track threshold is 0.6
 * for a tracker trained on people, ours is the score from which an event is reported).
 */
export const HIGH_SCORE = 0.4;

/**
 * The least IoU of a pair in the first and in the second round. ByteTrack takes 0.2 (it refuses a
 * distance above 0.8) and 0.5; with boxes grown as below, the second is 0.4.
 */
const MIN_IOU_HIGH = 0.2;
const MIN_IOU_LOW = 0.4;

/**
 * Each side of both boxes is moved outwards by this share before they are compared: at a few frames a
 * second small objects move further than their own width (Yang et al., "Hard to Track Objects with
 * Irregular Motions and Similar Appearances? Make It Easier by Buffering the Matching Space",
 * WACV 2023, buffer 0.3).
 */
const BUFFER = 0.3;

/** Frames in which an object must be seen before it counts. */
const HITS_TO_CONFIRM = 2;

/** A track that was not seen for this long has ended, however many frames that were. */
export const UNSEEN_MS = 2000;

/** The same object over consecutive frames of one camera. */
export interface Track {
  readonly id: number;
  readonly classId: number;
  readonly className: string;
  /** Box and score in the last frame in which it was seen. */
  readonly box: Box;
  readonly score: number;
  /** Capture times of the first and the last frame in which it was seen. */
  readonly startedAt: number;
  readonly lastSeenAt: number;
  /** Frames in which it was seen. */
  readonly frames: number;
}

/** What one frame changed. Tracks that are not confirmed yet are not told. */
export interface TrackChanges {
  /** Confirmed tracks that were seen in this frame. */
  seen: Track[];
  /** Confirmed tracks that are over. */
  ended: Track[];
}

interface LiveTrack {
  track: Track;
  motion: Motion;
}

/**
 * Follows the objects of one camera, class by class. States of a track: *new* (seen once; gone if
 * the next frame does not see it), *confirmed* (seen HITS_TO_CONFIRM times), *ended* (not seen for
 * UNSEEN_MS, or everything was ended).
 */
export class Tracker {
  #tracks: LiveTrack[] = [];
  #nextId = 1;

  /** Confirmed tracks that have not ended. */
  get openTracks(): number {
    return this.#tracks.filter(isConfirmed).length;
  }

  /** @param capturedAt of the frame; frames must come in the order of their capture. */
  update(detections: readonly Detection[], capturedAt: number): TrackChanges {
    const rest = new Set(this.#tracks);
    const seen: LiveTrack[] = [];
    for (const ofClass of groupByClass(detections)) {
      const high = ofClass.filter((detection) => detection.score >= HIGH_SCORE);
      const low = ofClass.filter((detection) => detection.score < HIGH_SCORE);
      const fresh = pair(high, [...rest], MIN_IOU_HIGH, capturedAt, { rest, seen });
      // A new track needs a second good detection: doubtful ones confirm nothing.
      pair(low, [...rest].filter(isConfirmed), MIN_IOU_LOW, capturedAt, { rest, seen });
      for (const detection of fresh) seen.push(this.#begin(detection, capturedAt));
    }
    const { kept, ended } = sortOut(rest, capturedAt);
    this.#tracks = [...seen, ...kept];
    return {
      seen: seen.filter(isConfirmed).map(({ track }) => track),
      ended: ended.filter(isConfirmed).map(({ track }) => track),
    };
  }

  /** Ends every track, because no more frames will come. @returns the confirmed ones. */
  endAll(): Track[] {
    const ended = this.#tracks.filter(isConfirmed).map(({ track }) => track);
    this.#tracks = [];
    return ended;
  }

  #begin(detection: Detection, at: number): LiveTrack {
    const { classId, className, box, score } = detection;
    const id = this.#nextId++;
    return {
      track: { id, classId, className, box, score, startedAt: at, lastSeenAt: at, frames: 1 },
      motion: startMotion(box, at),
    };
  }
}

/**
 * Pairs detections of one class with tracks; tracks that found one leave `rest` and join `seen`.
 *
 * @returns the detections that found no track.
 */
function pair(
  detections: readonly Detection[],
  tracks: readonly LiveTrack[],
  minIou: number,
  at: number,
  { rest, seen }: { rest: Set<LiveTrack>; seen: LiveTrack[] },
): Detection[] {
  const classId = detections[0]?.classId;
  const candidates = tracks.filter(({ track }) => track.classId === classId);
  const predicted = candidates.map(({ motion }) => grow(predict(motion, at)));
  const columns = assign(
    detections.map(({ box }) => {
      const grown = grow(box);
      return predicted.map((candidate) => {
        const iou = intersectionOverUnion(grown, candidate);
        return iou >= minIou ? iou : 0;
      });
    }),
  );
  return detections.filter((detection, index) => {
    const live = candidates[columns[index] ?? -1];
    if (live === undefined) return true;
    rest.delete(live);
    seen.push(continueTrack(live, detection, at));
    return false;
  });
}

function continueTrack(live: LiveTrack, detection: Detection, at: number): LiveTrack {
  const { box, score } = detection;
  const frames = live.track.frames + 1;
  return {
    track: { ...live.track, box, score, lastSeenAt: at, frames },
    motion: moveTo(live.motion, box, at, frames === 2),
  };
}

/** Parts the tracks that no detection continued into those that go on and those that are over. */
function sortOut(
  unseen: Iterable<LiveTrack>,
  at: number,
): { kept: LiveTrack[]; ended: LiveTrack[] } {
  const kept: LiveTrack[] = [];
  const ended: LiveTrack[] = [];
  for (const live of unseen) {
    // Also where the clock was set back: nobody can say then how long ago it was.
    const unseenMs = Math.abs(at - live.track.lastSeenAt);
    const isOver = unseenMs > UNSEEN_MS || !isConfirmed(live);
    (isOver ? ended : kept).push(live);
  }
  return { kept, ended };
}

function isConfirmed({ track }: LiveTrack): boolean {
  return track.frames >= HITS_TO_CONFIRM;
}

function groupByClass(detections: readonly Detection[]): Iterable<Detection[]> {
  return Map.groupBy(detections, ({ classId }) => classId).values();
}

function grow([x, y, width, height]: Box): Box {
  const byX = width * BUFFER;
  const byY = height * BUFFER;
  return [x - byX, y - byY, width + 2 * byX, height + 2 * byY];
}
