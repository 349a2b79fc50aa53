import { coded, type ErrorTable } from "@sentinel/protocol/coded-error";

/** Every fault that the cloud names; docs/errors.md lists them for people. */
export const cloudErrors = {
  CLOUD_CONFIG_INVALID: {
    meaning: "The cloud's environment variables do not describe a cloud that can run.",
    action: "Correct each variable that the message names, and start again.",
    retryable: false,
  },
  PORT_IN_USE: {
    meaning: "Another process listens on the port that the cloud was told to use.",
    action: "Stop that process or choose another port.",
    retryable: false,
  },
  DATABASE_UNREACHABLE: {
    meaning: "PostgreSQL does not answer.",
    action: "Check that it runs and that DATABASE_URL names its host, port, user and password.",
    retryable: true,
  },
  DATABASE_NEWER: {
    meaning: "The database was migrated by a newer version of the cloud.",
    action: "Run that version or a newer one; nothing was changed.",
    retryable: false,
  },
  MIGRATION_FAILED: {
    meaning: "A migration could not be applied; the database is as it was before.",
    action: "Read the cause in the log; an edited migration file must be put back as it was.",
    retryable: false,
  },
  NODE_PASSWORDS_UNREADABLE: {
    meaning: "The file of node passwords cannot be read or holds a line that is not understood.",
    action: "Write one line a node, nodeId:scrypt$salt$hash in hexadecimal, and save it again.",
    retryable: false,
  },
  BROKER_UNREACHABLE: {
    meaning: "The MQTT broker does not answer or refuses the cloud.",
    action: "Check SENTINEL_BROKER_URL and its user and password; the cloud keeps trying.",
    retryable: true,
  },
  BROKER_CLIENT_REFUSED: {
    meaning: "A client did something on the embedded broker that its identity does not allow.",
    action: "Check the node's configuration; if it is not yours, change that node's password.",
    retryable: false,
  },
  BLOBS_UNREACHABLE: {
    meaning: "The S3 endpoint does not answer, or refuses the cloud's keys.",
    action: "Check S3_ENDPOINT, S3_ACCESS_KEY and S3_SECRET_KEY; snapshots follow once it answers.",
    retryable: true,
  },
  MESSAGE_REFUSED: {
    meaning:
      "A node sent a message that is not what the protocol allows; it was kept as dead letter.",
    action: "Look at the table dead_letters; the node's agent may be of another version.",
    retryable: false,
  },
  MESSAGE_NOT_STORABLE: {
    meaning: "PostgreSQL refused the content of a message for good.",
    action: "Look at the dead letter; the node's agent may be of another version.",
    retryable: false,
  },
  SNAPSHOT_TAMPERED: {
    meaning: "An uploaded snapshot is not the picture whose SHA-256 the event names.",
    action: "It was deleted; find out who else can write to the bucket.",
    retryable: false,
  },
  SIGN_IN_NEEDED: {
    meaning: "Somebody asked without saying who they are.",
    action: "Sign in on the dashboard; a program sends an API token (`--token`, SENTINEL_TOKEN).",
    retryable: false,
  },
  SESSION_EXPIRED: {
    meaning: "A session was not used for too long, was ended, or its person was switched off.",
    action: "Sign in again; what was not sent yet is still on the page.",
    retryable: false,
  },
  TOKEN_REFUSED: {
    meaning: "An API token is unknown, revoked, too old, or its person was switched off.",
    action: "Make a new one on the page Settings, and give that to the program.",
    retryable: false,
  },
  ROLE_TOO_LOW: {
    meaning: "A person, or the token they use, may not do this.",
    action: "Ask an admin for the role that the message names (page Settings, People).",
    retryable: false,
  },
  INVITATION_REFUSED: {
    meaning: "A link that lets somebody in was used, withdrawn, is too old, or never was one.",
    action: "Ask an admin for a new one; the first admin finds theirs where `npm start` runs.",
    retryable: false,
  },
  NEWCOMER_INCOMPLETE: {
    meaning: "Somebody new came by a link and did not say who they are.",
    action: "Give the field that the message names.",
    retryable: false,
  },
  EMAIL_TAKEN: {
    meaning: "Somebody new gave an address that belongs to a person who is there.",
    action: "Sign in with it, ask an admin for a new password, or use another address.",
    retryable: false,
  },
  PERSON_UNKNOWN: {
    meaning: "A person was named who is not there.",
    action: "Take one of those that the page Settings lists.",
    retryable: false,
  },
  LAST_ADMIN: {
    meaning: "The only admin was to lose the role or to be switched off.",
    action: "Make somebody else admin first.",
    retryable: false,
  },
  DATASET_EMPTY: {
    meaning: "No picture, or no box, is there to build a dataset version of or to learn from.",
    action: "Widen the query, or answer more questions on the page Triage.",
    retryable: false,
  },
  DATASET_ONE_CLASS: {
    meaning: "Every picture of a dataset version shows the same class and nothing else.",
    action: "Add pictures of other classes, or rejected ones, in which nothing is.",
    retryable: false,
  },
  DATASET_NO_VALIDATION: {
    meaning: "A dataset version has no pictures to measure on: all of them belong together.",
    action: "Add pictures of other cameras or of another time.",
    retryable: false,
  },
  DATASET_TOO_LARGE: {
    meaning: "More pictures answer the query than a dataset version may have.",
    action: "Narrow the query: fewer cameras, or a shorter time.",
    retryable: false,
  },
  DATASET_LEAKS: {
    meaning:
      "What was asked for would let pictures that are measured on, their likes or their neighbours in time, be learnt.",
    action:
      "Leave the named pictures out, or do not say in which part they go; freeze pictures of another time or camera.",
    retryable: false,
  },
  DATASET_PICTURE_UNKNOWN: {
    meaning: "Pictures were named that have no annotation, or none that the query lets through.",
    action: "Correct the named pictures; a name is the SHA-256 of the picture.",
    retryable: false,
  },
  DATASET_PICTURES_GONE: {
    meaning: "Annotated pictures are no longer in the store, or other bytes lie in their place.",
    action: "Put the named pictures back into sentinel-clips, or narrow the query.",
    retryable: false,
  },
  DATASET_ANNOTATION_UNSOUND: {
    meaning: "An annotation does not belong to the picture that it names.",
    action: "Find out who wrote it; answer for the picture anew, which supersedes it.",
    retryable: false,
  },
  DATASET_TAMPERED: {
    meaning: "A stored dataset version is no longer what its id says.",
    action: "Do not train from it: build it again, and find out who can write to the database.",
    retryable: false,
  },
  GOLDEN_UNKNOWN: {
    meaning: "A golden set was named that was never frozen.",
    action: "Take one of those that the page Datasets lists.",
    retryable: false,
  },
  LABELS_INVALID: {
    meaning: "A folder of labels is not what its format says.",
    action: "Correct the file at the line or field that the message names; nothing was imported.",
    retryable: false,
  },
  IMPORT_PICTURE_INVALID: {
    meaning: "A picture to import is not a whole JPEG or PNG of at most 5 MB, or of another size.",
    action: "Take it out of the folder, or save it again; its labels must tell its size.",
    retryable: false,
  },
  TRAINING_DATASET_UNUSABLE: {
    meaning: "A dataset version holds nothing that the base model can learn from.",
    action: "Build a version with boxes of classes that the model knows, in two splits.",
    retryable: false,
  },
  TRAINING_GOLDEN_TOUCHED: {
    meaning: "A training job would see pictures of a golden set, or near-duplicates of them.",
    action: "Build a new dataset version: it leaves out what the golden set holds now.",
    retryable: false,
  },
  TRAINING_BASE_UNUSABLE: {
    meaning: "The model that training should begin from is missing, revoked or of another layout.",
    action: "Name another base model, or approve one; its file must lie in sentinel-models.",
    retryable: false,
  },
  TRAINING_PICTURES_GONE: {
    meaning: "Pictures of the dataset version are no longer in the store, or are other ones.",
    action: "Put the named pictures back, or build a new dataset version without them.",
    retryable: false,
  },
  TRAINING_KILLED: {
    meaning: "The process of a training job, or its trainer, was killed again and again.",
    action: "Look whether the machine is short of memory, and start the job again.",
    retryable: false,
  },
  TRAINING_FAILED: {
    meaning: "The process of a training job ended with a fault.",
    action: "Read its last lines on the job's page; correct what they name and start a new job.",
    retryable: false,
  },
  JOB_IMAGE_UNUSABLE: {
    meaning: "The cluster cannot pull or run the image of a training job or evaluation.",
    action:
      "Check SENTINEL_JOB_IMAGE and that nodes may pull it from its registry; start it again.",
    retryable: false,
  },
  JOB_ORDER_UNUSABLE: {
    meaning: "The pod of a job found no order at its address, or one that it does not understand.",
    action:
      "Run jobs with the image of their controller (SENTINEL_JOB_IMAGE); start the job again.",
    retryable: false,
  },
  JOB_QUOTA_EXCEEDED: {
    meaning: "The quota of the namespace for jobs left no room for a Job for half an hour.",
    action: "Delete Jobs that nobody needs or raise its ResourceQuota, and start the job again.",
    retryable: false,
  },
  JOB_REFUSED: {
    meaning: "The cluster takes no Job, or no pod, of the kind that the cloud makes.",
    action: "Read its words: SENTINEL_JOB_CPU, _MEMORY and _SCRATCH must fit the LimitRange.",
    retryable: false,
  },
  JOB_TIMED_OUT: {
    meaning: "A training job or evaluation ran longer than it may.",
    action: "Train fewer epochs, give it more CPU, or raise SENTINEL_JOB_DEADLINE_SECONDS.",
    retryable: false,
  },
  JOB_UNSCHEDULABLE: {
    meaning: "No node of the cluster had room for the pod of a job for half an hour.",
    action: "Add a node, or ask for less by SENTINEL_JOB_CPU and SENTINEL_JOB_MEMORY; start again.",
    retryable: false,
  },
  JOB_VANISHED: {
    meaning: "Somebody deleted the Job of a training job or evaluation again and again.",
    action: "Cancel jobs on the page Training instead; find out who deletes them in the cluster.",
    retryable: false,
  },
  JOBS_API_REFUSED: {
    meaning: "The cluster's API server does not allow the training controller what it needs.",
    action: "Apply the Role and RoleBinding of k3s/base/training-controller; jobs wait until then.",
    retryable: true,
  },
  JOBS_API_UNREACHABLE: {
    meaning: "The cluster's API server does not answer, or the ServiceAccount is not mounted.",
    action: "Check SENTINEL_KUBERNETES_URL and the network policy; jobs that run go on meanwhile.",
    retryable: true,
  },
  FLEET_CHANNEL_UNKNOWN: {
    meaning: "The fleet's repository has no channel of that name.",
    action: "Name one of the channels that the page Rollouts lists, or commit a file for it.",
    retryable: false,
  },
  FLEET_FILE_CONFLICT: {
    meaning: "A channel file holds the marks of a merge conflict.",
    action:
      "Commit the file again with one of the two sides; the last good commit holds until then.",
    retryable: false,
  },
  FLEET_FILE_INVALID: {
    meaning: "A channel file is not YAML, or breaks its schema.",
    action: "Correct the line that the message names; the last good commit holds until then.",
    retryable: false,
  },
  FLEET_FILE_TOO_LARGE: {
    meaning: "A channel file is longer than may be read.",
    action: "Commit a shorter one; channel files have some hundred bytes.",
    retryable: false,
  },
  FLEET_HISTORY_REWRITTEN: {
    meaning: "The newest commit of the fleet's repository does not follow the last good one.",
    action: "Find out who pushed by force, and push a commit that follows the last good one.",
    retryable: false,
  },
  FLEET_MODEL_NOT_APPROVED: {
    meaning: "A channel names a model that nobody has approved, or that has no signed manifest.",
    action: "Approve it on the page Models, or name another one.",
    retryable: false,
  },
  FLEET_MODEL_REVOKED: {
    meaning: "A channel names a model that must not run any more.",
    action: "Name another model.",
    retryable: false,
  },
  FLEET_MODEL_UNKNOWN: {
    meaning: "A channel names a model that is not in the registry.",
    action: "Name the SHA-256 of one that the page Models lists.",
    retryable: false,
  },
  FLEET_PUSH_REFUSED: {
    meaning: "The fleet's repository did not take a commit.",
    action: "Read Git's words in the message; the cloud must be allowed to push to the branch.",
    retryable: true,
  },
  FLEET_REPO_UNREACHABLE: {
    meaning: "The fleet's repository does not answer, or refuses the cloud.",
    action: "Check SENTINEL_FLEET_REPO and the rights there; the last good commit holds meanwhile.",
    retryable: true,
  },
  EVALUATION_EMPTY: {
    meaning: "There are no pictures, or none that shows anything, to judge a model on.",
    action:
      "Freeze a golden set of pictures with boxes on the page Datasets, and evaluate on that.",
    retryable: false,
  },
  EVALUATION_FAILED: {
    meaning: "The process of an evaluation ended with a fault, or was killed again and again.",
    action: "Read its last lines on the page Models; look at the machine's memory; evaluate again.",
    retryable: false,
  },
  EVALUATION_PICTURES_GONE: {
    meaning: "Pictures to judge a model on are no longer in the store, or are other ones.",
    action: "Put the named pictures back into sentinel-clips, or evaluate on another golden set.",
    retryable: false,
  },
  EVALUATION_TRAINED_ON: {
    meaning: "A model was to be judged on pictures that it was trained on, or their likes.",
    action: "Judge it on a golden set that holds none of the pictures that the message names.",
    retryable: false,
  },
  EVALUATION_WRONG_CLASSES: {
    meaning: "Two models, or a model and the pictures it is judged on, have no classes in common.",
    action: "Compare models that know the same classes by the same numbers, on pictures of these.",
    retryable: false,
  },
  GATE_POLICY_INVALID: {
    meaning: "The gate's policy file cannot be read or says something else than a policy.",
    action: "Correct the key that the message names, as in fleet/state/gate.yaml.",
    retryable: false,
  },
  MODEL_FILE_GONE: {
    meaning: "A model's file is not in the store, or is another one.",
    action: "Put the file back, or train the model again from its dataset version.",
    retryable: false,
  },
  MODEL_UNKNOWN: {
    meaning: "A model was named that is not in the registry.",
    action: "Name the SHA-256 of one that the page Models lists.",
    retryable: false,
  },
  MODEL_UNUSABLE: {
    meaning: "A model's file cannot be run, or it answers what no detector of its kind does.",
    action: "Compare with another model; a candidate like that fails the gate and reaches no node.",
    retryable: false,
  },
  SIGNING_KEY_MISSING: {
    meaning: "Something is to be signed and this cloud was given no key.",
    action: "Set SENTINEL_SIGNING_KEY_FILE to an Ed25519 private key and start again.",
    retryable: false,
  },
  SIGNING_KEY_UNREADABLE: {
    meaning: "The key that signs manifests and statements is missing or of another kind.",
    action:
      "Set SENTINEL_SIGNING_KEY_FILE to an Ed25519 private key (openssl genpkey -algorithm ed25519).",
    retryable: false,
  },
} as const satisfies ErrorTable;

/** Makes a fault of the cloud's table. */
export const cloudError = coded(cloudErrors);
