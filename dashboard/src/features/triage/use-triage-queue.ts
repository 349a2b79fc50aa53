import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useCallback, useEffect, useRef, useState } from "react";
import { type TriageItem, useTRPC } from "../../connection/api.ts";

/** Questions that lie ready, so that the next one is there at once. */
const AHEAD = 4;

type Verdict = "accept" | "reject" | "class" | "duplicate";

/**
 * The questions of one class, in their order: the first is on the screen, those behind it are fetched
 * and their pictures decoded. Answers leave at once and are sent one after another.
 */
export function useTriageQueue(className: string | null) {
  const trpc = useTRPC();
  const queryClient = useQueryClient();
  const { mutateAsync: ask } = useMutation(trpc.triage.next.mutationOptions());
  const { mutateAsync: send } = useMutation(trpc.triage.answer.mutationOptions());
  const { mutateAsync: give } = useMutation(trpc.triage.skip.mutationOptions());
  const { mutateAsync: takeBack } = useMutation(trpc.triage.undo.mutationOptions());
  const [items, setItems] = useState<TriageItem[]>([]);
  const [state, setState] = useState<"loading" | "ready">("loading");
  const [fault, setFault] = useState<string | null>(null);
  const working = useRef<Promise<unknown>>(Promise.resolve());
  const shownAt = useRef(performance.now());
  const held = useRef<TriageItem[]>([]);
  held.current = items;
  /** Answered or skipped here, and not yet kept by the cloud. */
  const unsent = useRef(new Set<string>());

  /** One thing after another, in the order of the keys. */
  const inOrder = useCallback((work: () => Promise<unknown>) => {
    working.current = working.current.then(work).then(
      () => setFault(null),
      (error: unknown) => setFault(error instanceof Error ? error.message : String(error)),
    );
    return working.current;
  }, []);

  const fill = useCallback(async () => {
    const missing = AHEAD - held.current.length;
    if (missing <= 0) return;
    const holding = [...held.current.map(({ itemId }) => itemId), ...unsent.current];
    const { items: more } = await ask({ className, count: missing, holding });
    for (const { picture } of more) void decode(picture);
    setItems((now) => [
      ...now,
      ...more.filter(({ itemId }) => !now.some((i) => i.itemId === itemId)),
    ]);
    setState("ready");
  }, [ask, className]);

  useEffect(() => {
    setItems([]);
    held.current = [];
    setState("loading");
    void inOrder(fill);
  }, [fill, inOrder]);

  const current = items[0];
  // biome-ignore lint/correctness/useExhaustiveDependencies: the clock starts anew with every item.
  useEffect(() => {
    shownAt.current = performance.now();
  }, [current?.itemId]);

  const next = useCallback(() => setItems((now) => now.slice(1)), []);
  const refresh = () => queryClient.invalidateQueries({ queryKey: trpc.triage.pathKey() });

  const answer = (verdict: Verdict, classId: number | null) => {
    if (current === undefined) return;
    const right = verdict === "class" ? classId : current.classId;
    const says = verdict === "accept" || verdict === "class";
    if (says && (right === null || current.box === null)) return;
    const boxes =
      says && right !== null && current.box !== null ? [{ classId: right, box: current.box }] : [];
    const decisionMs = Math.round(performance.now() - shownAt.current);
    const annotationId = crypto.randomUUID();
    next();
    unsent.current.add(current.itemId);
    void inOrder(async () => {
      try {
        await send({ annotationId, itemId: current.itemId, verdict, boxes, decisionMs });
      } catch (error) {
        // It is asked again, rather than lost.
        setItems((now) => [current, ...now]);
        throw error;
      } finally {
        unsent.current.delete(current.itemId);
      }
      await fill();
      await refresh();
    });
  };
  const skip = () => {
    if (current === undefined) return;
    next();
    void inOrder(async () => {
      await give({ itemId: current.itemId });
      await fill();
    });
  };
  const undo = () =>
    void inOrder(async () => {
      const { item } = await takeBack();
      if (item !== null) {
        setItems((now) => [item, ...now.filter(({ itemId }) => itemId !== item.itemId)]);
      }
      await refresh();
    });
  /** Puts the question at the end of those that lie ready, or brings the last one to the front. */
  const move = (by: 1 | -1) =>
    setItems((now) =>
      by === 1 ? [...now.slice(1), ...now.slice(0, 1)] : [...now.slice(-1), ...now.slice(0, -1)],
    );
  const retry = () => void inOrder(fill);
  return { current, ahead: items.slice(1), state, fault, answer, skip, undo, move, retry };
}

/** What waits, class by class. */
export function useTriageSummary() {
  return useQuery(useTRPC().triage.summary.queryOptions(undefined, { refetchInterval: 10_000 }));
}

/** How the answering goes. */
export function useTriageStats() {
  return useQuery(useTRPC().triage.stats.queryOptions(undefined, { refetchInterval: 10_000 }));
}

async function decode(picture: string): Promise<void> {
  const image = new Image();
  image.src = `/snapshots/${picture}.jpg`;
  // One that cannot be decoded is said where it is shown.
  await image.decode().catch(() => undefined);
}
