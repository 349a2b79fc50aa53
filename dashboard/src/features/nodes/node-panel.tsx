import { useEffect, useRef } from "react";
import { AgeText, SpanText } from "../../clock/age-text.tsx";
import type { Camera, FleetNode } from "../../connection/api.ts";
import { plural } from "../../format/amount.ts";
import { StatusMark } from "../../ui/status-mark.tsx";
import { NodeCameras } from "./node-cameras.tsx";
import { NodeFaults, noticesOf } from "./node-faults.tsx";
import { NodeFigures } from "./node-figures.tsx";

interface NodePanelProps {
  node: FleetNode;
  cameras: readonly Camera[];
  /** The address names this one: it is brought into sight. */
  named: boolean;
}

/** One node: how it fares, what is safe, what it runs and watches. */
export function NodePanel({ node, cameras, named }: NodePanelProps) {
  const section = useRef<HTMLElement>(null);
  useEffect(() => {
    if (named) section.current?.scrollIntoView({ block: "start" });
  }, [named]);
  return (
    <section ref={section} aria-labelledby={`node-${node.nodeId}`} className="border-b">
      <header className="flex min-h-12 flex-wrap items-center gap-x-4 gap-y-0.5 px-4 py-2">
        <span className="flex items-center gap-2">
          <StatusMark tone={node.online ? "live" : "down"} />
          <h2 id={`node-${node.nodeId}`} className="text-base font-medium">
            {node.nodeId}
          </h2>
          <span className="text-dim">{node.online ? "Online" : "Offline"}</span>
        </span>
        <span className="flex flex-wrap gap-x-4 text-xs text-dim sm:ml-auto">
          <span>
            last heard <AgeText at={node.lastSeenAt} />
          </span>
          {node.startedAt === null || !node.online ? null : (
            <span>
              up for <SpanText at={node.startedAt} />
            </span>
          )}
          {node.agentVersion === null ? null : <span>agent {node.agentVersion}</span>}
          <span>
            {node.online
              ? `${node.camerasLive} of ${plural(node.cameras, "camera")} live`
              : plural(node.cameras, "camera")}
          </span>
        </span>
      </header>
      <NodeFaults notices={noticesOf(node, cameras)} />
      <NodeFigures node={node} />
      {node.telemetryAt === null ? null : (
        <p className="px-4 pt-2 text-xs text-dim">
          Figures of the machine and its cameras are from <AgeText at={node.telemetryAt} />.
        </p>
      )}
      {cameras.length === 0 ? (
        <p className="px-4 py-3 text-dim">
          This node has no cameras. Name some in its agent's configuration.
        </p>
      ) : (
        <div className="mt-2 border-t">
          <NodeCameras nodeId={node.nodeId} cameras={cameras} />
        </div>
      )}
    </section>
  );
}

/** The shape of a node while it is being read. */
export function NodeSkeleton() {
  return (
    <div aria-hidden="true" className="border-b">
      <div className="flex h-12 items-center px-4">
        <div className="skeleton h-4 w-48" />
      </div>
      <div className="grid h-[88px] grid-cols-4 gap-px border-y bg-line">
        {["a", "b", "c", "d"].map((key) => (
          <div key={key} className="bg-canvas px-4 py-3">
            <div className="skeleton h-3 w-16" />
            <div className="skeleton mt-2 h-4 w-24" />
          </div>
        ))}
      </div>
      <div className="p-4">
        <div className="skeleton h-32" />
      </div>
    </div>
  );
}
