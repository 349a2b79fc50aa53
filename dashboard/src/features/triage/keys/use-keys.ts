import { useEffect, useRef } from "react";
import { actionsOf, type Bindings, keyName, type TriageAction } from "./key-bindings.ts";

/** Elements in which keys mean text, or which have keys of their own. */
const OWN_KEYS = "input, textarea, select, [contenteditable], [role=dialog], [role=menu]";
/** What these keys do on a button or link is known to everybody. */
const PRESSING = ["Enter", " ", "Tab", "Shift+Tab"];

/** What the keys of a place do; an action that is left out leaves its key alone. */
export type KeyWork = Partial<Record<TriageAction, () => void>>;

/** Listens for the keys of a place, except while one types or a panel is open. */
export function useKeys(scope: "question" | "editor", bindings: Bindings, work: KeyWork): void {
  const latest = useRef({ bindings, work });
  latest.current = { bindings, work };
  useEffect(() => {
    const actions = actionsOf(scope);
    const onKeyDown = (event: KeyboardEvent) => {
      if (event.defaultPrevented) return;
      const target = event.target instanceof Element ? event.target : null;
      if (target?.closest(OWN_KEYS)) return;
      const name = keyName(event);
      if (name === null || (PRESSING.includes(name) && target?.closest("button, a"))) return;
      const { bindings: keys, work: works } = latest.current;
      const action = actions.find((one) => keys[one] === name && works[one] !== undefined);
      if (action === undefined) return;
      event.preventDefault();
      works[action]?.();
    };
    document.addEventListener("keydown", onKeyDown);
    return () => document.removeEventListener("keydown", onKeyDown);
  }, [scope]);
}
