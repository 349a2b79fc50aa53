import { Cctv, Plus } from "lucide-react";
import { useState } from "react";
import { cameraKey } from "../../connection/api.ts";
import { plural } from "../../format/amount.ts";
import { Button } from "../../ui/button.tsx";
import { Message } from "../../ui/message.tsx";
import { QueryFailed } from "../../ui/query-failed.tsx";
import { TopBarSlot } from "../../ui/top-bar-slot.tsx";
import { useStandingError } from "../../ui/use-standing-error.ts";
import { useNodes } from "../nodes/use-nodes.ts";
import { CameraForm } from "./camera-form.tsx";
import { CameraRow } from "./camera-row.tsx";
import { RemoveCamera } from "./remove-camera.tsx";
import { stateOf, useCameraSettings } from "./use-camera-settings.ts";

const COLUMNS = ["Camera", "State", "Picture", "Address", "Wish", ""];

/** Every camera of every node: what it is and what is wanted of it. */
export function CamerasPage() {
  const query = useCameraSettings();
  const { data: cameras, refetch } = query;
  const error = useStandingError(query);
  const { data: nodes = [] } = useNodes();
  const [open, setOpen] = useState<"add" | string | null>(null);

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
  const chosen =
    open === null || open === "add"
      ? undefined
      : cameras.find((camera) => cameraKey(camera) === open);
  const live = cameras.filter((camera) => stateOf(camera).tone === "live").length;
  const panel = open === "add" || chosen !== undefined;
  return (
    <div className="flex h-full min-h-0">
      <TopBarSlot>
        <span className="flex-1 truncate text-dim">
          {plural(cameras.length, "camera")}, {live} live
        </span>
        <Button variant="solid" disabled={nodes.length === 0} onClick={() => setOpen("add")}>
          <Plus aria-hidden="true" />
          Add camera
        </Button>
      </TopBarSlot>
      <div className="min-w-0 flex-1 overflow-auto">
        {cameras.length === 0 ? (
          <Message icon={<Cctv />} title="No cameras yet">
            <p>
              {nodes.length === 0
                ? "Cameras belong to a node. One appears when its agent reaches the broker."
                : "Add the first one: its node takes it in within a second."}
            </p>
          </Message>
        ) : (
          <table className="w-full text-left">
            <thead className="sticky top-0 bg-canvas">
              <tr className="border-b text-xs text-dim">
                {COLUMNS.map((column) => (
                  <th key={column} scope="col" className="h-8 px-3 font-medium first:pl-4">
                    {column}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {cameras.map((camera) => (
                <CameraRow
                  key={cameraKey(camera)}
                  camera={camera}
                  selected={cameraKey(camera) === open}
                  onEdit={() => setOpen(cameraKey(camera))}
                />
              ))}
            </tbody>
          </table>
        )}
      </div>
      {panel ? (
        <aside className="w-96 shrink-0 overflow-y-auto border-l bg-panel">
          <CameraForm
            key={open}
            camera={chosen ?? null}
            nodes={nodes}
            onDone={() => setOpen(null)}
          />
          {chosen === undefined ? null : (
            <RemoveCamera camera={chosen} onDone={() => setOpen(null)} />
          )}
        </aside>
      ) : null}
    </div>
  );
}

function Skeleton() {
  return (
    <div role="status" aria-label="Loading the cameras" className="flex flex-col gap-px p-4">
      {["a", "b", "c", "d"].map((row) => (
        <div key={row} className="h-12 animate-pulse rounded-md bg-panel" />
      ))}
    </div>
  );
}
