import { Link } from "@tanstack/react-router";
import { stateOf, wishOf } from "../../camera-settings/use-camera-settings.ts";
import { AgeText } from "../../clock/age-text.tsx";
import type { CameraSetting } from "../../connection/api.ts";
import { RoleButton } from "../../people/role-button.tsx";
import { StatusMark } from "../../ui/status-mark.tsx";
import { SwitchButton } from "./switch-button.tsx";

interface CameraRowProps {
  camera: CameraSetting;
  selected: boolean;
  onEdit: () => void;
}

/** One camera: what it is, what it does, what was asked for and what its node said. */
export function CameraRow({ camera, selected, onEdit }: CameraRowProps) {
  const { nodeId, cameraId, reported, name } = camera;
  return (
    <tr className={selected ? "border-b bg-selected" : "border-b hover:bg-hover"}>
      <td className="max-w-64 py-2 pr-3 pl-4">
        <Link
          to="/live/$nodeId/$cameraId"
          params={{ nodeId, cameraId }}
          className="block truncate font-medium hover:underline"
          title={name}
        >
          {name}
        </Link>
        <div className="truncate text-xs text-faint">
          {nodeId} / {cameraId}
        </div>
        <div className="mt-1 @2xl:hidden">
          <State camera={camera} />
          {camera.wish === "requested" || camera.wish === "refused" ? (
            <Answer camera={camera} />
          ) : null}
        </div>
      </td>
      <td className="max-w-72 px-3 py-2 @max-2xl:hidden">
        <State camera={camera} />
      </td>
      <td className="px-3 py-2 whitespace-nowrap text-dim @max-5xl:hidden">
        {reported?.width == null ? "–" : `${reported.width} × ${reported.height}`}
      </td>
      <td className="max-w-56 px-3 py-2 text-dim @max-4xl:hidden">
        <div className="truncate" title={camera.address ?? undefined}>
          {camera.address ?? "in the node's file"}
        </div>
      </td>
      <td className="max-w-80 px-3 py-2 @max-2xl:hidden">
        <Answer camera={camera} />
      </td>
      <td className="py-2 pr-4 pl-3">
        <div className="flex justify-end gap-2">
          <RoleButton needs="operator" aria-label={`Change ${name}`} onClick={onEdit}>
            Change
          </RoleButton>
          <span className="@max-5xl:hidden">
            <SwitchButton camera={camera} />
          </span>
        </div>
      </td>
    </tr>
  );
}

function State({ camera }: { camera: CameraSetting }) {
  const { reported, enabled } = camera;
  const { tone, word } = stateOf(camera);
  return (
    <>
      <span className="flex items-center gap-1.5 whitespace-nowrap">
        <StatusMark tone={tone} />
        {word}
        {reported === null || !enabled ? null : (
          <AgeText at={reported.since} className="text-xs text-faint" />
        )}
      </span>
      {enabled && reported?.fault != null ? (
        <div className="line-clamp-2 text-xs break-words text-down" title={reported.fault.message}>
          {reported.fault.message}
        </div>
      ) : null}
    </>
  );
}

/** What was asked for, by whom, and what the node said to it. */
function Answer({ camera }: { camera: CameraSetting }) {
  const { tone, word } = wishOf(camera);
  return (
    <>
      <span className="flex items-center gap-1.5 whitespace-nowrap">
        <StatusMark tone={tone} />
        {word}
        {camera.requestedAt === null || camera.wish === "reported" ? null : (
          <span className="text-xs text-faint">
            {camera.requestedBy}, <AgeText at={camera.requestedAt} />
          </span>
        )}
      </span>
      {camera.refusal === null ? null : (
        <div className="text-xs break-words text-down">{camera.refusal.message}</div>
      )}
      {camera.wish === "requested" && !camera.nodeOnline ? (
        <div className="text-xs text-faint">Its node is away; it answers when it is back.</div>
      ) : null}
    </>
  );
}
