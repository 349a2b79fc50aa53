import { Outlet, useRouterState } from "@tanstack/react-router";
import { Search } from "lucide-react";
import { lazy, Suspense, useEffect, useState } from "react";
import { ConnectionBanner, ConnectionLight } from "../connection/connection-light.tsx";
import { Kbd } from "../ui/kbd.tsx";
import { TopBarSlotContext } from "../ui/top-bar-slot.tsx";
import { PAGES } from "./pages.ts";
import { GuestBanner, PersonMenu } from "./person-menu.tsx";
import { Rail } from "./rail.tsx";
import { ThemeButton } from "./theme-button.tsx";

const CommandPalette = lazy(() =>
  import("./command-palette.tsx").then((m) => ({ default: m.CommandPalette })),
);
const Toasts = lazy(() => import("./toasts.tsx").then((m) => ({ default: m.Toasts })));

/** Ctrl K, or ⌘ K, from anywhere. */
function usePaletteKey(open: () => void): void {
  useEffect(() => {
    const onKeyDown = (event: KeyboardEvent) => {
      if (event.key.toLowerCase() !== "k" || !(event.ctrlKey || event.metaKey)) return;
      event.preventDefault();
      open();
    };
    document.addEventListener("keydown", onKeyDown);
    return () => document.removeEventListener("keydown", onKeyDown);
  }, [open]);
}

/** What stands around every page: the rail, the top bar, the palette. */
export function Shell() {
  const [slot, setSlot] = useState<HTMLElement | null>(null);
  const [palette, setPalette] = useState<"never" | "open" | "closed">("never");
  const [openPalette] = useState(() => () => setPalette("open"));
  usePaletteKey(openPalette);
  const path = useRouterState({ select: (state) => state.location.pathname });
  const page = PAGES.find(({ to }) => path.startsWith(to));
  useEffect(() => {
    document.title = page === undefined ? "Sentinel" : `${page.name} · Sentinel`;
  }, [page]);

  return (
    <div className="flex h-dvh max-sm:flex-col">
      <a
        href="#content"
        className="absolute top-1 left-1 z-50 -translate-y-12 rounded-md border bg-raised px-3 py-1.5 focus:translate-y-0"
      >
        Skip to content
      </a>
      <Rail />
      <div className="flex min-h-0 min-w-0 flex-1 flex-col">
        <header className="flex h-11 shrink-0 items-center gap-3 border-b px-3 sm:px-4">
          <img src="/icon.svg" alt="" className="size-5 sm:hidden" />
          <h1 className="text-base font-semibold">{page?.name ?? "Sentinel"}</h1>
          <div ref={setSlot} className="flex min-w-0 flex-1 items-center gap-2" />
          <ConnectionLight />
          <button
            type="button"
            onClick={openPalette}
            className="flex h-7 items-center gap-2 rounded-md border border-line-strong px-2 text-xs text-dim hover:bg-hover hover:text-ink"
          >
            <Search aria-hidden="true" className="size-3.5" />
            <span className="sr-only">Search or go to</span>
            <span className="hidden items-center gap-1 md:flex">
              <Kbd>Ctrl</Kbd>
              <Kbd>K</Kbd>
            </span>
          </button>
          <ThemeButton />
          <PersonMenu />
        </header>
        <ConnectionBanner />
        <GuestBanner />
        <main id="content" tabIndex={-1} className="min-h-0 flex-1 outline-none">
          <TopBarSlotContext value={slot}>
            <Outlet />
          </TopBarSlotContext>
        </main>
      </div>
      <Suspense>
        <Toasts />
        {palette === "never" ? null : (
          <CommandPalette
            open={palette === "open"}
            onOpenChange={(open) => setPalette(open ? "open" : "closed")}
          />
        )}
      </Suspense>
    </div>
  );
}
