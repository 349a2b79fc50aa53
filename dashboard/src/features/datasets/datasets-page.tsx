import { useNavigate } from "@tanstack/react-router";
import { Layers, Plus } from "lucide-react";
import { useState } from "react";
import { plural } from "../../format/amount.ts";
import { RoleButton } from "../../people/role-button.tsx";
import { Message } from "../../ui/message.tsx";
import { PANES } from "../../ui/panes.ts";
import { QueryFailed } from "../../ui/query-failed.tsx";
import { TopBarSlot } from "../../ui/top-bar-slot.tsx";
import { useShortcuts } from "../../ui/use-shortcuts.ts";
import { useStandingError } from "../../ui/use-standing-error.ts";
import { BuildForm } from "./build-form.tsx";
import { DatasetDetail } from "./dataset-detail.tsx";
import { DatasetList } from "./dataset-list.tsx";
import { DiffView } from "./diff-view.tsx";
import { FreezeForm } from "./freeze-form.tsx";
import { useDatasets, useGoldenSets } from "./use-datasets.ts";

interface DatasetsPageProps {
  /** The version that the address names, and the one to compare it with. */
  dataset: string | undefined;
  compare: string | undefined;
}

/** Every dataset version, what the open one is made of, and what sets two of them apart. */
export function DatasetsPage({ dataset: named, compare }: DatasetsPageProps) {
  const navigate = useNavigate();
  const query = useDatasets();
  const { data: golden } = useGoldenSets();
  const error = useStandingError(query);
  const [panel, setPanel] = useState<"build" | "freeze" | null>(null);
  const { data: datasets } = query;
  const open = (dataset: string | undefined, other?: string) =>
    void navigate({
      to: "/datasets",
      search: {
        ...(dataset === undefined ? {} : { dataset }),
        ...(other === undefined ? {} : { compare: other }),
      },
      replace: true,
    });
  const at = Math.max(0, datasets?.findIndex(({ datasetId }) => datasetId === named) ?? 0);
  const shown = datasets?.[at];
  const before = datasets?.find(({ datasetId }) => datasetId === compare);
  const move = (step: number) => {
    const next = datasets?.[at + step];
    if (next !== undefined) open(next.datasetId);
  };
  useShortcuts({ j: () => move(1), k: () => move(-1), Escape: () => setPanel(null) });

  if (datasets === undefined) {
    if (error === null) return <Skeleton />;
    return (
      <QueryFailed
        what="The dataset versions"
        error={error}
        stillWorks="Versions are never changed; what was built is there."
        onRetry={() => void query.refetch()}
      />
    );
  }
  return (
    <div className="flex h-full min-h-0 flex-col">
      <TopBarSlot>
        <span className="flex-1 truncate text-dim">
          {plural(datasets.length, "version")}, {plural(golden?.length ?? 0, "golden set")}
        </span>
        <RoleButton needs="ml" variant="solid" onClick={() => setPanel("build")}>
          <Plus aria-hidden="true" />
          <span className="max-sm:sr-only">Build a version</span>
        </RoleButton>
      </TopBarSlot>
      <div className={PANES}>
        {shown === undefined ? (
          <div className="flex-1">
            <Message icon={<Layers />} title="No version was built yet">
              <p>
                A version is made of answers from the page Triage, or of labels that were imported
                with <code className="text-xs">npx sentinel datasets import</code>. The loop builds
                one by itself when enough answers have come.
              </p>
            </Message>
          </div>
        ) : (
          <>
            <DatasetList
              datasets={datasets}
              golden={golden ?? []}
              shown={shown.datasetId}
              onOpen={(datasetId) => open(datasetId)}
            />
            {before === undefined || before === shown ? (
              <DatasetDetail
                key={shown.datasetId}
                dataset={shown}
                others={datasets.filter((dataset) => dataset !== shown)}
                onCompare={(other) => open(shown.datasetId, other)}
                onFreeze={() => setPanel("freeze")}
              />
            ) : (
              <DiffView before={before} after={shown} onClose={() => open(shown.datasetId)} />
            )}
          </>
        )}
        {panel === "build" ? (
          <BuildForm
            onClose={() => setPanel(null)}
            onBuilt={(datasetId) => {
              setPanel(null);
              open(datasetId);
            }}
          />
        ) : null}
        {panel === "freeze" && shown !== undefined ? (
          <FreezeForm key={shown.datasetId} dataset={shown} onClose={() => setPanel(null)} />
        ) : null}
      </div>
    </div>
  );
}

function Skeleton() {
  return (
    <div role="status" aria-label="Loading the dataset versions" className="flex h-full">
      <div className="flex w-80 flex-col gap-2 border-r p-4">
        {["a", "b", "c"].map((row) => (
          <div key={row} className="skeleton h-14" />
        ))}
      </div>
      <div className="flex-1 p-4">
        <div className="skeleton h-72" />
      </div>
    </div>
  );
}
