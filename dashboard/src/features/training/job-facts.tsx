import type { ReactNode } from "react";
import { AgeText } from "../../clock/age-text.tsx";
import { shortDigest } from "../../format/amount.ts";
import { CopyButton } from "../../ui/copy-button.tsx";
import { causeWords } from "./job-words.ts";
import type { TrainingJob } from "./use-training.ts";

const ENGINES = { head: "Detection head", tfjs: "TensorFlow.js" } as const;

/** What a job came from and what came of it. */
export function JobFacts({ job }: { job: TrainingJob }) {
  return (
    <dl className="grid grid-cols-[max-content_1fr] gap-x-6 gap-y-2 border-t px-4 py-3">
      <Fact name="Started by">
        {causeWords(job)}, <AgeText at={job.queuedAt} />
      </Fact>
      <Fact name="Dataset version">
        <Digest name={job.datasetName} digest={job.datasetId} href="/datasets?dataset=" />
      </Fact>
      <Fact name="Began from">
        <Digest name={job.baseName} digest={job.baseDigest} href="/models?model=" />
      </Fact>
      <Fact name="Became">
        {job.modelDigest === null ? (
          <span className="text-faint">no model</span>
        ) : (
          <Digest name={job.modelName} digest={job.modelDigest} href="/models?model=" />
        )}
      </Fact>
      <Fact name="Engine">
        {ENGINES[job.engine]}, seed {job.seed}
        {Object.entries(job.settings).map(([name, value]) => `, ${name} ${String(value)}`)}
      </Fact>
      <Fact name="Job">
        <span className="text-dim">{job.jobId}</span>
        <CopyButton text={job.jobId} what="Job id" />
      </Fact>
    </dl>
  );
}

function Fact({ name, children }: { name: string; children: ReactNode }) {
  return (
    <>
      <dt className="text-dim">{name}</dt>
      <dd className="flex min-w-0 flex-wrap items-center gap-x-2">{children}</dd>
    </>
  );
}

function Digest(props: { name: string | null; digest: string; href: string }) {
  return (
    <>
      <a
        href={`${props.href}${props.digest}`}
        className="truncate font-medium underline-offset-2 hover:underline"
      >
        {props.name ?? shortDigest(props.digest)}
      </a>
      <span className="text-xs text-dim" title={props.digest}>
        {props.name === null ? null : shortDigest(props.digest)}
      </span>
      <CopyButton text={props.digest} what="Digest" />
    </>
  );
}
