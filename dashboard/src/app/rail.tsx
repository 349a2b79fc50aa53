import { Link, useRouterState } from "@tanstack/react-router";
import { clsx } from "clsx";
import { PanelLeftClose, PanelLeftOpen } from "lucide-react";
import { useEffect, useRef, useState } from "react";
import { Tooltip } from "../ui/tooltip.tsx";
import { PAGES } from "./pages.ts";
import { TriageCount } from "./triage-count.tsx";

const KEY = "sentinel.rail";

function readCollapsed(): boolean {
  try {
    return localStorage.getItem(KEY) === "collapsed";
  } catch {
    return false;
  }
}

function writeCollapsed(collapsed: boolean): void {
  try {
    localStorage.setItem(KEY, collapsed ? "collapsed" : "open");
  } catch {
    // Storage may be forbidden: the rail then stays as it is until the page is left.
  }
}

const ITEM =
  "flex items-center rounded-md font-medium text-dim hover:bg-hover hover:text-ink aria-[current=page]:bg-hover aria-[current=page]:text-ink [&_svg]:size-4 [&_svg]:shrink-0";

/** The pages: a rail at the left that collapses to its icons; on a phone a bar at the bottom. */
export function Rail() {
  const [collapsed, setCollapsed] = useState(readCollapsed);
  const nav = useRef<HTMLElement>(null);
  const path = useRouterState({ select: (state) => state.location.pathname });
  // On a phone the bar holds more pages than there is room for.
  // biome-ignore lint/correctness/useExhaustiveDependencies: the page that is marked changes with the path
  useEffect(() => {
    const current = nav.current?.querySelector("[aria-current=page]");
    current?.scrollIntoView({ block: "nearest", inline: "nearest" });
  }, [path]);
  const toggle = () => {
    writeCollapsed(!collapsed);
    setCollapsed(!collapsed);
  };
  return (
    <nav
      ref={nav}
      aria-label="Pages"
      className={clsx(
        "flex shrink-0 bg-panel max-sm:order-last max-sm:border-t max-sm:pb-[env(safe-area-inset-bottom)] sm:flex-col sm:border-r",
        collapsed ? "sm:w-[49px]" : "sm:w-44",
      )}
    >
      <div className="hidden h-11 items-center gap-2 px-3.5 sm:flex">
        <img src="/icon.svg" alt="" className="size-5" />
        <span className={clsx("font-semibold tracking-tight", collapsed && "sr-only")}>
          Sentinel
        </span>
      </div>
      <div className="flex flex-1 gap-1 max-sm:overflow-x-auto max-sm:px-2 max-sm:[scrollbar-width:none] max-sm:py-1 sm:flex-col sm:p-2">
        {PAGES.map(({ to, name, icon: Icon }) => {
          const link = (
            <Link
              key={to}
              to={to}
              className={clsx(
                ITEM,
                "max-sm:h-11 max-sm:min-w-14 max-sm:flex-1 max-sm:flex-col max-sm:justify-center max-sm:gap-0.5 max-sm:text-2xs",
                collapsed ? "sm:h-8 sm:justify-center" : "sm:h-8 sm:gap-2.5 sm:px-2",
              )}
            >
              <Icon aria-hidden="true" />
              <span className={clsx(collapsed && "sm:sr-only")}>{name}</span>
              {to === "/triage" ? <TriageCount collapsed={collapsed} /> : null}
            </Link>
          );
          return collapsed ? (
            <Tooltip key={to} content={name} side="right">
              {link}
            </Tooltip>
          ) : (
            link
          );
        })}
      </div>
      <div className="hidden p-2 sm:block">
        <button
          type="button"
          aria-expanded={!collapsed}
          aria-label={collapsed ? "Open the rail" : "Collapse the rail"}
          onClick={toggle}
          className={clsx(
            ITEM,
            "h-8 w-full text-xs",
            collapsed ? "justify-center" : "gap-2.5 px-2",
          )}
        >
          {collapsed ? <PanelLeftOpen aria-hidden="true" /> : <PanelLeftClose aria-hidden="true" />}
          {collapsed ? null : "Collapse"}
        </button>
      </div>
    </nav>
  );
}
