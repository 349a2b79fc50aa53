import { Link } from "@tanstack/react-router";
import { AgeText } from "../../clock/age-text.tsx";
import type { CameraSetting } from "../../connection/api.ts";
import { Button } from "../../ui/button.tsx";
import { StatusMark } from "../../ui/status-mark.tsx";
import { stateOf, useCameraChanges, wishOf } from "./use-camera-settings.ts";

interface CameraRowProps {
  camera: CameraSetting;
  selected: boolean;
  onEdit: () => void;
}

/** One camera: what it is, what it does, what was wished and what its node said. */
export function CameraRow({ camera, selected, onEdit }: CameraRowProps) {
  const { edit } = useCameraChanges();
  const { nodeId, cameraId, reported } = camera;
  const state = stateOf(camera);
  const wish = wishOf(camera);
  return (
    <tr className={selected ? "border-b bg-selected" : "border-b hover:bg-hover"}>
      <td className="py-2 pr-3 pl-4">
        <Link
          to="/live/$nodeId/$cameraId"
          params={{ nodeId, cameraId }}
          className="font-medium hover:underline"
        >
          {camera.name}
        </Link>
        <div className="text-xs text-faint">
          {nodeId} / {cameraId}
        </div>
      </td>
      <td className="px-3 py-2">
        <span className="flex items-center gap-1.5">
          <StatusMark tone={state.tone} />
          {state.word}
          {reported === null || !camera.enabled ? null : (
            <AgeText at={reported.since} className="text-xs text-faint" />
          )}
        </span>
        {camera.enabled && reported?.fault != null ? (
          <div className="max-w-72 truncate text-xs text-down" title={reported.fault.message}>
            {reported.fault.message}
          </div>
        ) : null}
      </td>
      <td className="px-3 py-2 text-dim">
        {reported?.width == null ? "–" : `${reported.width} × ${reported.height}`}
      </td>
      <td className="px-3 py-2 text-dim">{camera.address ?? "In the node's file"}</td>
      <td className="px-3 py-2">
        <span className="flex items-center gap-1.5">
          <StatusMark tone={wish.tone} />
          {wish.word}
          {camera.requestedAt === null || camera.wish === "reported" ? null : (
            <AgeText at={camera.requestedAt} className="text-xs text-faint" />
          )}
        </span>
        {camera.refusal === null ? null : (
          <div className="max-w-80 text-xs text-down">{camera.refusal.message}</div>
        )}
        {camera.wish === "requested" && !camera.nodeOnline ? (
          <div className="text-xs text-faint">Its node is away; it answers when it is back.</div>
        ) : null}
      </td>
      <td className="py-2 pr-4 pl-3">
        <div className="flex justify-end gap-2">
          <Button onClick={onEdit}>Change</Button>
          <Button
            className="w-24 justify-center"
            disabled={edit.isPending}
            onClick={() => edit.mutate({ nodeId, cameraId, enabled: !camera.enabled })}
          >
            {camera.enabled ? "Switch off" : "Switch on"}
          </Button>
        </div>
      </td>
    </tr>
  );
}
