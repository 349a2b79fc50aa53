import { plural } from "../../format/amount.ts";
import { Button } from "../../ui/button.tsx";
import { QueryFailed } from "../../ui/query-failed.tsx";
import { useLinePictures } from "./use-models.ts";

/** Every picture that a model's line learnt from, with who said what is in it; as many as one asks for. */
export function LinePictures({ digest, count }: { digest: string; count: number }) {
  const query = useLinePictures(digest);
  const pictures = query.data?.pages.flatMap((page) => page.pictures);
  if (pictures === undefined) {
    if (query.error === null) return <div className="skeleton h-32" />;
    return (
      <QueryFailed
        what="The pictures"
        error={query.error}
        stillWorks="Their number stands above."
        onRetry={() => void query.refetch()}
      />
    );
  }
  return (
    <>
      <ul className="grid grid-cols-[repeat(auto-fill,minmax(8rem,1fr))] gap-2">
        {pictures.map(({ picture, split, personName, nodeId, cameraId }) => (
          <li key={picture} className="min-w-0">
            <img
              src={`/api/snapshots/${picture}.jpg`}
              alt={`${cameraId}, answered by ${personName}`}
              title={picture}
              loading="lazy"
              decoding="async"
              className="aspect-4/3 w-full rounded-sm bg-letterbox object-contain"
            />
            <p className="flex gap-2 text-2xs text-faint">
              <span className="truncate" title={`answer of ${personName}`}>
                {personName}
              </span>
              <span className="ml-auto truncate" title={`${nodeId}/${cameraId}`}>
                {split === "train" ? "learnt" : "chose"}
              </span>
            </p>
          </li>
        ))}
      </ul>
      {query.hasNextPage ? (
        <div className="mt-3 flex justify-center">
          <Button disabled={query.isFetchingNextPage} onClick={() => void query.fetchNextPage()}>
            Show more of {plural(count, "picture")}
          </Button>
        </div>
      ) : null}
    </>
  );
}
