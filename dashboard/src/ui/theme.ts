import { useSyncExternalStore } from "react";

/** Follow the system, or the person's own choice. */
export type Theme = "system" | "light" | "dark";

const KEY = "sentinel.theme";
const listeners = new Set<() => void>();

function currentTheme(): Theme {
  const chosen = document.documentElement.dataset.theme;
  return chosen === "dark" || chosen === "light" ? chosen : "system";
}

/** Changes the theme now and for the next visits (public/theme.js reads it before the first paint). */
export function setTheme(theme: Theme): void {
  if (theme === "system") delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = theme;
  try {
    if (theme === "system") localStorage.removeItem(KEY);
    else localStorage.setItem(KEY, theme);
  } catch {
    // Storage may be forbidden: the choice then lasts as long as the page.
  }
  for (const listener of listeners) listener();
}

/** The theme in use, as it changes. */
export function useTheme(): Theme {
  return useSyncExternalStore((listener) => {
    listeners.add(listener);
    return () => listeners.delete(listener);
  }, currentTheme);
}

const prefersDark = matchMedia("(prefers-color-scheme: dark)");

/** Whether the page is dark now, by the person's choice or the system's. */
export function useIsDark(): boolean {
  const theme = useTheme();
  const systemIsDark = useSyncExternalStore(
    (listener) => {
      prefersDark.addEventListener("change", listener);
      return () => prefersDark.removeEventListener("change", listener);
    },
    () => prefersDark.matches,
  );
  return theme === "system" ? systemIsDark : theme === "dark";
}
