import { TriangleAlert } from "lucide-react";
import { type DragEvent, useEffect, useMemo, useRef, useState } from "react";
import { toast } from "sonner";
import { useCameraChanges } from "../../camera-settings/use-camera-settings.ts";
import { type CameraSetting, cameraKey } from "../../connection/api.ts";
import { useLiveFeed } from "../../connection/use-connection.ts";
import { plural } from "../../format/amount.ts";
import { useMay } from "../../people/person.ts";
import { Button } from "../../ui/button.tsx";
import { Message } from "../../ui/message.tsx";
import { useIsDark } from "../../ui/theme.ts";
import { TopBarSlot } from "../../ui/top-bar-slot.tsx";
import "./map.css";
import { MapLegend } from "./map-legend.tsx";
import { MapPanel } from "./map-panel.tsx";
import type { MapTilesInfo } from "./use-map-tiles.ts";
import { WorldMap } from "./world-map.ts";

/** What a camera that is dragged from the list carries. */
const DRAGGED = "text/x-camera";

type Place = NonNullable<CameraSetting["place"]>;

interface CameraMapProps {
  list: readonly CameraSetting[];
  tiles: MapTilesInfo | null;
}

/** The map, and the list of cameras beside it. */
export function CameraMap({ list, tiles }: CameraMapProps) {
  const may = useMay("operator");
  const cameras = useMemo(() => new Map(list.map((camera) => [cameraKey(camera), camera])), [list]);
  const container = useRef<HTMLDivElement>(null);
  const world = useRef<WorldMap | null>(null);
  const [selected, setSelected] = useState<string | null>(null);
  const [gridMetres, setGridMetres] = useState<number | null>(null);
  const [broken, setBroken] = useState<string | null>(null);
  const put = usePlace(cameras);
  const feed = useLiveFeed();
  const theme = useIsDark() ? "dark" : "light";

  // biome-ignore lint/correctness/useExhaustiveDependencies: the map is made once; its theme follows below.
  useEffect(() => {
    if (container.current === null) return;
    try {
      world.current = new WorldMap({
        container: container.current,
        theme,
        tiles,
        canPlace: may,
        onSelect: setSelected,
        onPlace: (key, place) => put.current(key, place),
        onGrid: setGridMetres,
        onFault: (message) => toast(`The land is not drawn: ${message}`),
      });
    } catch (error) {
      setBroken(error instanceof Error ? error.message : String(error));
    }
    return () => {
      world.current?.remove();
      world.current = null;
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

  const drop = (event: DragEvent) => {
    const key = event.dataTransfer.getData(DRAGGED);
    const at = world.current?.placeAt(event.clientX, event.clientY);
    if (key === "" || at === undefined || !may) return;
    put.current(key, at);
    setSelected(key);
  };
  const placed = [...cameras.values()].filter((camera) => camera.place !== null).length;
  return (
    <div className="flex h-full min-h-0 max-sm:flex-col">
      <TopBarSlot>
        <span className="flex-1 truncate text-dim">
          {placed} of {plural(cameras.size, "camera")} placed
        </span>
        <Button disabled={placed === 0 || broken !== null} onClick={() => world.current?.fit()}>
          Show all
        </Button>
      </TopBarSlot>
      <div className="relative min-h-0 min-w-0 flex-1">
        {broken === null ? (
          <>
            <section
              ref={container}
              aria-label="Map of the cameras"
              className="size-full"
              onDragOver={(event) => event.preventDefault()}
              onDrop={drop}
            />
            <MapLegend gridMetres={gridMetres} attribution={tiles?.attribution ?? null} />
          </>
        ) : (
          <Message role="alert" icon={<TriangleAlert />} title="This browser does not draw the map">
            <p>It needs WebGL ({broken}). The list beside it, and all other pages, work without.</p>
          </Message>
        )}
      </div>
      <MapPanel
        cameras={cameras}
        selected={selected}
        canPlace={broken === null && may}
        onDrag={(event, key) => event.dataTransfer.setData(DRAGGED, key)}
        onSelect={(key) => {
          setSelected(key === selected ? null : key);
          const place = cameras.get(key)?.place;
          if (place != null) world.current?.goTo(place);
        }}
        onPlaceHere={(key) => {
          if (world.current !== null) put.current(key, world.current.centre);
          setSelected(key);
        }}
        onDirection={(key, direction) => put.current(key, { direction })}
        onTakeOff={(key) => put.current(key, null)}
      />
    </div>
  );
}

/** Sends a place; null takes the camera off the map. A camera that was moved can be put back. */
function usePlace(cameras: ReadonlyMap<string, CameraSetting>) {
  const { place } = useCameraChanges();
  const put = (key: string, next: Partial<Place> | null) => {
    const camera = cameras.get(key);
    if (camera === undefined) return;
    const { nodeId, cameraId, name, place: was } = camera;
    const wanted =
      next === null ? null : { latitude: 0, longitude: 0, direction: null, ...was, ...next };
    place.mutate(
      { nodeId, cameraId, place: wanted },
      { onError: (fault) => toast.error(`${name} was not placed`, { description: fault.message }) },
    );
    const isMove = was !== null && (next === null || next.latitude !== undefined);
    if (!isMove) return;
    toast(next === null ? `${name} was taken off the map` : `${name} was moved`, {
      action: { label: "Undo", onClick: () => place.mutate({ nodeId, cameraId, place: was }) },
    });
  };
  const latest = useRef(put);
  latest.current = put;
  return latest;
}
