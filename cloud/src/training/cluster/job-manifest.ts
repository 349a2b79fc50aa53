import type { JobKindName } from "../jobs/job-place.ts";

/** Label by which the network policy and the flow table know these pods. */
const NAME = "training-job";
const MANAGED_BY = "training-controller";
const KIND_LABEL = "sentinel.dev/job-kind";
/** Label that holds the id of the job in our database. */
export const ID_LABEL = "sentinel.dev/job-id";
/** Finished Jobs and their logs can be looked at for so long. */
const KEPT_SECONDS = 600;
/** How long a pod takes at most to bring its checkpoint away, and how long it is given. */
const STOP_SECONDS = 12;
const GRACE_SECONDS = 20;
/** The user of our images. */
const USER = 10_001;
const WORK = "/work";
const TMP = "/tmp";

/** How Jobs are made. */
export interface JobSettings {
  namespace: string;
  image: string;
  /** What a Job may take, as Kubernetes writes it: asked for and limit in one. */
  cpu: string;
  memory: string;
  scratch: string;
  deadlineSeconds: number;
  /** What the container runs; its work is told by the variables. */
  command: readonly string[];
}

/** The name of a job's Job: always the same, so that nobody makes a second one. */
export function jobNameOf(kind: JobKindName, jobId: string): string {
  return `${kind}-${jobId}`;
}

/** Selects every Job of a kind. */
export function selectorOf(kind: JobKindName): string {
  return `app.kubernetes.io/managed-by=${MANAGED_BY},${KIND_LABEL}=${kind}`;
}

/** The Job that works on what an address tells: never again by itself, with nothing but S3 to speak to. */
export function jobManifest(
  settings: JobSettings,
  job: { kind: JobKindName; jobId: string; orderUrl: string },
) {
  const { namespace, image, cpu, memory, scratch, deadlineSeconds, command } = settings;
  const { kind, jobId, orderUrl } = job;
  const labels = {
    "app.kubernetes.io/name": NAME,
    "app.kubernetes.io/component": "trainer",
    "app.kubernetes.io/part-of": "sentinel",
    "app.kubernetes.io/managed-by": MANAGED_BY,
    [KIND_LABEL]: kind,
    [ID_LABEL]: jobId,
  };
  const resources = { cpu, memory, "ephemeral-storage": scratch };
  return {
    apiVersion: "batch/v1",
    kind: "Job",
    metadata: { name: jobNameOf(kind, jobId), namespace, labels },
    spec: {
      // Whether to try again is decided by whoever knows the checkpoint.
      backoffLimit: 0,
      activeDeadlineSeconds: deadlineSeconds,
      ttlSecondsAfterFinished: KEPT_SECONDS,
      template: {
        metadata: { labels, annotations: { "sentinel.dev/stop-seconds": String(STOP_SECONDS) } },
        spec: {
          restartPolicy: "Never",
          serviceAccountName: NAME,
          automountServiceAccountToken: false,
          enableServiceLinks: false,
          terminationGracePeriodSeconds: GRACE_SECONDS,
          securityContext: {
            runAsNonRoot: true,
            runAsUser: USER,
            runAsGroup: USER,
            fsGroup: USER,
            seccompProfile: { type: "RuntimeDefault" },
          },
          containers: [
            {
              name: NAME,
              image,
              imagePullPolicy: "IfNotPresent",
              command: [...command],
              env: [
                { name: "SENTINEL_JOB_ORDER", value: orderUrl },
                { name: "SENTINEL_JOB_FOLDER", value: WORK },
                { name: "HOME", value: WORK },
                { name: "TMPDIR", value: TMP },
              ],
              resources: { requests: resources, limits: resources },
              terminationMessagePolicy: "FallbackToLogsOnError",
              securityContext: {
                allowPrivilegeEscalation: false,
                readOnlyRootFilesystem: true,
                capabilities: { drop: ["ALL"] },
              },
              volumeMounts: [
                { name: "work", mountPath: WORK },
                { name: "tmp", mountPath: TMP },
              ],
            },
          ],
          volumes: [
            { name: "work", emptyDir: { sizeLimit: scratch } },
            { name: "tmp", emptyDir: { sizeLimit: "256Mi" } },
          ],
        },
      },
    },
  };
}
