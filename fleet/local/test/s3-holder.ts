/** Runs an S3 endpoint for a test until it is killed. Argument: data directory. */
import { startS3 } from "./s3-fixture.ts";

const { port } = await startS3({ dataDir: process.argv[2] ?? "" });
console.log(port);
