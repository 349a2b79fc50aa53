import { Fragment } from "react";
import { shortDigest } from "../../format/amount.ts";
import { StatusMark } from "../../ui/status-mark.tsx";
import { refusalOf } from "./dataset-words.ts";

/** Why something was refused: its code, what happened, and the pictures that it names. */
export function Refusal({ message }: { message: string }) {
  const { code, words } = refusalOf(message);
  const pictures = [...new Set(words.match(DIGEST) ?? [])];
  return (
    <div role="alert" className="flex gap-2 text-xs">
      <span className="flex h-4 items-center">
        <StatusMark tone="down" />
      </span>
      <div className="min-w-0 break-words">
        {code === null ? null : (
          <span className="block text-2xs tracking-wide text-dim">{code}</span>
        )}
        <p>
          <Words words={words} />
        </p>
        {pictures.length === 0 ? null : (
          <div className="mt-2 flex flex-wrap gap-1.5">
            {pictures.map((picture) => (
              <img
                key={picture}
                src={`/api/snapshots/${picture}.jpg`}
                alt={shortDigest(picture)}
                title={picture}
                className="h-14 w-19 rounded-sm bg-letterbox object-contain"
              />
            ))}
          </div>
        )}
      </div>
    </div>
  );
}

const DIGEST = /\b[0-9a-f]{64}\b/g;

/** A sentence whose digests are short; the whole of one on hover. */
function Words({ words }: { words: string }) {
  return words.split(/(\b[0-9a-f]{64}\b)/).map((part, index) => (
    // biome-ignore lint/suspicious/noArrayIndexKey: the parts of a sentence keep their order.
    <Fragment key={index}>
      {index % 2 === 0 ? part : <span title={part}>{shortDigest(part)}</span>}
    </Fragment>
  ));
}
