import { Link } from "@tanstack/react-router";
import { ImageOff } from "lucide-react";
import { useState } from "react";
import { AgeText } from "../../clock/age-text.tsx";
import { plural } from "../../format/amount.ts";
import { classColour } from "../../picture/class-colour.ts";
import { modelWords } from "./model-words.ts";
import { Section } from "./section.tsx";
import type { ChangedPicture, Evaluation, Figures } from "./use-models.ts";

type FoundBox = ChangedPicture["before"][number];

/** The pictures in which the two models see something else, with the boxes of both and what is there. */
export function ChangedPictures({
  evaluation,
  figures,
}: {
  evaluation: Evaluation;
  figures: Figures;
}) {
  const { changed, changedCount, pictures } = figures;
  const names = {
    before: modelWords(evaluation.againstName, evaluation.against),
    after: modelWords(evaluation.name, evaluation.digest),
  };
  return (
    <Section
      title="What changed most"
      beside={
        changedCount === 0 ? (
          <span>Both see the same in all {plural(pictures, "picture")}, from score 0.40 on.</span>
        ) : (
          <>
            <span>
              {changed.length < changedCount
                ? `the first ${changed.length} of ${plural(changedCount, "picture")}`
                : plural(changedCount, "picture")}{" "}
              of {pictures}, from score 0.40 on
            </span>
            <Legend />
          </>
        )
      }
    >
      {changed.length === 0 ? null : (
        <ul className="grid grid-cols-1 gap-x-4 gap-y-4 @3xl:grid-cols-2 @7xl:grid-cols-3">
          {changed.map((picture) => (
            <li key={picture.picture} data-picture={picture.picture}>
              <Pair picture={picture} names={names} />
            </li>
          ))}
        </ul>
      )}
    </Section>
  );
}

function Legend() {
  return (
    <span className="flex flex-wrap items-center gap-x-3">
      <Sample name="found" stroke={classColour("car").page} />
      <Sample name="false alarm" stroke={classColour("car").page} dash="3 2" />
      <Sample name="there, missed" stroke="var(--ink)" dash="1 2.5" />
    </span>
  );
}

function Sample({ name, stroke, dash }: { name: string; stroke: string; dash?: string }) {
  return (
    <span className="flex items-center gap-1">
      <svg viewBox="0 0 14 10" aria-hidden="true" className="h-2.5 w-3.5" fill="none">
        <rect
          x="1"
          y="1"
          width="12"
          height="8"
          strokeWidth="1.600"
          style={{ stroke }}
          strokeDasharray={dash}
        />
      </svg>
      {name}
    </span>
  );
}

function Pair(props: { picture: ChangedPicture; names: { before: string; after: string } }) {
  const { picture, names } = props;
  const { nodeId, cameraId, capturedAt } = picture;
  return (
    <figure className="min-w-0">
      <div className="grid grid-cols-2 gap-1">
        <Side picture={picture} side="before" name={names.before} />
        <Side picture={picture} side="after" name={names.after} />
      </div>
      <figcaption className="mt-1 flex flex-wrap gap-x-3 text-xs">
        <span>{changeWords(picture)}</span>
        <span className="ml-auto flex gap-2 text-faint">
          <Link
            to="/live/$nodeId/$cameraId"
            params={{ nodeId, cameraId }}
            className="underline-offset-2 hover:underline"
          >
            {cameraId}
          </Link>
          {capturedAt === 0 ? "imported" : <AgeText at={capturedAt} />}
        </span>
      </figcaption>
    </figure>
  );
}

function Side(props: { picture: ChangedPicture; side: "before" | "after"; name: string }) {
  const { picture, side, name } = props;
  const [failed, setFailed] = useState(false);
  const { width, height } = picture;
  return (
    <div
      className="relative overflow-hidden rounded-sm bg-letterbox"
      style={{ aspectRatio: `${width} / ${height}` }}
    >
      {failed ? (
        <span className="flex size-full flex-col items-center justify-center gap-1 text-2xs text-dim scheme-dark">
          <ImageOff aria-hidden="true" className="size-4" />
          not in the store
        </span>
      ) : (
        <>
          <img
            src={`/api/snapshots/${picture.picture}.jpg`}
            alt={altOf(picture, side, name)}
            loading="lazy"
            decoding="async"
            onError={() => setFailed(true)}
            className="size-full object-contain"
          />
          <Overlay picture={picture} side={side} />
        </>
      )}
      <span className="absolute bottom-0 left-0 max-w-full truncate rounded-tr-sm bg-letterbox/80 px-1.5 text-2xs text-[#e8edf5]">
        {name}
      </span>
    </div>
  );
}

/** What a model reports, and what is there and it did not find. */
function Overlay({ picture, side }: { picture: ChangedPicture; side: "before" | "after" }) {
  const { width, height, truth } = picture;
  const missed = truth.filter(
    (box) => !box.crowd && !(side === "before" ? box.foundBefore : box.foundAfter),
  );
  return (
    <svg
      aria-hidden="true"
      viewBox={`0 0 ${width} ${height}`}
      className="absolute inset-0 size-full"
      fill="none"
    >
      {missed.map(({ className, box }) => (
        <Outline key={box.join()} box={box} size={picture} stroke="#ffffff" dash="2 4">
          {`${className}, missed`}
        </Outline>
      ))}
      {picture[side].map((found: FoundBox) => (
        <Outline
          key={`${found.className} ${found.box.join()} ${found.score}`}
          box={found.box}
          size={picture}
          stroke={classColour(found.className).picture}
          {...(found.right ? {} : { dash: "6 4" })}
        >
          {`${found.className} ${found.score.toFixed(2)}${found.right ? "" : ", false alarm"}`}
        </Outline>
      ))}
    </svg>
  );
}

/** A line of 2 px at any size of the picture; a dark edge lets it be seen on any picture. */
function Outline(props: {
  box: readonly [number, number, number, number];
  size: { width: number; height: number };
  stroke: string;
  dash?: string;
  children: string;
}) {
  const { box, size, stroke, dash } = props;
  const place = {
    x: box[0] * size.width,
    y: box[1] * size.height,
    width: box[2] * size.width,
    height: box[3] * size.height,
    vectorEffect: "non-scaling-stroke",
  } as const;
  return (
    <g>
      <title>{props.children}</title>
      <rect {...place} stroke="rgba(5, 8, 15, 0.55)" strokeWidth="4" strokeDasharray={dash} />
      <rect {...place} stroke={stroke} strokeWidth="2" strokeDasharray={dash} />
    </g>
  );
}

/** `2 more found, 1 lost, 1 false alarm fewer`. */
function changeWords({ gained, lost, falseBefore, falseAfter }: ChangedPicture): string {
  const alarms = falseAfter - falseBefore;
  const words = [
    gained === 0 ? null : `${gained} more found`,
    lost === 0 ? null : `${lost} lost`,
    alarms === 0
      ? null
      : `${plural(Math.abs(alarms), "false alarm")} ${alarms > 0 ? "more" : "fewer"}`,
  ];
  return words.filter((word) => word !== null).join(", ");
}

function altOf(picture: ChangedPicture, side: "before" | "after", name: string): string {
  const found = picture[side].map(
    ({ className, right }) => `${className}${right ? "" : " (false alarm)"}`,
  );
  return `${name} sees ${found.length === 0 ? "nothing" : found.join(", ")}`;
}
