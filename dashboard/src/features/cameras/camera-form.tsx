import { type FormEvent, useId, useState } from "react";
import { toast } from "sonner";
import { useCameraChanges } from "../../camera-settings/use-camera-settings.ts";
import type { CameraSetting, FleetNode } from "../../connection/api.ts";
import { Button } from "../../ui/button.tsx";
import { FIELD, FieldRow, FormError } from "../../ui/form-parts.tsx";
import { StatusMark } from "../../ui/status-mark.tsx";

interface CameraFormProps {
  /** The camera to change; null adds one. */
  camera: CameraSetting | null;
  nodes: readonly FleetNode[];
  onDone: () => void;
}

/** A name, an address that the node can be asked to look at, and the button that sends the wish. */
export function CameraForm({ camera, nodes, onDone }: CameraFormProps) {
  const ids = { node: useId(), id: useId(), name: useId(), url: useId() };
  const { add, edit, probe } = useCameraChanges();
  const [nodeId, setNodeId] = useState(camera?.nodeId ?? nodes[0]?.nodeId ?? "");
  const [cameraId, setCameraId] = useState(camera?.cameraId ?? "");
  const [name, setName] = useState(camera?.name ?? "");
  const [url, setUrl] = useState("");
  const busy = add.isPending || edit.isPending;
  const error = add.error ?? edit.error;

  const submit = async (event: FormEvent) => {
    event.preventDefault();
    const sent =
      camera === null
        ? add.mutateAsync({ nodeId, cameraId, name, url })
        : edit.mutateAsync({
            nodeId: camera.nodeId,
            cameraId: camera.cameraId,
            name,
            ...(url === "" ? {} : { url }),
          });
    await sent.then(
      () => {
        toast(`Sent to ${nodeId}; its answer shows in the list.`);
        onDone();
      },
      // Shown below the fields.
      () => undefined,
    );
  };

  return (
    <form onSubmit={(event) => void submit(event)} className="flex flex-col gap-3">
      <FieldRow id={ids.node} label="Node">
        <select
          id={ids.node}
          className={FIELD}
          value={nodeId}
          disabled={camera !== null}
          onChange={(event) => setNodeId(event.target.value)}
        >
          {nodes.map((node) => (
            <option key={node.nodeId} value={node.nodeId}>
              {node.nodeId}
              {node.online ? "" : " (offline)"}
            </option>
          ))}
        </select>
      </FieldRow>
      <FieldRow
        id={ids.id}
        label="Id"
        hint="Lower-case letters, digits and inner dashes. Stays for ever."
      >
        <input
          id={ids.id}
          className={FIELD}
          value={cameraId}
          disabled={camera !== null}
          placeholder="gate-1"
          required
          pattern="[a-z0-9]([a-z0-9\-]{0,62}[a-z0-9])?"
          onChange={(event) => setCameraId(event.target.value)}
        />
      </FieldRow>
      <FieldRow id={ids.name} label="Name">
        <input
          id={ids.name}
          className={FIELD}
          value={name}
          required
          maxLength={100}
          placeholder="Gate, north side"
          onChange={(event) => setName(event.target.value)}
        />
      </FieldRow>
      <FieldRow
        id={ids.url}
        label="Address"
        hint={
          camera === null
            ? "rtsp://, rtsps://, http:// or https://. The node reaches it, not this browser."
            : `Now: ${camera.address ?? "as in the node's own file"}. Leave empty to keep it.`
        }
      >
        <input
          id={ids.url}
          className={FIELD}
          value={url}
          required={camera === null}
          maxLength={2000}
          placeholder="rtsp://user:password@10.0.0.7/stream1"
          autoComplete="off"
          spellCheck={false}
          onChange={(event) => setUrl(event.target.value)}
        />
      </FieldRow>
      <div className="flex items-center gap-2">
        <Button
          disabled={url === "" || probe.isPending}
          onClick={() => probe.mutate({ nodeId, url })}
        >
          {probe.isPending ? "Looking…" : "Probe"}
        </Button>
        <ProbeAnswer probe={probe} />
      </div>
      <FormError error={error} />
      <div className="flex gap-2 border-t pt-3">
        <Button type="submit" variant="solid" disabled={busy}>
          {camera === null ? "Add camera" : "Send change"}
        </Button>
        <Button variant="ghost" onClick={onDone}>
          Cancel
        </Button>
      </div>
    </form>
  );
}

/** What the node saw at the address, or why it saw nothing, in its own words. */
function ProbeAnswer({ probe }: { probe: ReturnType<typeof useCameraChanges>["probe"] }) {
  if (probe.error !== null) return <span className="text-stale">{probe.error.message}</span>;
  if (probe.data === undefined) {
    return <span className="text-xs text-faint">The node looks at the address once.</span>;
  }
  if (!probe.data.ok) {
    return (
      <span className="flex items-center gap-1.5 text-down">
        <StatusMark tone="down" />
        {probe.data.fault.message}
      </span>
    );
  }
  const { width, height, codec, fps } = probe.data.probe;
  return (
    <span className="flex items-center gap-1.5">
      <StatusMark tone="live" />
      {width} × {height}, {codec}
      {fps === null ? "" : `, ${Math.round(fps * 10) / 10} fps`}
    </span>
  );
}
