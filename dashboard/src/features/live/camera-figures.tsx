import { clsx } from "clsx";
import { AgeText } from "../../clock/age-text.tsx";
import type { Camera } from "../../connection/api.ts";
import { formatRate } from "../../format/amount.ts";
import { ClassName } from "../../picture/class-name.tsx";
import { StatusMark } from "../../ui/status-mark.tsx";
import type { CameraCondition } from "./camera-condition.ts";
import { countClasses, type ShownFrame } from "./shown-frame.ts";

interface CameraFiguresProps {
  camera: Camera;
  condition: CameraCondition;
  shown: ShownFrame | null;
  /** More classes than this are summed up. */
  maxClasses: number;
}

/** How many of each class are in the picture on screen. */
function ClassCounts({ shown, maxClasses }: { shown: ShownFrame; maxClasses: number }) {
  const counts = countClasses(shown.detections);
  const rest = counts.slice(maxClasses).reduce((sum, { count }) => sum + count, 0);
  return (
    <ul
      aria-label="In the picture"
      className="flex min-w-0 items-center gap-2 overflow-hidden @md:gap-2.5"
    >
      {counts.slice(0, maxClasses).map(({ className, count }) => (
        <li key={className} className="min-w-0">
          <ClassName name={className} count={count} compact />
        </li>
      ))}
      {rest > 0 ? <li className="shrink-0 text-dim">+{rest}</li> : null}
    </ul>
  );
}

/** The line below a picture: state, name, what is in it, how fast, how old. */
export function CameraFigures({ camera, condition, shown, maxClasses }: CameraFiguresProps) {
  const current = shown !== null && condition.kind === "live";
  return (
    <div className="flex h-8 items-center gap-2 px-2.5 text-xs">
      <StatusMark tone={condition.tone} />
      <span className="truncate text-sm font-medium">{camera.name}</span>
      <span className={clsx("shrink-0 text-dim", condition.kind === "live" && "hidden @md:inline")}>
        {condition.word}
      </span>
      <span className="ml-auto flex min-w-0 shrink-0 items-center gap-2 @md:gap-2.5">
        {current ? (
          <span className="flex min-w-0">
            <ClassCounts shown={shown} maxClasses={maxClasses} />
          </span>
        ) : null}
        {current && shown.fps !== null ? (
          <span className="w-11 shrink-0 text-right text-dim" title={rateTitle(camera)}>
            {formatRate(shown.fps)} fps
          </span>
        ) : null}
        {shown === null ? null : (
          <AgeText at={shown.capturedAt} className="min-w-14 shrink-0 text-right text-dim" />
        )}
      </span>
    </div>
  );
}

function rateTitle({ telemetry }: Camera): string {
  if (telemetry === null) return "Pictures a second on this screen";
  const { fpsIn, fpsInferred, fpsDropped } = telemetry;
  return `Pictures a second on this screen. At the node: ${formatRate(fpsIn)} come in, ${formatRate(fpsInferred)} are looked at, ${formatRate(fpsDropped)} are dropped`;
}
