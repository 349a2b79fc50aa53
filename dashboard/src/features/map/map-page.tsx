import { Cctv } from "lucide-react";
import { useCameraSettings } from "../../camera-settings/use-camera-settings.ts";
import { Message } from "../../ui/message.tsx";
import { QueryFailed } from "../../ui/query-failed.tsx";
import { useStandingError } from "../../ui/use-standing-error.ts";
import { CameraMap } from "./camera-map.tsx";
import { useMapTiles } from "./use-map-tiles.ts";

/** Every camera where it stands, with its state; a ring where something is seen now. */
export function MapPage() {
  const query = useCameraSettings();
  const tiles = useMapTiles();
  const { data, refetch } = query;
  const error = useStandingError(query);
  if (data === undefined) {
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
  if (data.length === 0) {
    return (
      <Message icon={<Cctv />} title="No cameras to place">
        <p>Add one on the page Cameras; it can be placed here then.</p>
      </Message>
    );
  }
  // Where the cloud does not tell of a map of its operator's, land and borders do.
  if (tiles.isPending) return <Skeleton />;
  return <CameraMap list={data} tiles={tiles.data ?? null} />;
}

function Skeleton() {
  return (
    <div role="status" aria-label="Loading the map" className="flex h-full max-sm:flex-col">
      <div className="flex-1" />
      <div className="flex w-72 flex-col gap-2 border-l bg-panel p-4 max-sm:h-2/5 max-sm:w-full max-sm:border-t max-sm:border-l-0">
        {["a", "b", "c", "d"].map((row) => (
          <div key={row} className="skeleton h-7" />
        ))}
      </div>
    </div>
  );
}
