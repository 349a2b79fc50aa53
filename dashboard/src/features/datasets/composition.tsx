import { formatCount } from "../../format/amount.ts";
import { ClassName } from "../../picture/class-name.tsx";
import { SPLITS } from "./dataset-words.ts";
import { useFewRows } from "./few-rows.tsx";
import { SplitBar, SplitName } from "./split-bar.tsx";
import type { DatasetCounts, Split } from "./use-datasets.ts";

interface CompositionProps {
  counts: DatasetCounts;
  /** Opens the pictures of a class; null where none are shown. */
  onClass: ((className: string) => void) | null;
}

type Row = Record<Split, number>;

/** Classes by parts: boxes as numbers and as lengths. */
export function Composition({ counts, onClass }: CompositionProps) {
  const rows = classRows(counts);
  const most = Math.max(1, ...rows.map(([, row]) => sumOf(row)));
  const { shown, button } = useFewRows(rows, "classes");
  const empty = rowOf((split) => counts[split].empty);
  return (
    <div>
      <table className="w-full text-left">
        <caption className="sr-only">Boxes by class and part</caption>
        <thead>
          <tr className="text-2xs text-faint">
            <th scope="col" className="py-1 pr-3 font-normal">
              Class
            </th>
            <th scope="col" className="w-2/5 py-1 font-normal">
              <span className="sr-only">Share</span>
            </th>
            {SPLITS.map((split) => (
              <th key={split} scope="col" className="py-1 pl-4 text-right font-normal">
                <SplitName split={split} />
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {shown.map(([name, row]) => (
            <tr key={name} className="border-t">
              <th scope="row" className="max-w-44 py-1 pr-3 font-normal">
                {onClass === null ? (
                  <ClassName name={name} />
                ) : (
                  <button
                    type="button"
                    title={`Show pictures with ${name}`}
                    onClick={() => onClass(name)}
                    className="max-w-full rounded-sm underline-offset-2 hover:underline"
                  >
                    <ClassName name={name} />
                  </button>
                )}
              </th>
              <td className="py-1">
                <SplitBar counts={row} of={most} />
              </td>
              <Numbers row={row} />
            </tr>
          ))}
          <tr className="border-t text-dim">
            <th scope="row" className="py-1 pr-3 font-normal" colSpan={2}>
              Pictures in which nothing is
            </th>
            <Numbers row={empty} />
          </tr>
          <tr className="border-t font-medium">
            <th scope="row" className="py-1 pr-3 font-medium" colSpan={2}>
              Pictures
            </th>
            <Numbers row={rowOf((split) => counts[split].pictures)} />
          </tr>
        </tbody>
      </table>
      {button}
    </div>
  );
}

function Numbers({ row }: { row: Row }) {
  return SPLITS.map((split) => (
    <td key={split} className="py-1 pl-4 text-right">
      {row[split] === 0 ? <span className="text-faint">–</span> : formatCount(row[split])}
    </td>
  ));
}

function classRows(counts: DatasetCounts): [string, Row][] {
  const names = new Set(SPLITS.flatMap((split) => Object.keys(counts[split].classes)));
  return [...names]
    .map((name): [string, Row] => [name, rowOf((split) => counts[split].classes[name]?.boxes ?? 0)])
    .sort(([a, one], [b, other]) => sumOf(other) - sumOf(one) || a.localeCompare(b));
}

function rowOf(count: (split: Split) => number): Row {
  return { train: count("train"), validation: count("validation"), golden: count("golden") };
}

function sumOf(row: Row): number {
  return row.train + row.validation + row.golden;
}
