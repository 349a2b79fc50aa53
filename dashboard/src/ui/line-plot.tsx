import "uplot/dist/uPlot.min.css";
import { useEffect, useRef } from "react";
import UPlot from "uplot";
import { useIsDark } from "./theme.ts";
import { useSize } from "./use-size.ts";

interface LinePlotProps {
  /** The plot in the colours that the page has now; `colour` tells those of the theme. */
  options: (colour: (name: string) => string) => Omit<UPlot.Options, "width" | "height">;
  data: UPlot.AlignedData;
  /** CSS pixels. */
  height: number;
  /** What it shows, for those who do not see it. */
  label: string;
  /** Told which column is pointed at; null where none is. */
  onPoint: (index: number | null) => void;
}

/** Lines over one axis, as wide as there is room. */
export function LinePlot({ options, data, height, label, onPoint }: LinePlotProps) {
  const holder = useRef<HTMLDivElement>(null);
  const plot = useRef<UPlot | null>(null);
  const size = useSize(holder);
  const isDark = useIsDark();
  const width = size?.width ?? null;
  const newest = useRef({ options, data, onPoint });
  newest.current = { options, data, onPoint };

  // The colours are read from the page, so the plot is made anew with the theme.
  // biome-ignore lint/correctness/useExhaustiveDependencies: see above; width and data follow below.
  useEffect(() => {
    const element = holder.current;
    if (element === null || width === null) return;
    const made = new UPlot(
      {
        ...newest.current.options((name) => resolved(element, name)),
        width,
        height,
        hooks: { setCursor: [({ cursor }: UPlot) => newest.current.onPoint(cursor.idx ?? null)] },
      },
      newest.current.data,
      element,
    );
    plot.current = made;
    return () => {
      made.destroy();
      plot.current = null;
    };
  }, [isDark, width === null]);
  useEffect(() => {
    if (width !== null) plot.current?.setSize({ width, height });
  }, [width, height]);
  useEffect(() => plot.current?.setData(data), [data]);

  return <div ref={holder} role="img" aria-label={label} />;
}

/** What the axes of every plot have in common. */
export function axisLook(colour: (name: string) => string): UPlot.Axis {
  return {
    stroke: colour("--dim"),
    font: "11px 'Inter Variable', sans-serif",
    labelFont: "11px 'Inter Variable', sans-serif",
    labelSize: 18,
    grid: { stroke: colour("--line"), width: 1 },
    ticks: { stroke: colour("--line"), width: 1, size: 4 },
  };
}

/** How a line of a plot looks, for its legend. */
export function LineSample({ colour, dash }: { colour: string; dash: boolean }) {
  return (
    <svg viewBox="0 0 18 4" aria-hidden="true" className="h-1 w-[18px] shrink-0">
      <path
        d="M0 2h18"
        strokeWidth="2.500"
        strokeDasharray={dash ? "6 4" : undefined}
        style={{ stroke: `var(${colour})` }}
      />
    </svg>
  );
}

/** A colour of the theme as a canvas understands it: `light-dark()` is resolved. */
function resolved(element: HTMLElement, name: string): string {
  const probe = document.createElement("span");
  probe.style.color = `var(${name})`;
  element.append(probe);
  const { color } = getComputedStyle(probe);
  probe.remove();
  return color;
}
