import { Settings2 } from "lucide-react";
import type { ReactNode } from "react";
import { formatCount, plural, shortDigest } from "../../format/amount.ts";
import { useMay } from "../../people/person.ts";
import { RoleButton } from "../../people/role-button.tsx";
import { buttonClass } from "../../ui/button.tsx";
import { Popover, PopoverContent, PopoverTrigger } from "../../ui/popover.tsx";
import { StatusMark, type StatusTone } from "../../ui/status-mark.tsx";
import { LoopForm } from "./loop-form.tsx";
import { type LoopState, useLoop } from "./use-training.ts";

/** What the loop waits for before it trains by itself, and what stands in its way. */
export function LoopStrip() {
  const may = useMay("ml");
  const { data: loop } = useLoop();
  if (loop === undefined) return <div className="h-[58px] shrink-0 border-b" />;
  const { annotations, settings } = loop;
  const share = Math.min(1, annotations / settings.annotations);
  const { tone, words } = standing(loop);
  return (
    <section aria-label="The loop" className="shrink-0 border-b bg-panel px-4 py-2.5">
      <div className="flex flex-wrap items-center gap-x-6 gap-y-2">
        <div className="flex min-w-64 flex-1 flex-col gap-1.5">
          <p className="flex flex-wrap items-baseline gap-x-2">
            <span className="text-base font-medium">
              {formatCount(annotations)} of {plural(settings.annotations, "new annotation")}
            </span>
            <span className="flex items-center gap-1.5 text-xs text-dim">
              <StatusMark tone={tone} />
              {words}
            </span>
          </p>
          <div
            role="progressbar"
            aria-label="New annotations towards the next training"
            aria-valuemin={0}
            aria-valuemax={settings.annotations}
            aria-valuenow={Math.min(annotations, settings.annotations)}
            className="h-1 overflow-hidden rounded-full bg-hover"
          >
            <div
              className={`h-full ${settings.enabled ? "bg-accent" : "bg-line-strong"}`}
              style={{ width: `${share * 100}%` }}
            />
          </div>
        </div>
        <dl className="flex gap-6">
          <Fact name="Next begins from">
            {loop.base === null ? (
              <span className="text-faint">no approved model</span>
            ) : (
              <span title={loop.base.digest}>{loop.base.name}</span>
            )}
          </Fact>
          <Fact name="Last trained on">
            {loop.lastDatasetId === null ? (
              <span className="text-faint">nothing yet</span>
            ) : (
              <span title={loop.lastDatasetId}>{shortDigest(loop.lastDatasetId)}</span>
            )}
          </Fact>
        </dl>
        {may ? (
          <Popover>
            <PopoverTrigger className={buttonClass("outline")}>
              <Settings2 aria-hidden="true" />
              Change
            </PopoverTrigger>
            <PopoverContent align="end" aria-label="When the loop trains">
              <LoopForm settings={settings} />
            </PopoverContent>
          </Popover>
        ) : (
          <RoleButton needs="ml">
            <Settings2 aria-hidden="true" />
            Change
          </RoleButton>
        )}
      </div>
      {loop.blocked === null || !settings.enabled ? null : (
        <div role="alert" className="mt-2 flex gap-2">
          <span className="flex h-5 items-center">
            <StatusMark tone="stale" />
          </span>
          <p className="min-w-0 break-words">
            <span className="font-medium">The loop cannot train yet</span>
            <span className="ml-2 text-2xs tracking-wide text-dim">{loop.blocked.code}</span>
            <span className="block text-dim">{loop.blocked.message}</span>
            {loop.blocked.action === null ? null : (
              <span className="block">{loop.blocked.action}</span>
            )}
          </p>
        </div>
      )}
    </section>
  );
}

function Fact({ name, children }: { name: string; children: ReactNode }) {
  return (
    <div>
      <dt className="text-2xs text-faint">{name}</dt>
      <dd className="max-w-48 truncate">{children}</dd>
    </div>
  );
}

function standing(loop: LoopState): { tone: StatusTone; words: string } {
  const { settings, annotations, jobId, blocked } = loop;
  if (!settings.enabled) return { tone: "unknown", words: "switched off; start jobs by hand" };
  if (jobId !== null) return { tone: "connecting", words: "a job of the loop is under way" };
  if (blocked !== null && annotations >= settings.annotations) {
    return { tone: "stale", words: "enough have come, but it cannot train yet" };
  }
  if (annotations >= settings.annotations) {
    return { tone: "connecting", words: "enough have come; training begins" };
  }
  const missing = settings.annotations - annotations;
  return { tone: "live", words: `trains by itself after ${formatCount(missing)} more` };
}
