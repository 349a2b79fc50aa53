import { type FormEvent, useId, useState } from "react";
import { plural, shortDigest } from "../../format/amount.ts";
import { Button } from "../../ui/button.tsx";
import { FIELD, FieldRow, FormError } from "../../ui/form-parts.tsx";
import { SidePanel } from "../../ui/side-panel.tsx";
import { type StartOptions, useStartOptions, useTrainingChanges } from "./use-training.ts";

interface StartFormProps {
  onClose: () => void;
  onStarted: (jobId: string) => void;
}

/** Starts a job by hand: from which pictures and which model, and by which engine. */
export function StartForm({ onClose, onStarted }: StartFormProps) {
  const { data: options, error } = useStartOptions();
  return (
    <SidePanel title="Start a job" onClose={onClose}>
      {options === undefined ? (
        error === null ? (
          <div className="skeleton h-40" />
        ) : (
          <FormError error={error} />
        )
      ) : (
        <Fields options={options} onStarted={onStarted} />
      )}
    </SidePanel>
  );
}

function Fields({
  options,
  onStarted,
}: {
  options: StartOptions;
  onStarted: (jobId: string) => void;
}) {
  const { datasets, bases } = options;
  const ids = { dataset: useId(), base: useId(), engine: useId(), epochs: useId(), seed: useId() };
  const { start } = useTrainingChanges();
  const [datasetId, setDatasetId] = useState(datasets[0]?.datasetId ?? "");
  const [baseDigest, setBaseDigest] = useState(bases[0]?.digest ?? "");
  const [engine, setEngine] = useState<"head" | "tfjs">("head");
  const [epochs, setEpochs] = useState("");
  const [seed, setSeed] = useState("1");
  const missing = whatIsMissing(options);
  if (missing !== null) return <p className="text-dim">{missing}</p>;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    const settings = epochs === "" ? {} : { epochs: Number(epochs) };
    start.mutate(
      { datasetId, baseDigest, engine, settings, seed: Number(seed) },
      { onSuccess: ({ jobId }) => onStarted(jobId) },
    );
  };
  return (
    <form onSubmit={submit} className="flex flex-col gap-3">
      <FieldRow id={ids.dataset} label="Dataset version" hint={shortDigest(datasetId)}>
        <select
          id={ids.dataset}
          className={FIELD}
          value={datasetId}
          onChange={(event) => setDatasetId(event.target.value)}
        >
          {datasets.map((dataset) => (
            <option key={dataset.datasetId} value={dataset.datasetId}>
              {dataset.name}, {plural(dataset.pictures, "picture")}
            </option>
          ))}
        </select>
      </FieldRow>
      <FieldRow id={ids.base} label="Begin from the model" hint={shortDigest(baseDigest)}>
        <select
          id={ids.base}
          className={FIELD}
          value={baseDigest}
          onChange={(event) => setBaseDigest(event.target.value)}
        >
          {bases.map((base) => (
            <option key={base.digest} value={base.digest}>
              {base.name}, {base.state}
            </option>
          ))}
        </select>
      </FieldRow>
      <FieldRow
        id={ids.engine}
        label="Engine"
        hint="The head engine needs seconds; TensorFlow.js does the same more slowly."
      >
        <select
          id={ids.engine}
          className={FIELD}
          value={engine}
          onChange={(event) => setEngine(event.target.value === "tfjs" ? "tfjs" : "head")}
        >
          <option value="head">Detection head</option>
          <option value="tfjs">TensorFlow.js</option>
        </select>
      </FieldRow>
      <div className="grid grid-cols-2 gap-3">
        <FieldRow id={ids.epochs} label="Epochs" hint="Empty: the engine's own.">
          <input
            id={ids.epochs}
            type="number"
            min={1}
            max={200}
            className={FIELD}
            value={epochs}
            onChange={(event) => setEpochs(event.target.value)}
          />
        </FieldRow>
        <FieldRow id={ids.seed} label="Seed" hint="The same seed gives the same model.">
          <input
            id={ids.seed}
            type="number"
            min={0}
            max={2_147_483_647}
            required
            className={FIELD}
            value={seed}
            onChange={(event) => setSeed(event.target.value)}
          />
        </FieldRow>
      </div>
      <FormError error={start.error} />
      <Button type="submit" variant="solid" className="justify-center" disabled={start.isPending}>
        Start
      </Button>
    </form>
  );
}

function whatIsMissing({ datasets, bases }: StartOptions): string | null {
  if (datasets.length === 0)
    return "There is no dataset version yet; build one on the page Datasets.";
  if (bases.length === 0) return "There is no model to begin from; one appears on the page Models.";
  return null;
}
