import { type FormEvent, useId, useState } from "react";
import { toast } from "sonner";
import { plural } from "../../format/amount.ts";
import { Button } from "../../ui/button.tsx";
import { FIELD, FieldRow } from "../../ui/form-parts.tsx";
import { SidePanel } from "../../ui/side-panel.tsx";
import { SPLIT_WORDS } from "./dataset-words.ts";
import { Refusal } from "./refusal.tsx";
import { type DatasetSummary, type Split, useDatasetChanges } from "./use-datasets.ts";

const PARTS: readonly Split[] = ["validation", "train"];

/** Freezes parts of a version for ever. */
export function FreezeForm({ dataset, onClose }: { dataset: DatasetSummary; onClose: () => void }) {
  const id = useId();
  const [name, setName] = useState(`Golden set of ${dataset.name}`.slice(0, 100));
  const [splits, setSplits] = useState<Split[]>(["validation"]);
  const { freeze } = useDatasetChanges();
  const pictures = splits.reduce((sum, split) => sum + dataset.counts[split].pictures, 0);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    freeze.mutate(
      { name, dataset: { datasetId: dataset.datasetId, splits } },
      {
        onSuccess: ({ existed }) => {
          toast(
            existed ? "These pictures were frozen before." : "Frozen; none will learn from it.",
          );
          onClose();
        },
      },
    );
  };
  const toggle = (split: Split) =>
    setSplits((before) =>
      before.includes(split) ? before.filter((one) => one !== split) : [...before, split],
    );
  return (
    <SidePanel title="Freeze a golden set" onClose={onClose}>
      <form onSubmit={submit} className="flex flex-col gap-3">
        <p className="text-dim">
          Models are judged on these pictures. From now on no training touches one of them, nor one
          that looks the same; this cannot be undone. What a model has learnt from, or was taken
          beside it, cannot be frozen.
        </p>
        <FieldRow id={id} label="Name">
          <input
            id={id}
            className={FIELD}
            required
            maxLength={100}
            value={name}
            onChange={({ target }) => setName(target.value)}
          />
        </FieldRow>
        <fieldset className="flex flex-col gap-1">
          <legend className="mb-1 text-xs font-medium text-dim">Parts of {dataset.name}</legend>
          {PARTS.map((split) => (
            <label key={split} className="flex items-center gap-2">
              <input
                type="checkbox"
                checked={splits.includes(split)}
                onChange={() => toggle(split)}
              />
              {SPLIT_WORDS[split].name}
              <span className="ml-auto text-xs text-dim">
                {plural(dataset.counts[split].pictures, "picture")}
              </span>
            </label>
          ))}
        </fieldset>
        {freeze.error === null ? null : <Refusal message={freeze.error.message} />}
        <Button
          type="submit"
          variant="solid"
          className="justify-center"
          disabled={pictures === 0 || freeze.isPending}
        >
          Freeze {plural(pictures, "picture")}
        </Button>
      </form>
    </SidePanel>
  );
}
