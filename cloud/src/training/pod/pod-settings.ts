import { z } from "zod";

const settingsSchema = z.object({
  SENTINEL_JOB_ORDER: z.url({ protocol: /^https?$/, error: "the address of the job's order" }),
  SENTINEL_JOB_FOLDER: z.string({ error: "a folder that can be written" }).min(1),
});

/** What the pod of a job is told by its environment. @throws Error naming the variables, not their values. */
export function readPodSettings(
  environment: Readonly<Record<string, string | undefined>> = process.env,
): { orderUrl: string; folder: string } {
  const parsed = settingsSchema.safeParse(environment);
  if (parsed.success) {
    return { orderUrl: parsed.data.SENTINEL_JOB_ORDER, folder: parsed.data.SENTINEL_JOB_FOLDER };
  }
  const lines = parsed.error.issues.map(({ path, message }) => `${path.join(".")}: ${message}`);
  throw new Error(lines.join("\n"));
}
