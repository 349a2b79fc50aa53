import { Link } from "@tanstack/react-router";
import { SpanText } from "../../clock/age-text.tsx";
import type { Camera } from "../../connection/api.ts";
import { formatRate } from "../../format/amount.ts";
import { StatusMark, type StatusTone } from "../../ui/status-mark.tsx";

const STATES: Record<Camera["state"], { tone: StatusTone; words: string }> = {
  live: { tone: "live", words: "Live" },
  connecting: { tone: "connecting", words: "Connecting" },
  down: { tone: "down", words: "Down" },
  unknown: { tone: "unknown", words: "Not known" },
};
const HEAD = "h-7 px-4 text-left text-2xs font-normal text-faint whitespace-nowrap";
const CELL = "h-9 px-4 whitespace-nowrap";
const NUMBER = `${CELL} text-right`;

function CameraRow({ camera }: { camera: Camera }) {
  const { nodeId, cameraId, telemetry, width, height } = camera;
  const state = camera.nodeOnline ? STATES[camera.state] : STATES.unknown;
  const rate = (value: number | undefined) => (value === undefined ? "–" : formatRate(value));
  return (
    <tr className="border-t hover:bg-hover">
      <th scope="row" className={`${CELL} text-left font-medium`}>
        <Link
          to="/live/$nodeId/$cameraId"
          params={{ nodeId, cameraId }}
          className="underline-offset-2 hover:underline"
        >
          {camera.name}
        </Link>
      </th>
      <td className={CELL}>
        <span className="flex min-w-40 items-center gap-1.5">
          <StatusMark tone={state.tone} />
          {state.words}
          <span className="text-dim">
            <SpanText at={camera.since} />
          </span>
        </span>
      </td>
      <td className={`${CELL} text-dim`}>
        {width === null || height === null ? "–" : `${width} × ${height}`}
      </td>
      <td className={NUMBER}>{rate(telemetry?.fpsIn)}</td>
      <td className={NUMBER}>{rate(telemetry?.fpsInferred)}</td>
      <td className={NUMBER}>{rate(telemetry?.fpsDropped)}</td>
      <td className={NUMBER}>
        {telemetry === null || telemetry.latencyP50Ms === null || telemetry.latencyP95Ms === null
          ? "–"
          : `${Math.round(telemetry.latencyP50Ms)} / ${Math.round(telemetry.latencyP95Ms)} ms`}
      </td>
      <td className={NUMBER}>{telemetry === null ? "–" : telemetry.openTracks}</td>
    </tr>
  );
}

/** The cameras of one node with the figures of the last period. */
export function NodeCameras({ nodeId, cameras }: { nodeId: string; cameras: readonly Camera[] }) {
  return (
    <section
      aria-label={`Cameras of ${nodeId}`}
      // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard
      tabIndex={0}
      className="overflow-x-auto -outline-offset-2"
    >
      <table className="w-full border-collapse">
        <thead className="bg-panel">
          <tr>
            <th scope="col" className={HEAD}>
              Camera
            </th>
            <th scope="col" className={HEAD}>
              State, for
            </th>
            <th scope="col" className={HEAD}>
              Picture
            </th>
            <th
              scope="col"
              className={`${HEAD} text-right`}
              title="Frames a second that come from the camera"
            >
              Fps in
            </th>
            <th
              scope="col"
              className={`${HEAD} text-right`}
              title="Frames a second that the model looks at"
            >
              Looked at
            </th>
            <th
              scope="col"
              className={`${HEAD} text-right`}
              title="Frames a second that there was no time for"
            >
              Dropped
            </th>
            <th
              scope="col"
              className={`${HEAD} text-right`}
              title="From capture to detections, median and 95th percentile"
            >
              Latency p50 / p95
            </th>
            <th scope="col" className={`${HEAD} text-right`} title="Objects that are followed now">
              Open tracks
            </th>
          </tr>
        </thead>
        <tbody>
          {cameras.map((camera) => (
            <CameraRow key={camera.cameraId} camera={camera} />
          ))}
        </tbody>
      </table>
    </section>
  );
}
