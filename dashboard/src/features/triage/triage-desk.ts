import type { AppRouter } from "@sentinel/cloud/api/router";
import type { Box } from "@sentinel/protocol/box";
import type { TRPCClient } from "@trpc/client";
import type { TriageItem } from "../../connection/api.ts";
import {
  ahead,
  appended,
  chosen,
  marked,
  moved,
  NO_QUESTIONS,
  type QuestionList,
  shown,
  unmarked,
  without,
} from "./question-list.ts";
import { sendFaultOf } from "./send-fault.ts";
import type { SendQueue } from "./send-queue.ts";

/** Questions that lie ready behind the one on the screen. */
const AHEAD = 4;
/** More than this nobody marks; the cloud takes 200 with those whose answers wait. */
const MOST_HELD = 60;
/** A lease lasts 120 s: a renewal that gets lost does not cost it. */
const HOLD_MS = 30_000;

const LOST = "The question that was here has gone to somebody else, or is kept out now.";

/** Settled when everything that was given back is free again. */
let releasing: Promise<unknown> = Promise.resolve();

/** What a person says with one key. */
export type KeyVerdict = "accept" | "reject" | "class" | "duplicate";

interface SaidBox {
  classId: number;
  box: Box;
}

/** What the page shows. */
export interface DeskState {
  /** The class that is asked about; null is for what moved and was not detected. */
  readonly className: string | null;
  readonly list: QuestionList;
  /** Nothing was heard of the class yet. */
  readonly loading: boolean;
  /** One sentence about what just happened; null where there is nothing to say. */
  readonly notice: { tone: "info" | "stale" | "down"; words: string } | null;
  /** The item that was rejected last and is kept so. */
  readonly rejected: string | null;
}

/**
 * One person's work on the questions: fetches and holds them, takes the answers, and hands them to
 * the queue that sends them. The class can be changed, also by an answer that is taken back.
 */
export class TriageDesk {
  readonly #client: TRPCClient<AppRouter>;
  readonly #queue: SendQueue;
  readonly #page = crypto.randomUUID();
  readonly #listeners = new Set<() => void>();
  /** When each item was answered here, counted in answers: a fetch that began before knows it as open. */
  readonly #answered = new Map<string, number>();
  #answers = 0;
  #state: DeskState;
  /** Grows with every start, stop and class: what was fetched before belongs to nobody. */
  #generation = 0;
  #running = false;
  #filling = false;
  #shownAt = performance.now();
  #timer: ReturnType<typeof setInterval> | undefined;
  #unfollow: () => void = () => undefined;

