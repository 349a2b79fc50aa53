import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import type { CameraSetting } from "../connection/api.ts";
import { useTRPC } from "../connection/api.ts";
import type { StatusTone } from "../ui/status-mark.tsx";

type Placement = Pick<CameraSetting, "nodeId" | "cameraId" | "place">;

/** Every camera with what is wanted of it; asked for again whenever cameras change. */
export function useCameraSettings() {
  return useQuery(useTRPC().cameras.settings.queryOptions());
}

/** The changes that people can make to cameras; each brings the list up to date. */
export function useCameraChanges() {
  const trpc = useTRPC();
  const queryClient = useQueryClient();
  const onSettled = () => queryClient.invalidateQueries({ queryKey: trpc.cameras.pathKey() });
  /** A camera stays where a hand put it, also before the cloud has answered. */
  const onMutate = ({ nodeId, cameraId, place }: Placement) =>
    queryClient.setQueryData(trpc.cameras.settings.queryKey(), (list) =>
      list?.map((camera) =>
        camera.nodeId === nodeId && camera.cameraId === cameraId ? { ...camera, place } : camera,
      ),
    );
  return {
    add: useMutation(trpc.cameras.add.mutationOptions({ onSettled })),
    edit: useMutation(trpc.cameras.edit.mutationOptions({ onSettled })),
    remove: useMutation(trpc.cameras.remove.mutationOptions({ onSettled })),
    place: useMutation(trpc.cameras.place.mutationOptions({ onMutate, onSettled })),
    probe: useMutation(trpc.cameras.probe.mutationOptions()),
  };
}

/** A camera's state in a word, and the tone of its mark. */
export function stateOf(camera: CameraSetting): { tone: StatusTone; word: string } {
  if (!camera.enabled) return { tone: "unknown", word: "Off" };
  if (!camera.nodeOnline) return { tone: "stale", word: "Node away" };
  switch (camera.reported?.state) {
    case "live":
      return { tone: "live", word: "Live" };
    case "connecting":
      return { tone: "connecting", word: "Connecting" };
    case "down":
      return { tone: "down", word: "Down" };
    default:
      return { tone: "unknown", word: "Not yet reported" };
  }
}

/** How far the last wish has come, in a word, and the tone of its mark. */
export function wishOf(camera: CameraSetting): { tone: StatusTone; word: string } {
  switch (camera.wish) {
    case "reported":
      return { tone: "unknown", word: "From the node's file" };
    case "requested":
      return { tone: "connecting", word: "Requested" };
    case "accepted":
      return { tone: "live", word: "Accepted" };
    case "refused":
      return { tone: "down", word: "Refused" };
  }
}
