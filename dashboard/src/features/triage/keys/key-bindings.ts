import type { TriageKeys } from "../../../connection/api.ts";

/** What a key can do. */
export type TriageAction = keyof Required<TriageKeys>;

/** Where an action is there: while a question is answered, in the box editor, or in both. */
type Scope = "question" | "editor" | "both";

/** One action: what it does in words, and the key that it has unless the person changed it. */
interface ActionFacts {
  words: string;
  scope: Scope;
  key: string;
}

/** Every action, in the order in which `?` lists them. */
export const ACTIONS: Readonly<Record<TriageAction, ActionFacts>> = {
  accept: { words: "Accept: it is what the model says", scope: "question", key: "a" },
  reject: { words: "Nothing there", scope: "question", key: "x" },
  skip: { words: "Skip: ask it later", scope: "question", key: " " },
  undo: { words: "Take the last answer back", scope: "question", key: "Backspace" },
  duplicate: { words: "Same as the last one", scope: "question", key: "d" },
  fix: { words: "Fix or draw boxes", scope: "question", key: "b" },
  next: { words: "Next question, without an answer", scope: "question", key: "j" },
  previous: { words: "Question before, without an answer", scope: "question", key: "k" },
  "mark-next": { words: "Mark one further: one answer for all", scope: "question", key: "Shift+j" },
  "mark-previous": { words: "Mark one back", scope: "question", key: "Shift+k" },
  "next-class": { words: "Questions of the next class", scope: "question", key: "c" },
  mask: { words: "Keep the offered place out", scope: "question", key: "m" },
  threshold: { words: "Keep the offered scores out", scope: "question", key: "t" },
  dismiss: { words: "Not now; let the range go", scope: "question", key: "Escape" },
  rules: { words: "What is kept out", scope: "question", key: "r" },
  "class-1": { words: "Class 1 of the row of classes", scope: "both", key: "1" },
  "class-2": { words: "Class 2 of the row", scope: "both", key: "2" },
  "class-3": { words: "Class 3 of the row", scope: "both", key: "3" },
  "class-4": { words: "Class 4 of the row", scope: "both", key: "4" },
  "class-5": { words: "Class 5 of the row", scope: "both", key: "5" },
  "class-6": { words: "Class 6 of the row", scope: "both", key: "6" },
  "class-7": { words: "Class 7 of the row", scope: "both", key: "7" },
  "class-8": { words: "Class 8 of the row", scope: "both", key: "8" },
  "class-9": { words: "Class 9 of the row", scope: "both", key: "9" },
  keys: { words: "All keys", scope: "both", key: "?" },
  "box-keep": { words: "Keep the boxes as the answer", scope: "editor", key: "Enter" },
  "box-leave": { words: "Leave without an answer", scope: "editor", key: "Escape" },
  "box-new": { words: "New box", scope: "editor", key: "n" },
  "box-delete": { words: "Delete the box", scope: "editor", key: "Delete" },
  "box-next": { words: "Next box", scope: "editor", key: "Tab" },
  "box-previous": { words: "Box before", scope: "editor", key: "Shift+Tab" },
  "box-class": { words: "Choose from all classes", scope: "editor", key: "c" },
  "box-left": { words: "Move left", scope: "editor", key: "ArrowLeft" },
  "box-right": { words: "Move right", scope: "editor", key: "ArrowRight" },
  "box-up": { words: "Move up", scope: "editor", key: "ArrowUp" },
  "box-down": { words: "Move down", scope: "editor", key: "ArrowDown" },
  "box-narrower": { words: "Narrower", scope: "editor", key: "Shift+ArrowLeft" },
  "box-wider": { words: "Wider", scope: "editor", key: "Shift+ArrowRight" },
  "box-shorter": { words: "Shorter", scope: "editor", key: "Shift+ArrowUp" },
  "box-taller": { words: "Taller", scope: "editor", key: "Shift+ArrowDown" },
};

/** Every action's key. */
export type Bindings = Readonly<Record<TriageAction, string>>;

const NAMES = Object.keys(ACTIONS) as TriageAction[];

/** The actions of a scope, in their order. */
export function actionsOf(scope: "question" | "editor"): TriageAction[] {
  return NAMES.filter((name) => ACTIONS[name].scope === scope || ACTIONS[name].scope === "both");
}

/** Every action's key: the person's own, else the page's. */
export function bindingsOf(own: TriageKeys): Bindings {
  const pairs = NAMES.map((name) => [name, own[name] ?? ACTIONS[name].key] as const);
  return Object.fromEntries(pairs) as Record<TriageAction, string>;
}

/** The keys that are not the page's own, as they are kept. */
export function ownKeys(bindings: Bindings): TriageKeys {
  const changed = NAMES.filter((name) => bindings[name] !== ACTIONS[name].key);
  return Object.fromEntries(changed.map((name) => [name, bindings[name]]));
}

/** Gives an action a key; an action that had it takes the one that is given up, so none is lost. */
export function rebound(bindings: Bindings, action: TriageAction, key: string): Bindings {
  const given = bindings[action];
  if (given === key) return bindings;
  const next: Record<TriageAction, string> = { ...bindings, [action]: key };
  for (const other of NAMES) {
    if (other === action || bindings[other] !== key || !meet(action, other)) continue;
    next[other] = given;
    for (const third of NAMES) {
      if (third !== action && bindings[third] === given && meet(other, third)) next[third] = key;
    }
  }
  return next;
}

function meet(a: TriageAction, b: TriageAction): boolean {
  const [one, two] = [ACTIONS[a].scope, ACTIONS[b].scope];
  return one === two || one === "both" || two === "both";
}

/**
 * How a pressed key is named: as browsers name it, letters small, with `Shift+` where it is pressed
 * and does not show in the character. Null for a modifier alone, and with Ctrl, Alt or Meta.
 */
export function keyName(event: {
  key: string;
  shiftKey: boolean;
  ctrlKey: boolean;
  altKey: boolean;
  metaKey: boolean;
}): string | null {
  const { key } = event;
  if (event.ctrlKey || event.altKey || event.metaKey) return null;
  if (["Shift", "Control", "Alt", "Meta", "AltGraph", "CapsLock", "Dead"].includes(key))
    return null;
  if (key.length > 1 && !/^[A-Z]/.test(key)) return key;
  const isLetter = key.toLowerCase() !== key.toUpperCase();
  if (key.length === 1 && !isLetter && key !== " ") return key;
  const name = key.length === 1 ? key.toLowerCase() : key;
  return event.shiftKey ? `Shift+${name}` : name;
}

const LABELS: Readonly<Record<string, string>> = {
  " ": "Space",
  ArrowLeft: "←",
  ArrowRight: "→",
  ArrowUp: "↑",
  ArrowDown: "↓",
  Backspace: "⌫",
  Delete: "Del",
  Enter: "⏎",
  Escape: "Esc",
};

/** A key as it is printed on a keyboard: `Shift J`, `Space`, `←`. */
export function keyLabel(key: string): string {
  const shift = key.startsWith("Shift+");
  const bare = shift ? key.slice(6) : key;
  const label = LABELS[bare] ?? (bare.length === 1 ? bare.toUpperCase() : bare);
  return shift ? `Shift ${label}` : label;
}
