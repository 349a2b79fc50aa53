import { useNavigate } from "@tanstack/react-router";
import { clsx } from "clsx";
import { Boxes, SearchX } from "lucide-react";
import { plural } from "../../format/amount.ts";
import { Button } from "../../ui/button.tsx";
import { Message } from "../../ui/message.tsx";
import { QueryFailed } from "../../ui/query-failed.tsx";
import { TopBarSlot } from "../../ui/top-bar-slot.tsx";
import { useShortcuts } from "../../ui/use-shortcuts.ts";
import { useStandingError } from "../../ui/use-standing-error.ts";
import { ModelDetail } from "./model-detail.tsx";
import { ModelList } from "./model-list.tsx";
import { useModels } from "./use-models.ts";

interface ModelsPageProps {
  /** The model that the address names, and the evaluation of it. */
  model: string | undefined;
  evaluation: string | undefined;
}

/** Every model version, how the open one was judged, and who lets it in. */
export function ModelsPage({ model: named, evaluation }: ModelsPageProps) {
  const navigate = useNavigate();
  const query = useModels();
  const { data: models } = query;
  const error = useStandingError(query);
  const open = (model: string | undefined, other?: string) =>
    void navigate({
      to: "/models",
      search: {
        ...(model === undefined ? {} : { model }),
        ...(other === undefined ? {} : { evaluation: other }),
      },
      replace: true,
    });
  const at = models?.findIndex(({ digest }) => digest === named) ?? -1;
  const shown = named === undefined ? models?.[0] : models?.[at];
  const move = (step: number) => {
    const next = models?.[Math.max(at, 0) + step];
    if (next !== undefined) open(next.digest);
  };
  useShortcuts({ j: () => move(1), k: () => move(-1) });

  if (models === undefined) {
    if (error === null) return <Skeleton />;
    return (
      <QueryFailed
        what="The models"
        error={error}
        stillWorks="Nodes go on with the model that they have."
        onRetry={() => void query.refetch()}
      />
    );
  }
  const candidates = models.filter(({ state }) => state === "candidate").length;
  return (
    <div className="flex h-full min-h-0">
      <TopBarSlot>
        <span className="flex-1 truncate text-dim">
          {plural(models.length, "model")}
          {candidates === 0 ? "" : `, ${plural(candidates, "candidate")}`}
        </span>
      </TopBarSlot>
      {models.length === 0 ? (
        <div className="flex-1">
          <Message icon={<Boxes />} title="The registry has no model yet">
            <p>
              <code className="text-xs">npm start</code> registers the model that its agent begins
              with. Candidates come from training jobs.
            </p>
          </Message>
        </div>
      ) : (
        <>
          <ModelList
            models={models}
            shown={shown?.digest}
            onOpen={(digest) => open(digest)}
            className={clsx(named !== undefined && "max-md:hidden")}
          />
          <div className={clsx("min-w-0 flex-1", named === undefined && "max-md:hidden")}>
            {shown === undefined ? (
              <Message
                icon={<SearchX />}
                title="The registry does not have this model"
                action={<Button onClick={() => open(undefined)}>All models</Button>}
              >
                <p className="break-all">{named}</p>
                <p className="mt-1">
                  A node may run it all the same: it was started with it, and nobody registered it.
                </p>
              </Message>
            ) : (
              <ModelDetail
                key={shown.digest}
                model={shown}
                models={models}
                evaluation={evaluation}
                onEvaluation={(id) => open(shown.digest, id)}
                onBack={named === undefined ? undefined : () => open(undefined)}
              />
            )}
          </div>
        </>
      )}
    </div>
  );
}

function Skeleton() {
  return (
    <div role="status" aria-label="Loading the models" className="flex h-full">
      <div className="flex w-80 flex-col gap-2 border-r p-4 max-md:w-full">
        {["a", "b", "c"].map((row) => (
          <div key={row} className="skeleton h-14" />
        ))}
      </div>
      <div className="flex flex-1 flex-col gap-4 p-4 max-md:hidden">
        <div className="skeleton h-8 w-80" />
        <div className="skeleton h-40" />
        <div className="skeleton h-72" />
      </div>
    </div>
  );
}
