import { createContext, type ReactNode, useContext } from "react";
import { createPortal } from "react-dom";

/** The part of the top bar that belongs to the page. */
export const TopBarSlotContext = createContext<HTMLElement | null>(null);

/** Puts a page's own words and controls into the top bar. */
export function TopBarSlot({ children }: { children: ReactNode }) {
  const slot = useContext(TopBarSlotContext);
  return slot === null ? null : createPortal(children, slot);
}
