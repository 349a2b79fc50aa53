import { clsx } from "clsx";
import type { ReactNode } from "react";
import { AgeText } from "../../clock/age-text.tsx";
import type { FleetNode } from "../../connection/api.ts";
import { formatBytes, formatCount, plural, shortDigest } from "../../format/amount.ts";
import { CopyButton } from "../../ui/copy-button.tsx";
import { StatusMark, type StatusTone } from "../../ui/status-mark.tsx";
import { completenessOf } from "./completeness.ts";
import { gapLoss } from "./gap-loss.ts";

interface FigureProps {
  name: string;
  /** Fills the last line where two stand side by side. */
  last?: boolean;
  value: ReactNode;
  children?: ReactNode;
}

function Figure({ name, value, children, last = false }: FigureProps) {
  return (
    <div className={clsx("flex min-w-0 flex-col bg-canvas px-4 py-3", last && "max-sm:col-span-2")}>
      <dt className="text-2xs text-faint">{name}</dt>
      <dd className="mt-0.5 truncate text-lg font-medium">{value}</dd>
      <dd className="flex min-h-5 min-w-0 flex-wrap items-center gap-x-1.5 text-xs text-dim">
        {children}
      </dd>
    </div>
  );
}

const UNKNOWN = <span className="text-base font-normal text-faint">not told</span>;

const BARS: Partial<Record<StatusTone, string>> = {
  live: "bg-live",
  stale: "bg-stale",
  unknown: "bg-line-strong",
};

/** Below this a disk is nearly full: the agent will soon have to drop. */
const LOW_DISK_BYTES = 1_000_000_000;

function SequenceFigure({ node }: { node: FleetNode }) {
  const { tone, words, share } = completenessOf(node);
  return (
    <div className="col-span-2 flex flex-col bg-canvas px-4 py-3">
      <dt className="text-2xs text-faint">Complete up to</dt>
      <dd className="mt-0.5 flex items-baseline gap-2 text-lg font-medium">
        seq {formatCount(node.completeSeq)}
        {node.committedAt === null ? null : (
          <span className="text-xs font-normal text-dim">
            committed <AgeText at={node.committedAt} />
          </span>
        )}
      </dd>
      <dd className="mt-1.5 h-1 overflow-hidden rounded-full bg-hover" aria-hidden="true">
        <span className={clsx("block h-full", BARS[tone])} style={{ width: `${share * 100}%` }} />
      </dd>
      <dd className="mt-1.5 flex items-center gap-1.5 text-xs text-dim">
        <StatusMark tone={tone} />
        {words}
      </dd>
    </div>
  );
}

/** A node's figures: what is safe, what waits, what it runs, and how the machine fares. */
export function NodeFigures({ node }: { node: FleetNode }) {
  const { telemetry, model } = node;
  const told = telemetry !== null;
  const lowDisk =
    told && telemetry.diskFreeBytes !== null && telemetry.diskFreeBytes < LOW_DISK_BYTES;
  return (
    <dl className="grid grid-cols-2 gap-px border-y bg-line sm:grid-cols-3 xl:grid-cols-9">
      <SequenceFigure node={node} />
      <Figure name="Declared gaps" value={formatCount(node.declaredGaps)}>
        {node.declaredGaps === 0 ? (
          "nothing dropped"
        ) : (
          <span className="flex gap-1.5">
            <span className="flex h-4 items-center">
              <StatusMark tone="stale" />
            </span>
            {node.latestGap === null ? "told by the node" : `latest: ${gapLoss(node.latestGap)}`}
          </span>
        )}
      </Figure>
      <Figure name="Queue at the node" value={told ? plural(telemetry.outboxRows, "row") : UNKNOWN}>
        {told ? formatBytes(telemetry.outboxBytes) : null}
      </Figure>
      <div className="col-span-2 flex min-w-0 flex-col bg-canvas px-4 py-3">
        <dt className="text-2xs text-faint">Model</dt>
        {model === null ? (
          <dd className="mt-0.5 text-lg">{UNKNOWN}</dd>
        ) : (
          <>
            <dd className="mt-0.5 flex min-w-0 items-center gap-2">
              <span className="truncate text-lg font-medium" title={model.name}>
                {model.name}
              </span>
              <span className="text-xs text-dim" title={model.digest}>
                {shortDigest(model.digest)}
              </span>
              <CopyButton text={model.digest} what="Model digest" />
            </dd>
            <dd className="min-h-5 truncate text-xs leading-5 text-dim">
              {model.inputSize} px · {model.licence}
            </dd>
          </>
        )}
      </div>
      <Figure name="CPU" value={told ? `${Math.round(telemetry.cpuPercent)}%` : UNKNOWN}>
        {told ? "of all cores" : null}
      </Figure>
      <Figure name="Memory" value={told ? formatBytes(telemetry.rssBytes) : UNKNOWN}>
        {told ? "of the agent" : null}
      </Figure>
      <Figure
        name="Disk free"
        last
        value={
          told && telemetry.diskFreeBytes !== null ? formatBytes(telemetry.diskFreeBytes) : UNKNOWN
        }
      >
        {lowDisk ? (
          <>
            <StatusMark tone="stale" /> nearly full
          </>
        ) : null}
      </Figure>
    </dl>
  );
}