  constructor(options: {
    client: TRPCClient<AppRouter>;
    queue: SendQueue;
    className: string | null;
  }) {
    this.#client = options.client;
    this.#queue = options.queue;
    this.#state = {
      className: options.className,
      list: NO_QUESTIONS,
      loading: true,
      notice: null,
      rejected: null,
    };
  }

  get state(): DeskState {
    return this.#state;
  }

  /** Calls back whenever `state` changed, until the returned function is called. */
  onChange = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  start(): void {
    this.#running = true;
    this.#generation += 1;
    this.#timer = setInterval(() => void this.hold(), HOLD_MS);
    document.addEventListener("visibilitychange", this.#onVisible);
    window.addEventListener("pagehide", this.#onLeave);
    window.addEventListener("beforeunload", this.#onUnload);
    this.#unfollow = this.#queue.onChange(this.#onSent);
    void this.fill();
  }

  /** Gives back what is not answered; what is goes on being sent. */
  stop(): void {
    this.#running = false;
    this.#generation += 1;
    clearInterval(this.#timer);
    document.removeEventListener("visibilitychange", this.#onVisible);
    window.removeEventListener("pagehide", this.#onLeave);
    window.removeEventListener("beforeunload", this.#onUnload);
    this.#unfollow();
    this.#release(this.#state.list.items);
    this.#set({ list: NO_QUESTIONS, loading: true });
  }

  /** Fetches further questions where too few lie ready; ask it whenever there may be new ones. */
  async fill(): Promise<void> {
    if (this.#filling || !this.#running) return;
    const { className, list } = this.#state;
    const missing = list.items.length === 0 ? AHEAD + 1 : AHEAD - ahead(list);
    if (missing <= 0 || list.items.length >= MOST_HELD) return;
    this.#filling = true;
    const generation = this.#generation;
    try {
      // What is being given back is locked for a moment, and would be passed over.
      await releasing;
      if (generation !== this.#generation) return;
      const from = this.#answers;
      const holding = [...this.#held(), ...this.#queue.itemIds];
      const wish = { className, count: missing, holding, page: this.#page };
      const { items } = await this.#client.triage.next.mutate(wish);
      if (generation !== this.#generation) return this.#release(items);
      const open = items.filter(({ itemId }) => (this.#answered.get(itemId) ?? 0) <= from);
      this.#set({ list: appended(this.#state.list, open), loading: false });
      if (open.length > 0) queueMicrotask(() => void this.fill());
    } catch (error) {
      const fault = sendFaultOf(error);
      // While the line is away the page says so by itself, and asks again when it is back.
      if (fault.kind !== "away") this.#say("down", `No further questions: ${fault.message}`);
    } finally {
      this.#filling = false;
      if (generation !== this.#generation) void this.fill();
    }
  }

  /** Says that the person is here; drops what was given to others or is kept out meanwhile. */
  async hold(): Promise<void> {
    if (!this.#running || document.visibilityState === "hidden") return;
    const held = this.#held();
    const itemIds = [...held, ...this.#queue.itemIds];
    if (itemIds.length === 0) return;
    try {
      const still = await this.#client.triage.hold.mutate({ itemIds, page: this.#page });
      const lost = held.filter((itemId) => !still.itemIds.includes(itemId));
      if (lost.length > 0) {
        const onesOwn = onScreen(this.#state);
        this.#set({ list: without(this.#state.list, new Set(lost)) });
        if (onesOwn !== onScreen(this.#state)) this.#say("stale", LOST);
      }
      await this.fill();
    } catch {
      // The next renewal, or the line's coming back, tries again.
    }
  }

  /** Asks about another class from now on. */
  choose(className: string | null): void {
    if (className === this.#state.className) return;
    this.#release(this.#state.list.items);
    this.#begin(className, NO_QUESTIONS);
    void this.fill();
  }

  /** Answers the question on the screen, or all of the marked range. */
  answer(verdict: KeyVerdict, className: string | null = null): void {
    const items = chosen(this.#state.list);
    const said = items.map((item) => ({ item, boxes: boxesSaid(item, verdict, className) }));
    const given = said.flatMap(({ item, boxes }) => (boxes === null ? [] : { item, boxes }));
    if (given.length < said.length) {
      this.#say("stale", "The model saw nothing here: say a class by its digit, or draw a box.");
      return;
    }
    this.#give(given.map(({ item, boxes }) => ({ item, verdict, boxes })));
  }

  /** Answers the question on the screen with boxes that were drawn. */
  keep(boxes: SaidBox[]): void {
    const [item] = chosen(unmarked(this.#state.list));
    if (item !== undefined) this.#give([{ item, verdict: "boxes", boxes }]);
  }

  /** Asks it, or all of the marked range, again later. */
  skip(): void {
    const items = chosen(this.#state.list);
    this.#take(items);
    for (const { itemId } of items) {
      this.#queue.push({
        itemId,
        send: () => this.#client.triage.skip.mutate({ itemId }),
        refused: ({ message }) => this.#say("down", `Not skipped: ${message}`),
      });
    }
    void this.fill();
  }

  /** Takes the newest answer back and shows its question, whatever class it is of. */
  undo(): void {
    let named: string | null = null;
    this.#queue.push({
      itemId: null,
      send: async () => {
        named ??= (await this.#client.triage.newest.query()).annotationId;
        if (named === null) return this.#say("info", "There is no answer to take back.");
        const wish = { annotationId: named, page: this.#page };
        const { item } = await this.#client.triage.undo.mutate(wish);
        if (item !== null) this.#show(item, "Taken back.");
      },
      refused: ({ message }) => this.#say("down", `Not taken back: ${message}`),
    });
  }

  move(by: 1 | -1): void {
    this.#set({ list: moved(this.#state.list, by), notice: null });
    void this.fill();
  }

  mark(by: 1 | -1): void {
    this.#set({ list: marked(this.#state.list, by), notice: null });
    void this.fill();
  }

  unmark(): void {
    this.#set({ list: unmarked(this.#state.list), notice: null });
  }

  /** Says one sentence to the person. */
  say(words: string): void {
    this.#say("info", words);
  }

  #give(answers: { item: TriageItem; verdict: KeyVerdict | "boxes"; boxes: SaidBox[] }[]): void {
    const spent = performance.now() - this.#shownAt;
    const decisionMs = Math.round(Math.min(spent, 86_400_000) / Math.max(1, answers.length));
    this.#take(answers.map(({ item }) => item));
    for (const { item, verdict, boxes } of answers) {
      const { itemId } = item;
      const annotationId = crypto.randomUUID();
      this.#answers += 1;
      this.#answered.set(itemId, this.#answers);
      this.#queue.push({
        itemId,
        send: async () => {
          const answer = { annotationId, itemId, verdict, boxes, decisionMs };
          await this.#client.triage.answer.mutate(answer);
          if (verdict === "reject") this.#set({ rejected: itemId });
        },
        refused: ({ code, message }) => {
          this.#answered.delete(itemId);
          if (code !== "CONFLICT" && code !== "NOT_FOUND") {
            return this.#show(item, `Not kept: ${message}`, "down");
          }
          this.#say("down", `Not kept: ${message}`);
        },
      });
    }
    void this.fill();
  }

  /** Takes questions from the screen. */
  #take(items: readonly TriageItem[]): void {
    const ids = new Set(items.map(({ itemId }) => itemId));
    this.#set({ list: without(this.#state.list, ids), notice: null });
  }

  #show(item: TriageItem, words: string, tone: "info" | "down" = "info"): void {
    this.#answered.delete(item.itemId);
    // An offer was for the rejects that stood before.
    this.#set({ rejected: null });
    if (!this.#running) {
      this.#release([item]);
      return;
    }
    if (item.className === this.#state.className) {
      this.#set({ list: shown(this.#state.list, item), loading: false });
      this.#say(tone, words);
      return;
    }
    this.#release(this.#state.list.items);
    this.#begin(item.className, shown(NO_QUESTIONS, item));
    this.#say(
      tone,
      `${words} It was a question about ${nameOf(item.className)}; here it is again.`,
    );
    void this.fill();
  }

  #begin(className: string | null, list: QuestionList): void {
    this.#generation += 1;
    this.#set({ className, list, loading: list.items.length === 0, notice: null });
  }

  #release(items: readonly TriageItem[]): void {
    const waiting = new Set(this.#queue.itemIds);
    const itemIds = items.map(({ itemId }) => itemId).filter((itemId) => !waiting.has(itemId));
    if (itemIds.length === 0) return;
    const given = this.#client.triage.release.mutate({ itemIds, page: this.#page });
    // Where it gets lost, the leases lapse by themselves.
    releasing = Promise.allSettled([releasing, given]);
  }

  #held(): string[] {
    return this.#state.list.items.map(({ itemId }) => itemId);
  }

  /** What was skipped can be asked again once it is kept so. */
  readonly #onSent = () => {
    if (this.#queue.state.waiting === 0) void this.fill();
  };

  readonly #onVisible = () => void this.hold();

  /** The page goes away: its line does so too, so this takes a way of its own. */
  readonly #onLeave = () => {
    const itemIds = this.#held();
    if (itemIds.length === 0) return;
    void fetch("/api/trpc/triage.release", {
      method: "POST",
      keepalive: true,
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ itemIds, page: this.#page }),
    }).catch(() => undefined);
  };

  readonly #onUnload = (event: BeforeUnloadEvent) => {
    if (this.#queue.state.waiting > 0) event.preventDefault();
  };

  #say(tone: "info" | "stale" | "down", words: string): void {
    this.#set({ notice: { tone, words } });
  }

  #set(change: Partial<DeskState>): void {
    const before = onScreen(this.#state);
    this.#state = { ...this.#state, ...change };
    if (onScreen(this.#state) !== before) this.#shownAt = performance.now();
    for (const listener of this.#listeners) listener();
  }
}

/** A class in words. */
export function nameOf(className: string | null): string {
  return className ?? "what moved and was not detected";
}

function onScreen({ list }: DeskState): string | undefined {
  return list.items[list.at]?.itemId;
}

/** What an answer says is there; null where it would need a box or a class that the item has not. */
function boxesSaid(
  item: TriageItem,
  verdict: KeyVerdict,
  className: string | null,
): SaidBox[] | null {
  if (verdict === "reject" || verdict === "duplicate") return [];
  const classId = verdict === "accept" ? item.classId : item.classNames.indexOf(className ?? "");
  if (classId === null || classId < 0 || item.box === null) return null;
  return [{ classId, box: item.box }];
}
