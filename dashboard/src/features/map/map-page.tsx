import { Cctv } from "lucide-react";
import { useEffect, useMemo, useRef, useState } from "react";
import { toast } from "sonner";
import { type CameraSetting, cameraKey } from "../../connection/api.ts";
import { useLiveFeed } from "../../connection/use-connection.ts";
import { plural } from "../../format/amount.ts";
import { Button } from "../../ui/button.tsx";
import { Message } from "../../ui/message.tsx";
import { QueryFailed } from "../../ui/query-failed.tsx";
import { useIsDark } from "../../ui/theme.ts";
import { TopBarSlot } from "../../ui/top-bar-slot.tsx";
import { useStandingError } from "../../ui/use-standing-error.ts";
import { useCameraChanges, useCameraSettings } from "../cameras/use-camera-settings.ts";
import "./map.css";
import { MapPanel } from "./map-panel.tsx";
import { WorldMap } from "./world-map.ts";

/** A direction that is being dragged is sent when the hand rests. */
const DIRECTION_REST_MS = 300;

/** Every camera where it stands, with its state; a ring where something is seen now. */
export function MapPage() {
  const query = useCameraSettings();
  const { data, refetch } = query;
  const error = useStandingError(query);
  if (data === undefined) {
    if (error === null) return <div role="status" aria-label="Loading the map" />;
    return (
      <QueryFailed
        what="The cameras"
        error={error}
        stillWorks="Nodes go on watching them."
        onRetry={() => void refetch()}
      />
    );
  }
  if (data.length === 0) {
    return (
      <Message icon={<Cctv />} title="No cameras to place">
        <p>Add one on the page Cameras; it can be placed here then.</p>
      </Message>
    );
  }
  return <CameraMap cameras={data} />;
}

function CameraMap({ cameras: list }: { cameras: readonly CameraSetting[] }) {
  const container = useRef<HTMLDivElement>(null);
  const world = useRef<WorldMap | null>(null);
  const resting = useRef<ReturnType<typeof setTimeout>>(undefined);
  const [selected, setSelected] = useState<string | null>(null);
  const { place } = useCameraChanges();
  const feed = useLiveFeed();
  const theme = useIsDark() ? "dark" : "light";
  const cameras = useMemo(() => new Map(list.map((camera) => [cameraKey(camera), camera])), [list]);

  /** Sends a place; null takes the camera off the map. */
  const put = (key: string, next: Partial<NonNullable<CameraSetting["place"]>> | null) => {
    const camera = cameras.get(key);
    if (camera === undefined) return;
    const { nodeId, cameraId } = camera;
    const before = camera.place ?? { latitude: 0, longitude: 0, direction: null };
    place.mutate(
      { nodeId, cameraId, place: next === null ? null : { ...before, ...next } },
      { onError: (fault) => toast(`${camera.name} was not placed: ${fault.message}`) },
    );
  };
  const latest = useRef(put);
  latest.current = put;

  // biome-ignore lint/correctness/useExhaustiveDependencies: the map is made once; its theme follows below.
  useEffect(() => {
    if (container.current === null) return;
    const made = new WorldMap({
      container: container.current,
      theme,
      onSelect: setSelected,
      onMove: (key, at) => latest.current(key, at),
      onFault: (message) => toast(`The land is not drawn: ${message}`),
    });
    world.current = made;
    return () => {
      world.current = null;
      made.remove();
    };
  }, []);
  useEffect(() => world.current?.show(cameras, selected), [cameras, selected]);
  const drawnIn = useRef(theme);
  useEffect(() => {
    if (drawnIn.current === theme) return;
    drawnIn.current = theme;
    world.current?.setTheme(theme);
  }, [theme]);
  useEffect(() => feed.onEvent((event) => world.current?.pulse(cameraKey(event))), [feed]);

  const placed = list.filter((camera) => camera.place !== null).length;
  return (
    <div className="flex h-full min-h-0">
      <TopBarSlot>
        <span className="flex-1 truncate text-dim">
          {placed} of {plural(list.length, "camera")} placed
        </span>
        <Button disabled={placed === 0} onClick={() => world.current?.fit()}>
          Show all
        </Button>
      </TopBarSlot>
      <section
        ref={container}
        aria-label="Map of the cameras"
        className="min-w-0 flex-1"
        onDragOver={(event) => event.preventDefault()}
        onDrop={(event) => {
          const key = event.dataTransfer.getData("text/x-camera");
          const at = world.current?.placeAt(event.clientX, event.clientY);
          if (key !== "" && at !== undefined) put(key, at);
        }}
      />
      <MapPanel
        cameras={cameras}
        selected={selected}
        onSelect={(key) => {
          setSelected(key === selected ? null : key);
          world.current?.goTo(key);
        }}
        onPlaceHere={(key) => {
          if (world.current !== null) put(key, world.current.centre);
          setSelected(key);
        }}
        onDirection={(key, direction) => {
          clearTimeout(resting.current);
          resting.current = setTimeout(() => latest.current(key, { direction }), DIRECTION_REST_MS);
        }}
        onTakeOff={(key) => put(key, null)}
      />
    </div>
  );
}
