import { type KeyboardEvent, type ReactNode, useRef } from "react";
import { useSize } from "../../ui/use-size.ts";
import { chooseGrid, type GridLayout } from "./grid-columns.ts";

const GAP = 8;
/** 32 px of figures and two borders. */
const CAPTION = 34;
const MIN_TILE = 240;
/** On a phone a picture takes the width of the screen. */
const PHONE_WIDTH = 640;
const PHONE_MIN_TILE = 320;
const PADDING = 12;

interface CameraGridProps {
  /** Width over height of each tile's picture. */
  aspects: readonly number[];
  children: (layout: GridLayout) => ReactNode;
}

/** Moves the focus among the tiles by arrows, as they lie on the screen. */
function moveFocus(event: KeyboardEvent<HTMLElement>, columns: number): void {
  const steps: Record<string, number> = {
    ArrowLeft: -1,
    ArrowRight: 1,
    ArrowUp: -columns,
    ArrowDown: columns,
  };
  const step = steps[event.key];
  if (step === undefined) return;
  const links = [...event.currentTarget.querySelectorAll("article a")];
  const at = links.findIndex((link) => link.matches(":focus"));
  const next = links[at + step];
  if (at < 0 || !(next instanceof HTMLElement)) return;
  event.preventDefault();
  next.focus();
}

/** Lays tiles out as large as they can be while all are seen; scrolls where they would be too small. */
export function CameraGrid({ aspects, children }: CameraGridProps) {
  const ref = useRef<HTMLElement>(null);
  const size = useSize(ref);
  const layout =
    size === null
      ? null
      : chooseGrid({
          width: size.width - 2 * PADDING,
          height: size.height - 2 * PADDING,
          aspects,
          gap: GAP,
          captionHeight: CAPTION,
          minTileWidth: size.width < PHONE_WIDTH ? PHONE_MIN_TILE : MIN_TILE,
        });
  return (
    <section
      ref={ref}
      aria-label="Cameras"
      onKeyDown={(event) => moveFocus(event, layout?.columns ?? 1)}
      className="h-full overflow-y-auto"
    >
      {layout === null ? null : (
        <div
          className="grid min-h-full content-center justify-center"
          style={{
            gap: GAP,
            padding: PADDING,
            gridTemplateColumns: `repeat(${layout.columns}, ${layout.tileWidth}px)`,
            alignContent: layout.scrolls ? "start" : "center",
          }}
        >
          {children(layout)}
        </div>
      )}
    </section>
  );
}
