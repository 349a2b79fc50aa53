import { clsx } from "clsx";
import { X } from "lucide-react";
import { Dialog } from "radix-ui";
import { useState } from "react";
import { Button } from "../../../ui/button.tsx";
import { FormError } from "../../../ui/form-parts.tsx";
import { Kbd } from "../../../ui/kbd.tsx";
import {
  ACTIONS,
  actionsOf,
  type Bindings,
  bindingsOf,
  keyLabel,
  keyName,
  ownKeys,
  rebound,
  type TriageAction,
} from "./key-bindings.ts";

interface KeysOverlayProps {
  bindings: Bindings;
  onChange: (next: Bindings) => void;
  error: { message: string } | null;
  onClose: () => void;
}

const EDITOR_ONLY = actionsOf("editor").filter((action) => ACTIONS[action].scope === "editor");

/** All keys of the page; each can be changed by pressing it and then the key that it should be. */
export function KeysOverlay({ bindings, onChange, error, onClose }: KeysOverlayProps) {
  const [waiting, setWaiting] = useState<TriageAction | null>(null);
  const changed = Object.keys(ownKeys(bindings)).length;
  /** While a key is waited for, every key is one, Esc alone ends the waiting. */
  const onKeyDown = (event: React.KeyboardEvent) => {
    if (waiting === null) return;
    const key = keyName(event);
    event.preventDefault();
    event.stopPropagation();
    if (key === null) return;
    setWaiting(null);
    if (key !== "Escape") onChange(rebound(bindings, waiting, key));
  };
  const group = (title: string, actions: readonly TriageAction[]) => (
    <section aria-label={title}>
      <h3 className="mb-1 text-xs font-medium text-dim">{title}</h3>
      <ul>
        {actions.map((action) => (
          <li key={action} className="flex h-8 items-center gap-3 border-b border-line/60">
            <span className="min-w-0 flex-1 truncate">{ACTIONS[action].words}</span>
            <button
              type="button"
              aria-label={
                waiting === action
                  ? `Press a key for: ${ACTIONS[action].words}`
                  : `Change the key of: ${ACTIONS[action].words}, now ${keyLabel(bindings[action])}`
              }
              aria-pressed={waiting === action}
              data-action={action}
              onClick={() => setWaiting(waiting === action ? null : action)}
              className="flex h-6 items-center rounded-sm px-1 hover:bg-hover"
            >
              {waiting === action ? (
                <span className="text-xs text-accent">Press a key</span>
              ) : (
                <span
                  className={clsx(bindings[action] !== ACTIONS[action].key && "[&_kbd]:text-ink")}
                >
                  <Kbd>{keyLabel(bindings[action])}</Kbd>
                </span>
              )}
            </button>
          </li>
        ))}
      </ul>
    </section>
  );
  return (
    <Dialog.Root open onOpenChange={(open) => (open ? undefined : onClose())}>
      <Dialog.Portal>
        <Dialog.Overlay className="fixed inset-0 z-40 bg-black/50" />
        <Dialog.Content
          aria-describedby={undefined}
          onKeyDownCapture={onKeyDown}
          onEscapeKeyDown={(event) => {
            if (waiting !== null) event.preventDefault();
          }}
          className="fixed top-1/2 left-1/2 z-50 flex max-h-[calc(100dvh-24px)] w-[calc(100vw-24px)] max-w-3xl -translate-x-1/2 -translate-y-1/2 flex-col rounded-md border border-line-strong bg-raised outline-none"
        >
          <div className="flex h-11 shrink-0 items-center gap-3 border-b px-4">
            <Dialog.Title className="flex-1 text-base font-semibold">Keys</Dialog.Title>
            <Button
              variant="ghost"
              disabled={changed === 0}
              onClick={() => onChange(bindingsOf({}))}
            >
              Use the page's own
            </Button>
            <Dialog.Close asChild>
              <Button variant="ghost" size="icon" aria-label="Close">
                <X />
              </Button>
            </Dialog.Close>
          </div>
          <div className="grid min-h-0 gap-x-8 gap-y-4 overflow-y-auto p-4 sm:grid-cols-2">
            {group("While a question is answered", actionsOf("question"))}
            <div className="flex flex-col gap-4">
              {group("In the box editor", EDITOR_ONLY)}
              <p className="text-xs text-dim">
                Press a key here to change it. A key that another action has is swapped. The keys
                are yours alone, on every computer.
              </p>
              <FormError error={error} />
            </div>
          </div>
        </Dialog.Content>
      </Dialog.Portal>
    </Dialog.Root>
  );
}
