import { type FormEvent, useId, useState } from "react";
import { plural } from "../../format/amount.ts";
import { Button } from "../../ui/button.tsx";
import { FIELD, FieldRow, FormError } from "../../ui/form-parts.tsx";
import { type Model, useGoldenSets, useModelChanges } from "./use-models.ts";

interface EvaluateFormProps {
  model: Model;
  models: readonly Model[];
  onClose: () => void;
}

const BY_ITSELF = "";

/** Compares a model with its base, or another one, on pictures that neither has learnt from. */
export function EvaluateForm({ model, models, onClose }: EvaluateFormProps) {
  const ids = { against: useId(), golden: useId() };
  const { data: golden } = useGoldenSets();
  const { evaluate } = useModelChanges();
  const others = models.filter(({ digest }) => digest !== model.digest);
  const [against, setAgainst] = useState(model.baseDigest ?? others[0]?.digest ?? "");
  const [goldenId, setGoldenId] = useState(BY_ITSELF);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    evaluate.mutate(
      { digest: model.digest, against, ...(goldenId === BY_ITSELF ? {} : { goldenId }) },
      { onSuccess: onClose },
    );
  };
  return (
    <form
      onSubmit={submit}
      aria-label="Evaluate"
      className="flex max-w-xl flex-col gap-2 rounded-md border bg-panel p-3"
    >
      <div className="grid gap-3 @md:grid-cols-2">
        <FieldRow
          id={ids.against}
          label="Compare with"
          hint={
            against === model.baseDigest
              ? "Its base: the gate judges by this."
              : "Not its base: the gate is not asked."
          }
        >
          <select
            id={ids.against}
            className={FIELD}
            value={against}
            onChange={({ target }) => setAgainst(target.value)}
          >
            {others.map((other) => (
              <option key={other.digest} value={other.digest}>
                {other.name}
                {other.digest === model.baseDigest ? ", its base" : `, ${other.state}`}
              </option>
            ))}
          </select>
        </FieldRow>
        <FieldRow
          id={ids.golden}
          label="On"
          hint={
            golden?.length === 0
              ? "No golden set yet: its own validation part, which decides nothing."
              : goldenId === BY_ITSELF
                ? "The newest golden set that covers what it learnt."
                : "Pictures that either has learnt from are refused."
          }
        >
          <select
            id={ids.golden}
            className={FIELD}
            value={goldenId}
            onChange={({ target }) => setGoldenId(target.value)}
          >
            <option value={BY_ITSELF}>what fits best</option>
            {golden?.map((set) => (
              <option key={set.goldenId} value={set.goldenId}>
                {set.name}, {plural(set.pictures, "picture")}
              </option>
            ))}
          </select>
        </FieldRow>
      </div>
      <FormError error={evaluate.error} />
      <div className="flex gap-2">
        <Button type="submit" variant="solid" disabled={evaluate.isPending || against === ""}>
          Evaluate
        </Button>
        <Button onClick={onClose}>Cancel</Button>
      </div>
    </form>
  );
}
