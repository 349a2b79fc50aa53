import type { CameraSetting, FleetNode } from "../../connection/api.ts";
import { SidePanel } from "../../ui/side-panel.tsx";
import { CameraForm } from "./camera-form.tsx";
import { RemoveCamera } from "./remove-camera.tsx";
import { SwitchButton } from "./switch-button.tsx";

interface CameraPanelProps {
  /** The camera to change; null adds one. */
  camera: CameraSetting | null;
  nodes: readonly FleetNode[];
  onClose: () => void;
}

/** Everything that can be wanted of a camera. */
export function CameraPanel({ camera, nodes, onClose }: CameraPanelProps) {
  return (
    <SidePanel title={camera === null ? "Add a camera" : `Change ${camera.name}`} onClose={onClose}>
      <CameraForm camera={camera} nodes={nodes} onDone={onClose} />
      {camera === null ? null : (
        <section className="mt-4 flex flex-col gap-3 border-t pt-4">
          <p className="text-xs text-dim">
            {camera.enabled
              ? "Switched off, its node neither reads nor watches it."
              : "Switched on, its node reads and watches it again."}
          </p>
          <div>
            <SwitchButton camera={camera} />
          </div>
          <RemoveCamera camera={camera} onDone={onClose} />
        </section>
      )}
    </SidePanel>
  );
}
