import { useEffect, useRef } from "react";

/** Elements in which keys mean text, or which have keys of their own. */
const OWN_KEYS =
  "input, textarea, select, [contenteditable], [role=dialog], [role=menu], [role=slider]";

/**
 * Single keys that act anywhere on the page, except while one types or a panel is open.
 * @param shortcuts by `KeyboardEvent.key`; letters in lower case
 */
export function useShortcuts(shortcuts: Readonly<Record<string, () => void>>): void {
  const current = useRef(shortcuts);
  current.current = shortcuts;
  useEffect(() => {
    const onKeyDown = (event: KeyboardEvent) => {
      if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
      if (event.target instanceof Element && event.target.closest(OWN_KEYS) !== null) return;
      const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
      const action = current.current[key];
      if (action === undefined) return;
      event.preventDefault();
      action();
    };
    document.addEventListener("keydown", onKeyDown);
    return () => document.removeEventListener("keydown", onKeyDown);
  }, []);
}
