import { Cctv, Plus } from "lucide-react";
import { useState } from "react";
import { stateOf, useCameraSettings } from "../../camera-settings/use-camera-settings.ts";
import { cameraKey } from "../../connection/api.ts";
import { plural } from "../../format/amount.ts";
import { useNodes } from "../../node-list/use-nodes.ts";
import { RoleButton } from "../../people/role-button.tsx";
import { Message } from "../../ui/message.tsx";
import { QueryFailed } from "../../ui/query-failed.tsx";
import { TopBarSlot } from "../../ui/top-bar-slot.tsx";
import { useShortcuts } from "../../ui/use-shortcuts.ts";
import { useStandingError } from "../../ui/use-standing-error.ts";
import { CameraPanel } from "./camera-panel.tsx";
import { CameraTable } from "./camera-table.tsx";

/** Every camera of every node: what it is and what is wanted of it. */
export function CamerasPage() {
  const query = useCameraSettings();
  const { data: cameras, refetch } = query;
  const error = useStandingError(query);
  const { data: nodes = [] } = useNodes();
  const [open, setOpen] = useState<"add" | string | null>(null);
  useShortcuts({ Escape: () => setOpen(null) });

  if (cameras === undefined) {
    if (error === null) return <Skeleton />;
    return (
      <QueryFailed
        what="The cameras"
        error={error}
        stillWorks="Nodes go on watching them."
        onRetry={() => void refetch()}
      />
    );
  }
  const chosen = cameras.find((camera) => cameraKey(camera) === open);
  const live = cameras.filter((camera) => stateOf(camera).tone === "live").length;
  return (
    <div className="flex h-full min-h-0">
      <TopBarSlot>
        <span className="flex-1 truncate text-dim">
          {plural(cameras.length, "camera")}, {live} live
        </span>
        <RoleButton
          needs="operator"
          variant="solid"
          disabled={nodes.length === 0}
          onClick={() => setOpen("add")}
        >
          <Plus aria-hidden="true" />
          Add camera
        </RoleButton>
      </TopBarSlot>
      <div className="@container min-w-0 flex-1 overflow-auto">
        {cameras.length === 0 ? (
          <Message icon={<Cctv />} title="No cameras yet">
            <p>
              {nodes.length === 0
                ? "Cameras belong to a node. One appears when its agent reaches the broker."
                : "Add the first one: its node takes it in within a second."}
            </p>
          </Message>
        ) : (
          <CameraTable cameras={cameras} open={open} onOpen={setOpen} />
        )}
      </div>
      {open === "add" || chosen !== undefined ? (
        <CameraPanel
          key={open}
          camera={chosen ?? null}
          nodes={nodes}
          onClose={() => setOpen(null)}
        />
      ) : null}
    </div>
  );
}

function Skeleton() {
  return (
    <div role="status" aria-label="Loading the cameras" className="flex flex-col gap-2 p-4">
      {["a", "b", "c", "d"].map((row) => (
        <div key={row} className="skeleton h-11" />
      ))}
    </div>
  );
}
