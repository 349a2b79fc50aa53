import { objectRule, type PolicyRule } from "../policy-rule.ts";

const SYNC_OPTIONS = "argocd.argoproj.io/sync-options";

/** What holds data goes only by a person's hand; what ends, ends. */
export const DATA_RULES: readonly PolicyRule[] = [
  objectRule(
    "data-never-pruned",
    "Argo CD deletes neither what holds data nor namespaces, even where Git no longer has them.",
    ["StatefulSet", "Namespace", "PersistentVolumeClaim"],
    ({ metadata }) =>
      metadata.annotations?.[SYNC_OPTIONS]?.includes("Prune=false") === true
        ? null
        : {
            path: `metadata.annotations["${SYNC_OPTIONS}"]`,
            problem: "a file that goes missing in Git takes the data with it",
            fix: "Prune=false",
          },
  ),
  objectRule(
    "claims-retained",
    "Volumes outlive the set that made them.",
    ["StatefulSet"],
    ({ spec }) => {
      const { whenDeleted, whenScaled } = spec?.persistentVolumeClaimRetentionPolicy ?? {};
      if (whenDeleted === "Retain" && whenScaled === "Retain") return null;
      return {
        path: "spec.persistentVolumeClaimRetentionPolicy",
        problem: "volumes may go with the set or with a smaller number",
        fix: "{ whenDeleted: Retain, whenScaled: Retain }",
      };
    },
  ),
  objectRule(
    "jobs-end",
    "A Job has a deadline, a number of tries, and goes when it is over.",
    ["Job", "CronJob"],
    ({ kind, spec }) => {
      const job = kind === "Job" ? spec : spec?.jobTemplate?.spec;
      const missing = ["activeDeadlineSeconds", "backoffLimit", "ttlSecondsAfterFinished"].find(
        (field) => job?.[field] === undefined,
      );
      if (missing === undefined) return null;
      return {
        path: `${kind === "Job" ? "spec" : "spec.jobTemplate.spec"}.${missing}`,
        problem: `it has no ${missing}`,
        fix: `${missing}: ${missing === "backoffLimit" ? 6 : 900}`,
      };
    },
  ),
  objectRule(
    "job-is-hook",
    "A Job is a hook of the sync: the API server lets nobody change one, and Argo CD would be stuck.",
    ["Job"],
    ({ metadata }) => {
      const { "argocd.argoproj.io/hook": hook, "argocd.argoproj.io/hook-delete-policy": policy } =
        metadata.annotations ?? {};
      if (hook === "Sync" && policy === "BeforeHookCreation") return null;
      return {
        path: 'metadata.annotations["argocd.argoproj.io/hook"]',
        problem: "the next version of the Job cannot be applied",
        fix: "argocd.argoproj.io/hook: Sync and argocd.argoproj.io/hook-delete-policy: BeforeHookCreation",
      };
    },
  ),
];
