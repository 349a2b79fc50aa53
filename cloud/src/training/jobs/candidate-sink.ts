/** A model that a job made. */
export interface TrainedCandidate {
  digest: string;
  bytes: Uint8Array;
  jobId: string;
  datasetId: string;
  baseDigest: string;
}

/**
 * Where trained models go. May be called again with the same candidate: a trainer that was killed in
 * between repeats it.
 */
export type CandidateSink = (candidate: TrainedCandidate) => Promise<void>;
