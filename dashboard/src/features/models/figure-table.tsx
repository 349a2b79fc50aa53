import { useState } from "react";
import { formatCount } from "../../format/amount.ts";
import { ClassName } from "../../picture/class-name.tsx";
import { Button } from "../../ui/button.tsx";
import { figureWords, gainWords, intervalWords } from "./model-words.ts";
import type { Compared, Figures } from "./use-models.ts";

/** What COCO's figures mean, in COCO's order. */
const MEANINGS: Record<keyof Figures["summary"], string> = {
  AP: "average precision, IoU 0.50 to 0.95",
  AP50: "average precision at IoU 0.50",
  AP75: "average precision at IoU 0.75",
  APsmall: "AP of things below 32 by 32 pixels",
  APmedium: "AP of things up to 96 by 96 pixels",
  APlarge: "AP of larger things",
  AR1: "average recall with one box a picture",
  AR10: "average recall with ten boxes a picture",
  AR100: "average recall with a hundred boxes",
  ARsmall: "AR of things below 32 by 32 pixels",
  ARmedium: "AR of things up to 96 by 96 pixels",
  ARlarge: "AR of larger things",
};

interface Names {
  before: string;
  after: string;
}

/** COCO's 12 figures of both models with intervals, and the gain. */
export function FigureTable({ figures, names }: { figures: Figures; names: Names }) {
  const rows = Object.entries(MEANINGS) as [keyof typeof MEANINGS, string][];
  return (
    <div className="min-w-0 overflow-x-auto">
      <table className="w-full text-left">
        <Head what="Figure" names={names} />
        <tbody>
          {rows.map(([name, meaning]) => (
            <tr key={name} className="border-t">
              <th scope="row" className="py-1 pr-3 font-normal whitespace-nowrap">
                <span title={meaning}>{name}</span>
              </th>
              <Cells compared={figures.summary[name]} />
            </tr>
          ))}
        </tbody>
      </table>
      <p className="mt-1.5 text-2xs text-faint">
        Below each figure: between what 95 of 100 draws of the pictures lie. The gain is of both
        models on the same draw, in points.
      </p>
    </div>
  );
}

interface Part {
  name: string;
  /** Of a class, to show its colour. */
  className: string | null;
  count: number;
  ap50: Compared;
  ap: Compared;
}

const FIRST = 8;

/** AP50 of both models, class by class or camera by camera: what changed most comes first. */
export function PartTable(props: {
  what: string;
  counted: string;
  parts: readonly Part[];
  names: Names;
}) {
  const { what, counted, parts, names } = props;
  const [isAll, setAll] = useState(false);
  const sorted = parts.toSorted((a, b) => Math.abs(b.ap50.gain ?? 0) - Math.abs(a.ap50.gain ?? 0));
  const shown = isAll ? sorted : sorted.slice(0, FIRST);
  return (
    <div className="min-w-0 overflow-x-auto">
      <table className="w-full text-left">
        <Head what={`${what}, AP50`} counted={counted} names={names} />
        <tbody>
          {shown.map(({ name, className, count, ap50 }) => (
            <tr key={name} className="border-t">
              <th scope="row" className="max-w-48 truncate py-1 pr-3 font-normal" title={name}>
                {className === null ? name : <ClassName name={className} />}
              </th>
              <td className="py-1 pr-3 text-right align-top text-dim">{formatCount(count)}</td>
              <Cells compared={ap50} />
            </tr>
          ))}
        </tbody>
      </table>
      {sorted.length > FIRST ? (
        <Button className="mt-2" onClick={() => setAll(!isAll)}>
          {isAll ? "Show fewer" : `Show all ${sorted.length}`}
        </Button>
      ) : null}
    </div>
  );
}

function Head({ what, counted, names }: { what: string; counted?: string; names: Names }) {
  return (
    <thead>
      <tr className="text-2xs text-faint">
        <th scope="col" className="py-1 pr-3 font-normal whitespace-nowrap">
          {what}
        </th>
        {counted === undefined ? null : (
          <th scope="col" className="py-1 pr-3 text-right font-normal">
            {counted}
          </th>
        )}
        {[names.before, names.after].map((name) => (
          <th
            key={name}
            scope="col"
            className="max-w-36 truncate py-1 pr-3 text-right font-normal"
            title={name}
          >
            {name}
          </th>
        ))}
        <th scope="col" className="py-1 text-right font-normal">
          Gain
        </th>
      </tr>
    </thead>
  );
}

function Cells({ compared }: { compared: Compared }) {
  const { before, after, gain } = compared;
  return (
    <>
      <Cell value={figureWords(before)} between={intervalWords(compared.beforeInterval)} />
      <Cell value={figureWords(after)} between={intervalWords(compared.afterInterval)} />
      <td className="py-1 text-right align-top whitespace-nowrap">
        {gainWords(gain)}
        <span className="block text-2xs text-faint">
          {intervalWords(compared.gainInterval, true)}
        </span>
      </td>
    </>
  );
}

function Cell({ value, between }: { value: string; between: string }) {
  return (
    <td className="py-1 pr-3 text-right align-top whitespace-nowrap">
      {value}
      <span className="block text-2xs text-faint">{between}</span>
    </td>
  );
}
