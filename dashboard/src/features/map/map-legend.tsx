interface MapLegendProps {
  /** How far the lines on the ground lie from each other; null where there are none. */
  gridMetres: number | null;
  /** Whose map it is. */
  attribution: string | null;
}

/** What the lines on the ground mean, and whose map is shown. */
export function MapLegend({ gridMetres, attribution }: MapLegendProps) {
  const words = [
    ...(gridMetres === null
      ? []
      : [`Squares of ${distance(gridMetres)}. No street map is installed.`]),
    ...(attribution === null ? [] : [attribution]),
  ];
  if (words.length === 0) return null;
  return (
    <p
      title={
        gridMetres === null
          ? undefined
          : "The cloud shows a map of your own: see SENTINEL_MAP_TILES in cloud/README.md"
      }
      className="absolute right-2 bottom-2.5 max-w-[55%] text-right text-2xs text-dim"
    >
      {words.join(" ")}
    </p>
  );
}

function distance(metres: number): string {
  return metres >= 1000 ? `${metres / 1000} km` : `${metres} m`;
}
