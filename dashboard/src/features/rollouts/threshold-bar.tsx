import { clsx } from "clsx";

interface ThresholdBarProps {
  /** 0..1 of the bar; null where there is nothing to show yet. */
  value: number | null;
  /** The part of the bar in which the value is well. */
  good: readonly [number, number];
  /** Where the value of before stands. */
  before?: number;
  /** `fill` from the left, or a `mark` at the value. */
  as: "fill" | "mark";
  label: string;
}

/** A value against its thresholds: the good part is shaded, its ends are drawn. */
export function ThresholdBar({ value, good, before, as, label }: ThresholdBarProps) {
  const [low, high] = good;
  const isWell = value === null || (value >= low - 1e-9 && value <= high + 1e-9);
  const at = (share: number) => `${Math.min(1, Math.max(0, share)) * 100}%`;
  return (
    <div role="img" aria-label={label} className="relative h-4">
      <div className="absolute inset-x-0 top-1.5 h-1 rounded-full bg-hover" />
      <div
        className="absolute top-1.5 h-1 bg-live/25"
        style={{ left: at(low), width: at(high - low) }}
      />
      {value === null ? null : as === "fill" ? (
        <div
          className={clsx(
            "absolute left-0 top-1.5 h-1 rounded-full",
            isWell ? "bg-live" : "bg-info",
          )}
          style={{ width: at(value) }}
        />
      ) : null}
      {[low, high].map((end) =>
        end <= 0 || end >= 1 ? null : (
          <div
            key={end}
            className="absolute top-0.5 h-3 w-px bg-ink/60"
            style={{ left: at(end) }}
          />
        ),
      )}
      {before === undefined ? null : (
        <div
          className="absolute top-1 h-2 w-0.5 -translate-x-1/2 rounded-full bg-faint"
          style={{ left: at(before) }}
        />
      )}
      {value !== null && as === "mark" ? (
        <div
          className={clsx(
            "absolute top-0.5 size-3 -translate-x-1/2 rounded-full border-2 border-canvas",
            isWell ? "bg-live" : "bg-down",
          )}
          style={{ left: at(value) }}
        />
      ) : null}
    </div>
  );
}
