import { StatusMark } from "../../ui/status-mark.tsx";
import type { TrainingJob } from "./use-training.ts";

/** Why a job failed, what to do, and the last lines of its process. */
export function JobFault({ fault }: { fault: NonNullable<TrainingJob["fault"]> }) {
  return (
    <div role="alert" className="flex gap-2.5 border-t px-4 py-3">
      <span className="flex h-5 items-center">
        <StatusMark tone="down" />
      </span>
      <div className="min-w-0 flex-1">
        <p className="break-words">
          <span className="font-medium">{fault.message}</span>
          <span className="ml-2 text-2xs tracking-wide text-dim">{fault.code}</span>
        </p>
        {fault.action === null ? null : <p className="text-dim">{fault.action}</p>}
        {fault.lines.length === 0 ? null : (
          <pre
            // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard
            tabIndex={0}
            className="mt-2 max-h-48 overflow-auto rounded-sm border bg-panel p-2 text-2xs"
          >
            {fault.lines.join("\n")}
          </pre>
        )}
      </div>
    </div>
  );
}
