import { z } from "zod";

const conditionSchema = z.object({
  type: z.string(),
  status: z.string(),
  reason: z.string().optional(),
  message: z.string().optional(),
});

/** What we read of a batch/v1 Job. */
export const jobSchema = z.object({
  metadata: z.object({
    name: z.string(),
    labels: z.record(z.string(), z.string()).default({}),
    deletionTimestamp: z.string().optional(),
  }),
  status: z.object({ conditions: z.array(conditionSchema).default([]) }).default({
    conditions: [],
  }),
});
export type ClusterJob = z.output<typeof jobSchema>;

const waitingSchema = z.object({ reason: z.string().default(""), message: z.string().default("") });
const terminatedSchema = z.object({
  exitCode: z.int(),
  reason: z.string().default(""),
  message: z.string().default(""),
});

const podSchema = z.object({
  metadata: z.object({ name: z.string(), creationTimestamp: z.string().default("") }),
  status: z.object({
    phase: z.string().default("Pending"),
    reason: z.string().optional(),
    message: z.string().optional(),
    conditions: z.array(conditionSchema).default([]),
    containerStatuses: z
      .array(
        z.object({
          state: z
            .object({ waiting: waitingSchema.optional(), terminated: terminatedSchema.optional() })
            .default({}),
        }),
      )
      .default([]),
  }),
});
/** What we read of a pod. */
export type ClusterPod = z.output<typeof podSchema>;

const eventSchema = z.object({ reason: z.string().default(""), message: z.string().default("") });
/** What we read of an event that Kubernetes tells of a Job. */
export type ClusterEvent = z.output<typeof eventSchema>;

/** Lists, of which only `items` matters. */
export const jobListSchema = z.object({ items: z.array(jobSchema) });
export const podListSchema = z.object({ items: z.array(podSchema) });
export const eventListSchema = z.object({ items: z.array(eventSchema) });

/** What the API server answers where it does not do what it was asked. */
export const statusSchema = z.object({
  message: z.string().default(""),
  reason: z.string().default(""),
});
