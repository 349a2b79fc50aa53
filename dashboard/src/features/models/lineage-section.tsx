import { Link } from "@tanstack/react-router";
import { type ReactNode, useState } from "react";
import { formatCount, plural, shortDigest } from "../../format/amount.ts";
import { Button } from "../../ui/button.tsx";
import { QueryFailed } from "../../ui/query-failed.tsx";
import { useStandingError } from "../../ui/use-standing-error.ts";
import { LinePictures } from "./line-pictures.tsx";
import { Section } from "./section.tsx";
import { type Lineage, type Model, useLineage } from "./use-models.ts";

const LINK = "underline decoration-line-strong underline-offset-2 hover:decoration-current";
const TOLD = 6;

/** From the model back to every picture and person, and on to every node and event. */
export function LineageSection({ model }: { model: Model }) {
  const query = useLineage(model.digest);
  const error = useStandingError(query);
  const { data: lineage } = query;
  return (
    <Section title="Lineage">
      {lineage === undefined ? (
        error === null ? (
          <div className="skeleton h-40" />
        ) : (
          <QueryFailed
            what="The lineage"
            error={error}
            stillWorks="What the model was judged by stands above."
            onRetry={() => void query.refetch()}
          />
        )
      ) : (
        <Both lineage={lineage} model={model} />
      )}
    </Section>
  );
}

function Both({ lineage, model }: { lineage: Lineage; model: Model }) {
  const [open, setOpen] = useState(false);
  const { pictures, people, cameras, nodes, rollouts, descendants } = lineage;
  const count = pictures.learnt + pictures.chosenBy;
  const events = nodes.reduce((sum, node) => sum + node.events, 0);
  return (
    <div className="grid gap-x-10 gap-y-4 @3xl:grid-cols-2">
      <div className="min-w-0">
        <h4 className="text-2xs text-faint">Comes from</h4>
        <dl className="mt-1 grid grid-cols-[max-content_minmax(0,1fr)] gap-x-6 gap-y-2">
          <Fact name="Models">
            <ol>
              {lineage.models.map((one, depth) => (
                <li key={one.digest} className="flex flex-wrap gap-x-2">
                  {depth === 0 ? (
                    <span className="font-medium">{one.name}</span>
                  ) : (
                    <>
                      <span aria-hidden="true" className="text-faint">
                        ←
                      </span>
                      <Link to="/models" search={{ model: one.digest }} className={LINK}>
                        {one.name}
                      </Link>
                    </>
                  )}
                  <Origin model={one} />
                </li>
              ))}
            </ol>
          </Fact>
          <Fact name="Pictures">
            {count === 0 ? (
              <span className="text-faint">none of ours</span>
            ) : (
              <>
                {formatCount(pictures.learnt)} learnt from, {formatCount(pictures.chosenBy)} chose
                its epochs
              </>
            )}
          </Fact>
          <Fact name="People">
            <Few
              none="nobody here"
              items={people.map(({ personId, name, annotations }) => ({
                key: personId,
                content: (
                  <>
                    {name} <span className="text-dim">{plural(annotations, "answer")}</span>
                  </>
                ),
              }))}
            />
          </Fact>
          <Fact name="Cameras">
            <Few
              none="none of ours"
              items={cameras.map(({ nodeId, cameraId, pictures: own }) => ({
                key: `${nodeId}/${cameraId}`,
                content: (
                  <>
                    <Link
                      to="/live/$nodeId/$cameraId"
                      params={{ nodeId, cameraId }}
                      className={LINK}
                    >
                      {cameraId}
                    </Link>{" "}
                    <span className="text-dim">
                      {nodeId}, {plural(own, "picture")}
                    </span>
                  </>
                ),
              }))}
            />
          </Fact>
        </dl>
        {count === 0 ? null : (
          <Button className="mt-2" onClick={() => setOpen(!open)}>
            {open ? "Hide its pictures" : "Show its pictures"}
          </Button>
        )}
      </div>
      <div className="min-w-0">
        <h4 className="text-2xs text-faint">Went to</h4>
        <dl className="mt-1 grid grid-cols-[max-content_minmax(0,1fr)] gap-x-6 gap-y-2">
          <Fact name="Nodes">
            <Few
              none="no node has run it"
              items={nodes.map(({ nodeId, now, events: own }) => ({
                key: nodeId,
                content: (
                  <>
                    <Link to="/nodes" search={{ node: nodeId }} className={LINK}>
                      {nodeId}
                    </Link>{" "}
                    <span className="text-dim">
                      {now ? "runs it now" : "ran it"}, {plural(own, "event")}
                    </span>
                  </>
                ),
              }))}
            />
          </Fact>
          <Fact name="Events">
            {events === 0 ? (
              <span className="text-faint">it saw nothing yet</span>
            ) : (
              <Link to="/events" search={{ model: [model.digest] }} className={LINK}>
                {plural(events, "event")} that it saw
              </Link>
            )}
          </Fact>
          <Fact name="Rollouts">
            <Few
              none="it was not promoted"
              items={rollouts.map(({ rolloutId, channel, state }) => ({
                key: rolloutId,
                content: (
                  <>
                    <Link to="/rollouts" search={{ rollout: rolloutId }} className={LINK}>
                      {channel}
                    </Link>{" "}
                    <span className="text-dim">{state}</span>
                  </>
                ),
              }))}
            />
          </Fact>
          <Fact name="Became">
            <Few
              none="nothing was trained from it"
              items={descendants.map((one) => ({
                key: one.digest,
                content: (
                  <>
                    <Link to="/models" search={{ model: one.digest }} className={LINK}>
                      {one.name}
                    </Link>{" "}
                    <span className="text-dim">{one.state}</span>
                  </>
                ),
              }))}
            />
          </Fact>
        </dl>
      </div>
      {open ? (
        <div className="@3xl:col-span-2">
          <LinePictures digest={model.digest} count={count} />
        </div>
      ) : null}
    </div>
  );
}

/** What one model of the line was trained on. */
function Origin({ model }: { model: Lineage["models"][number] }) {
  if (model.datasetId === null) {
    const words = model.baseDigest === null ? "of the catalog" : "made elsewhere";
    return <span className="text-dim">{words}</span>;
  }
  return (
    <span className="text-dim">
      learnt from{" "}
      <Link to="/datasets" search={{ dataset: model.datasetId }} className={LINK}>
        {model.datasetName ?? shortDigest(model.datasetId)}
      </Link>
      {model.jobId === null ? null : (
        <>
          {" "}
          in{" "}
          <Link to="/training" search={{ job: model.jobId }} className={LINK}>
            a job
          </Link>
        </>
      )}
    </span>
  );
}

function Fact({ name, children }: { name: string; children: ReactNode }) {
  return (
    <>
      <dt className="text-dim">{name}</dt>
      <dd className="min-w-0">{children}</dd>
    </>
  );
}

function Few({ none, items }: { none: string; items: { key: string; content: ReactNode }[] }) {
  const [isAll, setAll] = useState(false);
  if (items.length === 0) return <span className="text-faint">{none}</span>;
  const shown = isAll ? items : items.slice(0, TOLD);
  return (
    <ul>
      {shown.map(({ key, content }) => (
        <li key={key} className="truncate">
          {content}
        </li>
      ))}
      {items.length > shown.length ? (
        <li>
          <button type="button" className={`text-dim ${LINK}`} onClick={() => setAll(true)}>
            and {items.length - shown.length} more
          </button>
        </li>
      ) : null}
    </ul>
  );
}
