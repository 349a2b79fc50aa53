/** Which pictures a model was judged on, and how far they can tell anything of what it learnt. */
export interface MeasuredOn {
  /** A golden set, or the validation part of the version that the model was trained on. */
  kind: "golden" | "validation";
  goldenId: string | null;
  datasetId: string | null;
  /** Name of the golden set, or of the version. */
  name: string;
  /** Pictures by which the best epoch of the model was chosen: figures on these flatter it. */
  chosenBy: number;
  /** Classes that the model learnt, and those of them of which no picture shows anything. */
  learntClasses: string[];
  missingClasses: string[];
  /** Cameras that it learnt from, and those of them (`node/camera`) of which there is no picture. */
  learntCameras: number;
  missingCameras: string[];
  /** Classes that the model does not know: boxes of them are left out. */
  unknownClasses: string[];
  /** The class that every picture shows, and nothing else; null where there are others or empty ones. */
  onlyClass: string | null;
}

/** Whether pictures can tell enough of what a model learnt: each class, and a share of its cameras. */
export function covers(
  measured: Pick<MeasuredOn, "missingClasses" | "missingCameras" | "learntCameras">,
  leastCameraShare: number,
): boolean {
  return measured.missingClasses.length === 0 && cameraShare(measured) >= leastCameraShare;
}

/** The share of the cameras that a model learnt from of which there are pictures. */
export function cameraShare({
  learntCameras,
  missingCameras,
}: Pick<MeasuredOn, "missingCameras" | "learntCameras">): number {
  return learntCameras === 0 ? 1 : 1 - missingCameras.length / learntCameras;
}
