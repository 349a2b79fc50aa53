import { ImageOff } from "lucide-react";
import type { ReactNode } from "react";
import { Button } from "../../ui/button.tsx";
import type { PictureShelf, ShelfPicture } from "./picture-shelf.ts";

interface PictureViewProps {
  shelf: PictureShelf;
  sha256: string;
  picture: ShelfPicture | null;
  children: (bitmap: ImageBitmap) => ReactNode;
}

/** The place of the picture: always the same room, whether it is there, awaited, or cannot be shown. */
export function PictureView({ shelf, sha256, picture, children }: PictureViewProps) {
  return (
    <div className="relative size-full overflow-hidden bg-letterbox">
      {picture === null ? (
        <div role="status" aria-label="Loading the picture" className="absolute inset-0" />
      ) : picture === "failed" ? (
        <div
          role="alert"
          className="absolute inset-0 flex flex-col items-center justify-center gap-1 p-6 text-center scheme-dark"
        >
          <ImageOff aria-hidden="true" className="mb-1 size-5 text-dim" />
          <p className="text-base font-medium text-ink">The picture could not be read</p>
          <p className="max-w-sm text-dim">
            The question can be skipped; nothing was answered about it.
          </p>
          <Button className="mt-3 text-ink" onClick={() => shelf.retry(sha256)}>
            Try again
          </Button>
        </div>
      ) : (
        children(picture)
      )}
    </div>
  );
}
