import { type FormEvent, useId, useState } from "react";
import { toast } from "sonner";
import { Button } from "../../ui/button.tsx";
import { FIELD, FieldRow } from "../../ui/form-parts.tsx";
import { SidePanel } from "../../ui/side-panel.tsx";
import { BuildPreview } from "./build-preview.tsx";
import { ChoiceChecks } from "./choice-checks.tsx";
import { Refusal } from "./refusal.tsx";
import {
  type BuildWish,
  type QueryChoices,
  useChoices,
  useDatasetChanges,
} from "./use-datasets.ts";

interface BuildFormProps {
  onClose: () => void;
  onBuilt: (datasetId: string) => void;
}

/** Builds a version: which answers, and what that comes to before it is built. */
export function BuildForm({ onClose, onBuilt }: BuildFormProps) {
  const { data: choices, error } = useChoices();
  return (
    <SidePanel title="Build a version" onClose={onClose}>
      {choices === undefined ? (
        error === null ? (
          <div className="skeleton h-64" />
        ) : (
          <Refusal message={error.message} />
        )
      ) : (
        <Fields choices={choices} onBuilt={onBuilt} />
      )}
    </SidePanel>
  );
}

interface Wanted {
  cameras: string[];
  classes: string[];
  people: string[];
  from: string;
  to: string;
  empty: boolean;
  share: number;
}

const ALL: Wanted = {
  cameras: [],
  classes: [],
  people: [],
  from: "",
  to: "",
  empty: true,
  share: 20,
};

function Fields({ choices, onBuilt }: { choices: QueryChoices; onBuilt: (id: string) => void }) {
  const ids = { name: useId(), from: useId(), to: useId(), share: useId() };
  const [name, setName] = useState(() => `Version of ${new Date().toISOString().slice(0, 10)}`);
  const [wanted, setWanted] = useState(ALL);
  const { build } = useDatasetChanges();
  const change = (part: Partial<Wanted>) => {
    build.reset();
    setWanted((before) => ({ ...before, ...part }));
  };
  const wish = wishOf(wanted);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    build.mutate(
      { name, ...wish },
      {
        onSuccess: ({ datasetId, existed }) => {
          if (existed) toast("The same answers were built before: this is that version.");
          onBuilt(datasetId);
        },
      },
    );
  };
  return (
    <form onSubmit={submit} className="flex flex-col gap-3">
      <FieldRow id={ids.name} label="Name">
        <input
          id={ids.name}
          className={FIELD}
          required
          maxLength={100}
          value={name}
          onChange={({ target }) => setName(target.value)}
        />
      </FieldRow>
      <ChoiceChecks
        legend="Cameras"
        choices={choices.cameras.map(({ nodeId, cameraId, pictures }) => ({
          id: `${nodeId}/${cameraId}`,
          name: `${nodeId}/${cameraId}`,
          pictures,
        }))}
        chosen={wanted.cameras}
        onChange={(cameras) => change({ cameras })}
      />
      <ChoiceChecks
        legend="Classes"
        choices={choices.classes.map(({ className, pictures }) => ({
          id: className,
          name: className,
          pictures,
        }))}
        chosen={wanted.classes}
        onChange={(classes) => change({ classes })}
      />
      <ChoiceChecks
        legend="Answers of"
        choices={choices.people}
        chosen={wanted.people}
        onChange={(people) => change({ people })}
      />
      <div className="grid grid-cols-2 gap-3">
        <FieldRow id={ids.from} label="Captured from">
          <input
            id={ids.from}
            type="datetime-local"
            className={FIELD}
            value={wanted.from}
            onChange={({ target }) => change({ from: target.value })}
          />
        </FieldRow>
        <FieldRow id={ids.to} label="to">
          <input
            id={ids.to}
            type="datetime-local"
            className={FIELD}
            value={wanted.to}
            onChange={({ target }) => change({ to: target.value })}
          />
        </FieldRow>
      </div>
      <label className="flex items-center gap-2">
        <input
          type="checkbox"
          checked={wanted.empty}
          onChange={({ target }) => change({ empty: target.checked })}
        />
        Pictures in which nothing is
      </label>
      <FieldRow id={ids.share} label={`Measured on: ${wanted.share} %`}>
        <input
          id={ids.share}
          type="range"
          min={5}
          max={50}
          step={5}
          value={wanted.share}
          onChange={({ target }) => change({ share: Number(target.value) })}
        />
      </FieldRow>
      <BuildPreview wish={wish} />
      {build.error === null ? null : <Refusal message={build.error.message} />}
      <Button type="submit" variant="solid" className="justify-center" disabled={build.isPending}>
        {build.isPending ? "Reading every picture" : "Build"}
      </Button>
    </form>
  );
}

function wishOf({ cameras, classes, people, from, to, empty, share }: Wanted): BuildWish {
  return {
    query: {
      ...(cameras.length === 0 ? {} : { cameras: cameras.map(keyOf) }),
      ...(classes.length === 0 ? {} : { classes }),
      ...(people.length === 0 ? {} : { people }),
      ...(from === "" ? {} : { from: Date.parse(from) }),
      ...(to === "" ? {} : { to: Date.parse(to) }),
      empty,
    },
    validationShare: share / 100,
  };
}

function keyOf(camera: string): { nodeId: string; cameraId: string } {
  const [nodeId = "", cameraId = ""] = camera.split("/");
  return { nodeId, cameraId };
}
