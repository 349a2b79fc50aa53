import { useQuery } from "@tanstack/react-query";
import { useEffect, useState, useSyncExternalStore } from "react";
import { type TriageItem, useTRPC, useTRPCClient } from "../../connection/api.ts";
import { useConnectionState } from "../../connection/use-connection.ts";
import { PictureShelf, type ShelfPicture } from "./picture-shelf.ts";
import { sendFaultOf } from "./send-fault.ts";
import { SendQueue, type SendState } from "./send-queue.ts";
import { type DeskState, TriageDesk } from "./triage-desk.ts";

type Client = ReturnType<typeof useTRPCClient>;

/** One queue a connection: answers go on being sent when the person leaves the page. */
const queues = new WeakMap<object, SendQueue>();

function queueOf(client: Client): SendQueue {
  const known = queues.get(client);
  if (known !== undefined) return known;
  const made = new SendQueue({ faultOf: sendFaultOf });
  queues.set(client, made);
  return made;
}

/** What waits, class by class. */
export function useTriageSummary() {
  return useQuery(useTRPC().triage.summary.queryOptions(undefined, { refetchInterval: 10_000 }));
}

/** How the answering goes. */
export function useTriageStats() {
  return useQuery(useTRPC().triage.stats.queryOptions(undefined, { refetchInterval: 10_000 }));
}

/** The person's desk while the page is open; it begins with this class. */
export function useTriageDesk(className: string | null): { desk: TriageDesk; state: DeskState } {
  const client = useTRPCClient();
  const [desk] = useState(() => new TriageDesk({ client, queue: queueOf(client), className }));
  const { phase } = useConnectionState();
  useEffect(() => {
    desk.start();
    return () => desk.stop();
  }, [desk]);
  useEffect(() => {
    if (phase !== "live") return;
    queueOf(client).wake();
    void desk.hold().then(() => desk.fill());
  }, [phase, client, desk]);
  return { desk, state: useSyncExternalStore(desk.onChange, () => desk.state) };
}

/** Where the sending of answers stands. */
export function useSendState(): SendState {
  const queue = queueOf(useTRPCClient());
  return useSyncExternalStore(queue.onChange, () => queue.state);
}

/** Decoded pictures; those given are kept, the others let go. */
export function usePictureShelf(sha256s: readonly string[]): PictureShelf {
  const [shelf] = useState(() => new PictureShelf());
  const wanted = sha256s.join(" ");
  useEffect(() => shelf.keep(wanted === "" ? [] : wanted.split(" ")), [shelf, wanted]);
  useEffect(() => () => shelf.keep([]), [shelf]);
  return shelf;
}

/** One decoded picture; null while it is on its way. */
export function useShelfPicture(shelf: PictureShelf, sha256: string): ShelfPicture | null {
  return useSyncExternalStore(shelf.onChange, () => shelf.picture(sha256));
}

/** How many of these are decoded. */
export function useReadyCount(shelf: PictureShelf, sha256s: readonly string[]): number {
  return useSyncExternalStore(
    shelf.onChange,
    () => sha256s.filter((sha256) => shelf.picture(sha256) instanceof ImageBitmap).length,
  );
}

/** Has the small pictures of a question in the browser's cache before it is on the screen. */
export function usePrefetched(item: TriageItem | undefined): void {
  const pictures = item === undefined ? [] : [...item.neighbours.before, ...item.neighbours.after];
  const wanted = pictures.map(({ picture }) => picture).join(" ");
  useEffect(() => {
    for (const sha256 of wanted.split(" ").filter(Boolean)) {
      new Image().src = `/api/snapshots/${sha256}.jpg`;
    }
  }, [wanted]);
}
