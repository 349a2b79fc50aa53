import { Server } from "lucide-react";
import { plural } from "../../format/amount.ts";
import { useNodeCameras, useNodes } from "../../node-list/use-nodes.ts";
import { Message } from "../../ui/message.tsx";
import { QueryFailed } from "../../ui/query-failed.tsx";
import { TopBarSlot } from "../../ui/top-bar-slot.tsx";
import { useStandingError } from "../../ui/use-standing-error.ts";
import { NodePanel, NodeSkeleton } from "./node-panel.tsx";

/** Every node of the fleet. */
export function NodesPage({ node: named }: { node: string | undefined }) {
  const query = useNodes();
  const { data: nodes, refetch } = query;
  const error = useStandingError(query);
  const { data: cameras } = useNodeCameras();
  if (nodes === undefined) {
    if (error === null) return <NodeSkeleton />;
    return (
      <QueryFailed
        what="The nodes"
        error={error}
        stillWorks="They go on watching their cameras and keep every event."
        onRetry={() => void refetch()}
      />
    );
  }
  if (nodes.length === 0)
    return (
      <Message icon={<Server />} title="No node has been heard of">
        <p>
          A node appears here when its agent reaches the broker for the first time. Start one on
          this machine:
        </p>
        <code className="mt-2 inline-block rounded-sm border bg-panel px-2 py-1 text-xs text-ink">
          npm start
        </code>
      </Message>
    );
  const online = nodes.filter((node) => node.online).length;
  return (
    <div className="h-full overflow-y-auto">
      <TopBarSlot>
        <span className="truncate text-dim">
          {online === nodes.length
            ? `${plural(nodes.length, "node")}, ${nodes.length === 1 ? "online" : "all online"}`
            : `${online} of ${plural(nodes.length, "node")} online`}
        </span>
      </TopBarSlot>
      {nodes.map((node) => (
        <NodePanel
          key={node.nodeId}
          node={node}
          cameras={(cameras ?? []).filter(({ nodeId }) => nodeId === node.nodeId)}
          named={node.nodeId === named}
        />
      ))}
    </div>
  );
}
