import { type Cohort, wavesOf } from "./cohorts.ts";
import type { ChannelRow, RolloutRow } from "./rollout-row.ts";

/** What one cohort should be told. */
export interface CohortWish extends Cohort {
  channel: string;
  /** Null where its nodes are told nothing. */
  digest: string | null;
  commit: string;
  reason: string;
}

/**
 * What each cohort of a channel should be told now. While a rollout is open, the waves that have begun
 * get the new model and the others keep what they had; one that went back takes those that had got it
 * back too, and stays so until Git names something else.
 */
export function wishesOf(channel: ChannelRow, latest: RolloutRow | null): CohortWish[] {
  const waves = wavesOf(channel.file);
  if (latest === null || latest.state === "done") {
    const { digest, commitId, file } = channel;
    return waves.map((wave) => wish(channel, wave, digest, commitId, file.reason));
  }
  const { gitBefore, fromDigest, toDigest, commitId } = latest;
  switch (latest.state) {
    case "running":
    case "paused":
      return latest.waves.map((wave, index) =>
        wish(channel, wave, index <= latest.wave ? toDigest : gitBefore, commitId, latest.reason),
      );
    case "aborted":
    case "rolled-back": {
      const told = new Set(latest.waves.flatMap((w) => (w.startedAt === null ? [] : [w.cohort])));
      return waves.map((wave) => {
        const digest = told.has(wave.cohort) ? fromDigest : gitBefore;
        return wish(channel, wave, digest, commitId, latest.why);
      });
    }
  }
}

function wish(
  { channel }: ChannelRow,
  { cohort, labels, exceptLabels }: Cohort,
  digest: string | null,
  commit: string,
  reason: string,
): CohortWish {
  return { channel, cohort, labels, exceptLabels, digest, commit, reason };
}
