import { clsx } from "clsx";
import { AgeText } from "../../clock/age-text.tsx";
import { plural, shortDigest } from "../../format/amount.ts";
import { StatusMark } from "../../ui/status-mark.tsx";
import { gateWords, stateOf } from "./model-words.ts";
import type { Model } from "./use-models.ts";

interface ModelListProps {
  models: readonly Model[];
  shown: string | undefined;
  onOpen: (digest: string) => void;
  className?: string;
}

/** Every model version, the newest first: state, what the gate said, and where it runs. */
export function ModelList({ models, shown, onOpen, className }: ModelListProps) {
  return (
    <nav
      aria-label="Models"
      className={clsx("w-80 shrink-0 overflow-y-auto border-r max-md:w-full", className)}
    >
      <ul>
        {models.map((model) => (
          <li key={model.digest} className="border-b">
            <button
              type="button"
              aria-current={model.digest === shown ? "true" : undefined}
              onClick={() => onOpen(model.digest)}
              className={clsx(
                "flex w-full flex-col px-4 py-2.5 text-left -outline-offset-2",
                model.digest === shown ? "bg-selected" : "hover:bg-hover",
              )}
            >
              <ModelLine model={model} />
            </button>
          </li>
        ))}
      </ul>
    </nav>
  );
}

function ModelLine({ model }: { model: Model }) {
  const state = stateOf(model);
  const gate = gateWords(model);
  return (
    <>
      <span className="flex w-full items-center gap-2">
        <StatusMark tone={state.tone} />
        <span className="truncate font-medium">{model.name}</span>
        <span className="ml-auto shrink-0 text-xs text-dim">
          <AgeText at={model.madeAt} />
        </span>
      </span>
      <span className="flex w-full items-center gap-1.5 text-xs text-dim">
        {state.words}
        <span aria-hidden="true">·</span>
        {model.state === "candidate" ? <StatusMark tone={gate.tone} /> : null}
        <span className="truncate">{gate.words}</span>
      </span>
      <span className="flex w-full text-xs text-faint">
        {model.nodes === 0 ? "on no node" : `on ${plural(model.nodes, "node")}`}
        <span className="ml-auto" title={model.digest}>
          {shortDigest(model.digest)}
        </span>
      </span>
    </>
  );
}
