import { ArrowRight, X } from "lucide-react";
import type { ReactNode } from "react";
import { formatCount, plural } from "../../format/amount.ts";
import { ClassName } from "../../picture/class-name.tsx";
import { Button } from "../../ui/button.tsx";
import { QueryFailed } from "../../ui/query-failed.tsx";
import { useStandingError } from "../../ui/use-standing-error.ts";
import { useFewRows } from "./few-rows.tsx";
import { Tiles } from "./picture-grid.tsx";
import { PictureTile } from "./picture-tile.tsx";
import { type DatasetDiff, type DatasetSummary, useDiff } from "./use-datasets.ts";

interface DiffViewProps {
  before: DatasetSummary;
  after: DatasetSummary;
  onClose: () => void;
}

/** What two versions have not in common: counts, classes and the pictures themselves. */
export function DiffView({ before, after, onClose }: DiffViewProps) {
  const query = useDiff(before.datasetId, after.datasetId);
  const error = useStandingError(query);
  const { data: diff } = query;
  return (
    <section aria-label="Comparison" className="min-w-0 flex-1 overflow-y-auto">
      <header className="flex items-center gap-3 px-4 py-3">
        <h2 className="flex min-w-0 flex-1 items-center gap-2 text-base font-medium">
          <span className="truncate">{before.name}</span>
          <ArrowRight aria-label="compared with" className="size-4 shrink-0 text-dim" />
          <span className="truncate">{after.name}</span>
        </h2>
        <Button onClick={onClose}>
          <X aria-hidden="true" />
          Close comparison
        </Button>
      </header>
      {diff === undefined ? (
        error === null ? (
          <div className="skeleton mx-4 h-64" />
        ) : (
          <QueryFailed
            what="The comparison"
            error={error}
            stillWorks="Each version can still be looked at by itself."
            onRetry={() => void query.refetch()}
          />
        )
      ) : (
        <Differences diff={diff} />
      )}
    </section>
  );
}

function Differences({ diff }: { diff: DatasetDiff }) {
  const { counts } = diff;
  const classes = diff.classes
    .filter(({ before, after }) => before !== after)
    .sort((a, b) => Math.abs(b.after - b.before) - Math.abs(a.after - a.before));
  const { shown, button } = useFewRows(classes, "classes");
  return (
    <>
      <dl className="grid grid-cols-2 gap-px border-y bg-line lg:grid-cols-5 max-lg:[&>:last-child]:col-span-2">
        <Figure name="Added" value={counts.added} />
        <Figure name="Removed" value={counts.removed} />
        <Figure name="Answered anew" value={counts.answers} />
        <Figure name="Moved to another part" value={counts.moved} />
        <Figure name="The same" value={counts.same} />
      </dl>
      {classes.length === 0 ? null : (
        <div className="p-4">
          <table className="text-left">
            <thead>
              <tr className="text-2xs text-faint">
                <th scope="col" className="pr-8 font-normal">
                  Class
                </th>
                <th scope="col" className="pr-6 text-right font-normal">
                  Boxes before
                </th>
                <th scope="col" className="pr-6 text-right font-normal">
                  After
                </th>
                <th scope="col" className="text-right font-normal">
                  Difference
                </th>
              </tr>
            </thead>
            <tbody>
              {shown.map((one) => (
                <tr key={one.className} className="border-t">
                  <th scope="row" className="py-1 pr-8 font-normal">
                    <ClassName name={one.className} />
                  </th>
                  <td className="pr-6 text-right text-dim">{formatCount(one.before)}</td>
                  <td className="pr-6 text-right">{formatCount(one.after)}</td>
                  <td className="text-right">{signed(one.after - one.before)}</td>
                </tr>
              ))}
            </tbody>
          </table>
          {button}
        </div>
      )}
      <Group name="Added" count={counts.added} listed={diff.added.length}>
        <Tiles pictures={diff.added} />
      </Group>
      <Group name="Removed" count={counts.removed} listed={diff.removed.length}>
        <Tiles pictures={diff.removed} />
      </Group>
      <Group
        name="Answered anew, or moved"
        count={diff.changed.length}
        listed={diff.changed.length}
      >
        <div className="grid grid-cols-[repeat(auto-fill,minmax(min(24rem,100%),1fr))] gap-4">
          {diff.changed.map((pair) => (
            <div
              key={pair.after.picture}
              className="grid grid-cols-[1fr_auto_1fr] items-center gap-2"
            >
              <PictureTile picture={pair.before} />
              <ArrowRight aria-hidden="true" className="size-4 text-dim" />
              <PictureTile picture={pair.after} />
            </div>
          ))}
        </div>
      </Group>
    </>
  );
}

function Group(props: { name: string; count: number; listed: number; children: ReactNode }) {
  if (props.count === 0) return null;
  return (
    <section aria-label={props.name} className="border-t px-4 py-3">
      <h3 className="mb-3 font-medium">
        {props.name}{" "}
        <span className="font-normal text-dim">
          {props.listed < props.count
            ? `the first ${props.listed} of ${plural(props.count, "picture")}`
            : formatCount(props.count)}
        </span>
      </h3>
      {props.children}
    </section>
  );
}

function Figure({ name, value }: { name: string; value: number }) {
  return (
    <div className="min-w-0 bg-canvas px-4 py-3">
      <dt className="truncate text-2xs text-faint">{name}</dt>
      <dd className="mt-0.5 text-lg font-medium">{formatCount(value)}</dd>
    </div>
  );
}

function signed(value: number): string {
  return value > 0 ? `+${formatCount(value)}` : `−${formatCount(-value)}`;
}
