import { useState } from "react";
import { useCameraChanges } from "../../camera-settings/use-camera-settings.ts";
import type { CameraSetting } from "../../connection/api.ts";
import { Button } from "../../ui/button.tsx";
import { FormError } from "../../ui/form-parts.tsx";

/** Takes a camera from its node, after a second press. */
export function RemoveCamera({ camera, onDone }: { camera: CameraSetting; onDone: () => void }) {
  const { remove } = useCameraChanges();
  const [sure, setSure] = useState(false);
  const { nodeId, cameraId, name } = camera;
  return (
    <>
      <p className="text-xs text-dim">
        Removing takes it from its node. Its events and annotations stay.
      </p>
      <div className="flex gap-2">
        {sure ? (
          <>
            <Button
              className="min-w-0 text-down"
              disabled={remove.isPending}
              onClick={() => remove.mutate({ nodeId, cameraId }, { onSuccess: onDone })}
            >
              <span className="truncate">Remove {name}</span>
            </Button>
            <Button variant="ghost" onClick={() => setSure(false)}>
              Keep
            </Button>
          </>
        ) : (
          <Button onClick={() => setSure(true)}>Remove…</Button>
        )}
      </div>
      <FormError error={remove.error} />
    </>
  );
}
