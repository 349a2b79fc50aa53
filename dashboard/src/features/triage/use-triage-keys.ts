import { useEffect, useRef } from "react";

/** Keys of the page; those that are typed into a field, or pressed with Ctrl, are left alone. */
export function useTriageKeys(keys: Readonly<Record<string, () => void>>): void {
  const latest = useRef(keys);
  latest.current = keys;
  useEffect(() => {
    const onKeyDown = (event: KeyboardEvent) => {
      if (event.ctrlKey || event.metaKey || event.altKey) return;
      const { target } = event;
      if (target instanceof HTMLElement && target.closest("input, textarea, select")) return;
      const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
      const work = latest.current[key];
      if (work === undefined) return;
      event.preventDefault();
      work();
    };
    document.addEventListener("keydown", onKeyDown);
    return () => document.removeEventListener("keydown", onKeyDown);
  }, []);
}
