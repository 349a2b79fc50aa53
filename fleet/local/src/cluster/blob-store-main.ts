import { z } from "zod";
import { S3Endpoint } from "../s3/s3-endpoint.ts";

/** Stands in for MinIO in `cluster:local`: the S3 endpoint of this package, as a process of its own. */
const settings = z
  .object({
    dataDir: z.string(),
    port: z.int(),
    accessKey: z.string(),
    secretKey: z.string(),
    region: z.string(),
    buckets: z.array(z.string()),
    maxBodyBytes: z.int(),
  })
  .parse(JSON.parse(process.env.BLOB_STORE_SETTINGS ?? "{}"));
const endpoint = new S3Endpoint(settings);
await endpoint.start();
process.on("SIGTERM", () => void endpoint.stop().then(() => process.exit(0)));
