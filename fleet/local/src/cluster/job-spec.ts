import { z } from "zod";

const quantity = z.string().regex(/^\d+(\.\d+)?(m|k|Ki|M|Mi|G|Gi)?$/);
const resources = z.record(z.enum(["cpu", "memory", "ephemeral-storage"]), quantity);
const labels = z.record(z.string(), z.string());

const containerSchema = z.strictObject({
  name: z.string(),
  image: z.string(),
  imagePullPolicy: z.enum(["Always", "IfNotPresent", "Never"]),
  command: z.array(z.string()).min(1),
  env: z.array(z.strictObject({ name: z.string(), value: z.string() })),
  resources: z.strictObject({ requests: resources, limits: resources }),
  terminationMessagePolicy: z.enum(["File", "FallbackToLogsOnError"]),
  securityContext: z.strictObject({
    allowPrivilegeEscalation: z.literal(false),
    readOnlyRootFilesystem: z.boolean(),
    capabilities: z.strictObject({ drop: z.tuple([z.literal("ALL")]) }),
  }),
  volumeMounts: z.array(z.strictObject({ name: z.string(), mountPath: z.string() })),
});

/** A Job as it may be made here: fields that are not known are refused, and pods must be `restricted`. */
export const jobSpecSchema = z.strictObject({
  apiVersion: z.literal("batch/v1"),
  kind: z.literal("Job"),
  metadata: z.strictObject({
    name: z.string().regex(/^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/),
    namespace: z.string(),
    labels,
    annotations: labels.default({}),
  }),
  spec: z.strictObject({
    backoffLimit: z.literal(0),
    activeDeadlineSeconds: z.int().positive(),
    ttlSecondsAfterFinished: z.int().min(0),
    template: z.strictObject({
      metadata: z.strictObject({ labels, annotations: labels.default({}) }),
      spec: z.strictObject({
        restartPolicy: z.literal("Never"),
        serviceAccountName: z.string(),
        automountServiceAccountToken: z.literal(false),
        enableServiceLinks: z.literal(false),
        terminationGracePeriodSeconds: z.int().min(0),
        securityContext: z.strictObject({
          runAsNonRoot: z.literal(true),
          runAsUser: z.int().positive(),
          runAsGroup: z.int().positive(),
          fsGroup: z.int().positive(),
          seccompProfile: z.strictObject({ type: z.literal("RuntimeDefault") }),
        }),
        containers: z.tuple([containerSchema]),
        volumes: z.array(
          z.strictObject({ name: z.string(), emptyDir: z.strictObject({ sizeLimit: quantity }) }),
        ),
      }),
    }),
  }),
});

/** A Job that was asked for. */
export type JobSpec = z.output<typeof jobSpecSchema>;
