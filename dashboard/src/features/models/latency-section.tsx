import { Link } from "@tanstack/react-router";
import { AgeText } from "../../clock/age-text.tsx";
import { plural } from "../../format/amount.ts";
import { modelWords } from "./model-words.ts";
import { Section } from "./section.tsx";
import {
  type EvaluationItem,
  type Figures,
  type Model,
  type NodeLatency,
  useEvaluation,
  useLatencies,
} from "./use-models.ts";

/** Nodes that are told of one by one; the rest is in the middle of all. */
const MOST_NODES = 8;

/** How long a picture takes with each model: on nodes as they told it, and where it was evaluated. */
export function LatencySection(props: { model: Model; against: EvaluationItem | undefined }) {
  const { model, against } = props;
  const digests = against === undefined ? [model.digest] : [against.against, model.digest];
  const { data, error } = useLatencies(digests);
  const latencies = data ?? [];
  const { data: evaluation } = useEvaluation(against?.evaluationId);
  const measured = evaluation?.figures?.latencyMs ?? null;
  const nodes = [...new Set(latencies.map(({ nodeId }) => nodeId))].sort();
  if (nodes.length === 0 && measured === null && error === null) return null;
  return (
    <Section
      title="Latency on the agent"
      beside={
        <span>
          {data === undefined
            ? error === null
              ? ""
              : `What nodes told could not be read: ${error.message}`
            : nodes.length === 0
              ? "No node has run it yet; what was measured here tells how the two compare."
              : "From capture to detections, as nodes told it last."}
        </span>
      }
    >
      <div className="overflow-x-auto">
        <table className="text-left">
          <thead>
            <tr className="text-2xs text-faint">
              <th scope="col" className="py-1 pr-6 font-normal">
                Where
              </th>
              {digests.map((digest) => (
                <th key={digest} scope="col" className="py-1 pr-6 text-right font-normal">
                  {nameOf(digest, model, against)}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {nodes.slice(0, MOST_NODES).map((nodeId) => (
              <tr key={nodeId} className="border-t">
                <th scope="row" className="py-1 pr-6 font-normal">
                  <Link
                    to="/nodes"
                    search={{ node: nodeId }}
                    className="underline-offset-2 hover:underline"
                  >
                    {nodeId}
                  </Link>
                </th>
                {digests.map((digest) => (
                  <td key={digest} className="py-1 pr-6 text-right align-top">
                    <OnNode
                      latency={latencies.find(
                        (one) => one.nodeId === nodeId && one.digest === digest,
                      )}
                    />
                  </td>
                ))}
              </tr>
            ))}
            {measured === null ? null : (
              <Measured latency={measured} isPair={digests.length === 2} />
            )}
          </tbody>
        </table>
        {nodes.length > MOST_NODES ? (
          <p className="mt-1 text-xs text-dim">
            and {plural(nodes.length - MOST_NODES, "node")} more
          </p>
        ) : null}
      </div>
    </Section>
  );
}

function OnNode({ latency }: { latency: NodeLatency | undefined }) {
  if (latency === undefined) return <span className="text-faint">never ran it</span>;
  return (
    <>
      {Math.round(latency.p50Ms)} ms
      <span className="block text-2xs text-faint">
        95 % below {Math.round(latency.p95Ms)} ms,{" "}
        {latency.now ? "now" : <AgeText at={latency.at} />}
      </span>
    </>
  );
}

function Measured({ latency, isPair }: { latency: Figures["latencyMs"]; isPair: boolean }) {
  const sides = isPair ? ([latency.before, latency.after] as const) : ([latency.after] as const);
  return (
    <tr className="border-t">
      <th scope="row" className="py-1 pr-6 align-top font-normal">
        where it was evaluated
        <span className="block text-2xs text-faint">processor time of one thread, no node</span>
      </th>
      {sides.map(({ p50, p95 }, side) => (
        <td key={side === 0 ? "before" : "after"} className="py-1 pr-6 text-right align-top">
          {p50.toFixed(1)} ms
          <span className="block text-2xs text-faint">95 % below {p95.toFixed(1)} ms</span>
        </td>
      ))}
    </tr>
  );
}

function nameOf(digest: string, model: Model, against: EvaluationItem | undefined): string {
  if (digest === model.digest) return model.name;
  return modelWords(against?.againstName ?? null, digest);
}
