import { toast } from "sonner";
import { useCameraChanges } from "../../camera-settings/use-camera-settings.ts";
import type { CameraSetting } from "../../connection/api.ts";
import { RoleButton } from "../../people/role-button.tsx";

/** Asks the node to stop, or begin again, watching a camera. */
export function SwitchButton({ camera }: { camera: CameraSetting }) {
  const { edit } = useCameraChanges();
  const { nodeId, cameraId, name, enabled } = camera;
  const onError = (fault: { message: string }) =>
    toast.error(`${name} was not switched ${enabled ? "off" : "on"}`, {
      description: fault.message,
    });
  return (
    <RoleButton
      needs="operator"
      className="w-24 justify-center"
      aria-label={`Switch ${enabled ? "off" : "on"} ${name}`}
      disabled={edit.isPending}
      onClick={() => edit.mutate({ nodeId, cameraId, enabled: !enabled }, { onError })}
    >
      {enabled ? "Switch off" : "Switch on"}
    </RoleButton>
  );
}
