import { Images } from "lucide-react";
import { formatCount, plural } from "../../format/amount.ts";
import { Button } from "../../ui/button.tsx";
import { QueryFailed } from "../../ui/query-failed.tsx";
import { SPLIT_WORDS, SPLITS } from "./dataset-words.ts";
import { PictureTile } from "./picture-tile.tsx";
import { type DatasetPicture, type Split, usePictures } from "./use-datasets.ts";

/** Which pictures to show; null is all. */
export interface PictureChoice {
  split: Split | null;
  className: string | null;
}

interface PictureGridProps {
  datasetId: string;
  classes: readonly string[];
  choice: PictureChoice;
  onChoice: (choice: PictureChoice) => void;
}

const SELECT = "h-7 rounded-md border border-line-strong bg-canvas px-1.5 text-sm";

/** The pictures of a version with their boxes, as many as one asks for. */
export function PictureGrid({ datasetId, classes, choice, onChoice }: PictureGridProps) {
  const { split, className } = choice;
  const query = usePictures(datasetId, {
    ...(split === null ? {} : { split }),
    ...(className === null ? {} : { className }),
  });
  const { data, error, hasNextPage, isFetchingNextPage } = query;
  const pictures = data?.pages.flatMap((page) => page.pictures);
  const count = data?.pages[0]?.count;
  return (
    <section aria-label="Pictures" className="border-t px-4 py-3">
      <header className="mb-3 flex flex-wrap items-center gap-2">
        <h3 className="mr-auto font-medium">
          Pictures{" "}
          <span className="font-normal text-dim">
            {count === undefined ? "" : formatCount(count)}
          </span>
        </h3>
        <select
          aria-label="Part"
          className={SELECT}
          value={split ?? ""}
          onChange={({ target }) => onChoice({ ...choice, split: splitOf(target.value) })}
        >
          <option value="">All parts</option>
          {SPLITS.map((one) => (
            <option key={one} value={one}>
              {SPLIT_WORDS[one].name}
            </option>
          ))}
        </select>
        <select
          aria-label="Class"
          className={`${SELECT} max-w-44`}
          value={className ?? ""}
          onChange={({ target }) =>
            onChoice({ ...choice, className: target.value === "" ? null : target.value })
          }
        >
          <option value="">All classes</option>
          {classes.map((name) => (
            <option key={name} value={name}>
              {name}
            </option>
          ))}
        </select>
      </header>
      {pictures === undefined ? (
        error === null ? (
          <div className="skeleton h-40" />
        ) : (
          <QueryFailed
            what="The pictures"
            error={error}
            stillWorks="The counts above are those of the version."
            onRetry={() => void query.refetch()}
          />
        )
      ) : (
        <Tiles pictures={pictures} />
      )}
      {hasNextPage ? (
        <div className="mt-4 flex justify-center">
          <Button disabled={isFetchingNextPage} onClick={() => void query.fetchNextPage()}>
            Show more of {plural(count ?? 0, "picture")}
          </Button>
        </div>
      ) : null}
    </section>
  );
}

/** Pictures side by side. */
export function Tiles({ pictures }: { pictures: readonly DatasetPicture[] }) {
  if (pictures.length === 0) {
    return (
      <p className="flex items-center gap-2 py-6 text-dim">
        <Images aria-hidden="true" className="size-4" />
        No picture is both of this part and of this class.
      </p>
    );
  }
  return (
    <div className="grid grid-cols-[repeat(auto-fill,minmax(11rem,1fr))] gap-x-3 gap-y-4">
      {pictures.map((picture) => (
        <PictureTile key={picture.picture} picture={picture} />
      ))}
    </div>
  );
}

function splitOf(value: string): Split | null {
  return SPLITS.find((split) => split === value) ?? null;
}
