import { type FormEvent, useId, useState } from "react";
import { toast } from "sonner";
import { Button } from "../../ui/button.tsx";
import { FIELD, FieldRow, FormError } from "../../ui/form-parts.tsx";
import { type LoopState, useTrainingChanges } from "./use-training.ts";

/** When the loop trains by itself. */
export function LoopForm({ settings }: { settings: LoopState["settings"] }) {
  const ids = { annotations: useId(), engine: useId(), enabled: useId() };
  const { setLoop } = useTrainingChanges();
  const [annotations, setAnnotations] = useState(String(settings.annotations));
  const [engine, setEngine] = useState(settings.engine);
  const [enabled, setEnabled] = useState(settings.enabled);
  const count = Number(annotations);
  const valid = Number.isInteger(count) && count >= 1 && count <= 100_000;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (!valid) return;
    setLoop.mutate(
      { annotations: count, engine, enabled },
      { onSuccess: () => toast("The loop follows the new settings.") },
    );
  };
  return (
    <form onSubmit={submit} className="flex flex-col gap-3 p-3">
      <label htmlFor={ids.enabled} className="flex items-center gap-2">
        <input
          id={ids.enabled}
          type="checkbox"
          checked={enabled}
          onChange={(event) => setEnabled(event.target.checked)}
        />
        Train by itself
      </label>
      <FieldRow id={ids.annotations} label="After so many new annotations">
        <input
          id={ids.annotations}
          type="number"
          min={1}
          max={100_000}
          className={FIELD}
          value={annotations}
          disabled={!enabled}
          onChange={(event) => setAnnotations(event.target.value)}
        />
      </FieldRow>
      <FieldRow id={ids.engine} label="Engine">
        <select
          id={ids.engine}
          className={FIELD}
          value={engine}
          disabled={!enabled}
          onChange={(event) => setEngine(event.target.value === "tfjs" ? "tfjs" : "head")}
        >
          <option value="head">Detection head</option>
          <option value="tfjs">TensorFlow.js</option>
        </select>
      </FieldRow>
      <FormError error={setLoop.error} />
      <Button
        type="submit"
        variant="solid"
        className="justify-center"
        disabled={!valid || setLoop.isPending}
      >
        Save
      </Button>
    </form>
  );
}
