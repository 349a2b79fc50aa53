import { MinioBlobStore } from "../../../cloud/src/blobs/minio-blob-store.ts";
import { Postgres } from "../../../cloud/src/database/postgres.ts";
import { JOB_PROGRAMS } from "../../../cloud/src/training/jobs/job-programs.ts";
import { processPlace } from "../../../cloud/src/training/jobs/process-place.ts";
import { startTrainerRole } from "../../../cloud/src/training/trainer-role.ts";
import { silentLogger } from "../../../cloud/test/silent-logger.ts";

/** A trainer in a process of its own, so that it can be killed; told what to use by one message. */
export interface HeldTrainer {
  databaseUrl: string;
  endpoint: string;
  accessKey: string;
  secretKey: string;
  region: string;
  workDir: string;
  mainFile: string;
}

process.once("message", (message) => {
  const { databaseUrl, workDir, mainFile, ...access } = message as HeldTrainer;
  const store = (bucket: string) => new MinioBlobStore({ access, bucket, logger: silentLogger });
  void startTrainerRole({
    database: new Postgres({ url: databaseUrl, logger: silentLogger }),
    databaseUrl,
    stores: { pictures: store("sentinel-clips"), models: store("sentinel-models") },
    workDir,
    place: processPlace({ ...JOB_PROGRAMS, training: mainFile }, silentLogger),
    buildVersion: () => Promise.reject(new Error("not asked for")),
    registerCandidate: () => Promise.reject(new Error("not asked for")),
    evaluation: {
      record: () => Promise.reject(new Error("not asked for")),
      leastCameraShare: 0.5,
    },
    logger: silentLogger,
  });
});
