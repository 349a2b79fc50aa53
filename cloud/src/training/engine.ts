import type { Box } from "@sentinel/protocol/box";

/** A picture laid out as the whole frame that it was cut from. */
export interface TrainingPicture {
  /** SHA-256 of the JPEG. */
  picture: string;
  width: number;
  height: number;
  /** RGB of the whole frame, row by row. */
  data: Uint8Array;
  /** The part of the frame that is known, in fractions of it; outside there is no loss. */
  visible: Box;
  /** In fractions of the frame. */
  boxes: { classId: number; box: Box }[];
  /** Pictures that belong together: one camera, one block of time. */
  group: string;
}

/** Pictures that are decoded when they are asked for, the same each time. */
export interface PictureSource {
  readonly count: number;
  load(index: number): Promise<TrainingPicture>;
}

/** What a person may set; what is left out is the engine's default. */
export interface TrainingSettings {
  epochs?: number | undefined;
  learningRate?: number | undefined;
}

/** What an engine learns from. */
export interface TrainingInput {
  /** An ONNX file of the YOLOv5 layout. */
  baseModel: Uint8Array;
  inputSize: number;
  classNames: readonly string[];
  train: PictureSource;
  validation: PictureSource;
  settings: TrainingSettings;
  seed: number;
}

/** What one pass over the training pictures came to. */
export interface EpochReport {
  epoch: number;
  trainLoss: number;
  validationLoss: number;
  validationAp50: number;
  seconds: number;
}

/** How an engine tells how far it is, and where it keeps what it would lose. */
export interface TrainingHooks {
  onStage(stage: string, done: number, of: number): void;
  onEpoch(report: EpochReport): void;
  signal: AbortSignal;
  /** What is saved here lets the same training go on after a kill, to the same bytes. */
  checkpoint: { load(): Promise<Uint8Array | null>; save(bytes: Uint8Array): Promise<void> };
}

/** Makes a model better; the same input gives the same bytes, interrupted or not. */
export interface TrainingEngine {
  readonly name: "head" | "tfjs";
  train(
    input: TrainingInput,
    hooks: TrainingHooks,
  ): Promise<{ model: Uint8Array; curve: EpochReport[] }>;
}
