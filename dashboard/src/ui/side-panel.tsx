import { X } from "lucide-react";
import type { ReactNode } from "react";
import { Button } from "./button.tsx";

/** A form beside the page. */
export function SidePanel(props: { title: string; onClose: () => void; children: ReactNode }) {
  return (
    <aside
      aria-label={props.title}
      className="flex w-96 shrink-0 flex-col overflow-y-auto border-l bg-panel"
    >
      <div className="flex items-center px-4 pt-3">
        <h2 className="flex-1 text-base font-medium">{props.title}</h2>
        <Button variant="ghost" size="icon" aria-label="Close" onClick={props.onClose}>
          <X aria-hidden="true" />
        </Button>
      </div>
      <div className="p-4">{props.children}</div>
    </aside>
  );
}
