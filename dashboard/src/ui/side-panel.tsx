import { X } from "lucide-react";
import { type ReactNode, useEffect, useRef } from "react";
import { Button } from "./button.tsx";

interface SidePanelProps {
  title: string;
  onClose: () => void;
  children: ReactNode;
}

const FIELDS = ":is(input, select, button):not(:disabled)";

/**
 * A form beside the page; on a phone, over it. It takes the focus to its first field, gives it back
 * when it closes, and closes with Escape.
 */
export function SidePanel({ title, onClose, children }: SidePanelProps) {
  const content = useRef<HTMLDivElement>(null);
  const isFocused = useRef(false);
  useEffect(() => {
    const before = document.activeElement;
    return () => {
      isFocused.current = false;
      if (before instanceof HTMLElement) before.focus();
    };
  }, []);
  // Again and again, because fields may come after the panel.
  useEffect(() => {
    if (isFocused.current) return;
    const field = content.current?.querySelector<HTMLElement>(FIELDS);
    field?.focus();
    isFocused.current = field != null;
  });
  return (
    <aside
      aria-label={title}
      onKeyDown={(event) => {
        if (event.key === "Escape" && !event.defaultPrevented) onClose();
      }}
      className="flex w-96 shrink-0 flex-col overflow-y-auto border-l bg-panel max-sm:fixed max-sm:inset-0 max-sm:z-40 max-sm:w-full max-sm:border-l-0"
    >
      <div className="flex items-center px-4 pt-3">
        <h2 className="min-w-0 flex-1 truncate text-base font-medium">{title}</h2>
        <Button variant="ghost" size="icon" aria-label="Close" onClick={onClose}>
          <X aria-hidden="true" />
        </Button>
      </div>
      <div ref={content} className="p-4">
        {children}
      </div>
    </aside>
  );
}
