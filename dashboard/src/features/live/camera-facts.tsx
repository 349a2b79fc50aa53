import type { ReactNode } from "react";
import { SpanText } from "../../clock/age-text.tsx";
import type { Camera } from "../../connection/api.ts";
import { formatRate } from "../../format/amount.ts";
import { NodeLink } from "./condition-notice.tsx";

function Fact({ name, children, title }: { name: string; children: ReactNode; title?: string }) {
  return (
    <div className="min-w-0" title={title}>
      <dt className="text-2xs text-faint">{name}</dt>
      <dd className="truncate">{children}</dd>
    </div>
  );
}

const UNKNOWN = <span className="text-faint">not told</span>;

/** What the node says of one camera. */
export function CameraFacts({ camera }: { camera: Camera }) {
  const { telemetry } = camera;
  return (
    <dl className="grid grid-cols-3 gap-x-4 gap-y-2.5 p-3">
      <Fact name="Node">
        <NodeLink nodeId={camera.nodeId} />
      </Fact>
      <Fact name={camera.state === "live" ? "Live for" : "In this state for"}>
        <SpanText at={camera.since} />
      </Fact>
      <Fact name="Picture">
        {camera.width === null || camera.height === null
          ? UNKNOWN
          : `${camera.width} × ${camera.height}`}
      </Fact>
      <Fact name="Frames in" title="Frames a second that come from the camera">
        {telemetry === null ? UNKNOWN : `${formatRate(telemetry.fpsIn)} fps`}
      </Fact>
      <Fact name="Looked at" title="Frames a second that the model looks at">
        {telemetry === null ? UNKNOWN : `${formatRate(telemetry.fpsInferred)} fps`}
      </Fact>
      <Fact name="Latency p50, p95" title="From capture to detections">
        {telemetry === null || telemetry.latencyP50Ms === null || telemetry.latencyP95Ms === null
          ? UNKNOWN
          : `${Math.round(telemetry.latencyP50Ms)}, ${Math.round(telemetry.latencyP95Ms)} ms`}
      </Fact>
    </dl>
  );
}
