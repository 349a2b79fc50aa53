import type { KubeObject } from "@sentinel/k3s/document/kube-object";
import type { PodTemplate } from "@sentinel/k3s/document/pod-template";
import type { Rendered } from "@sentinel/k3s/document/rendered";
import { waveOf } from "@sentinel/k3s/references/check-waves";
import { listenedPorts } from "@sentinel/k3s/references/service-ports";
import { freePorts } from "../start/free-ports.ts";

/** One pod of the cluster that runs here: which, and where its containers' ports are. */
export interface PlacedPod {
  rendered: Rendered;
  template: PodTemplate;
  /** `ingest-0`; the cluster's own names of a Deployment's pods are random. */
  name: string;
  /** `ingest`. */
  workload: string;
  /** The wave in which Argo CD would make it. */
  wave: number;
  /** Container port to port of this machine. */
  ports: ReadonlyMap<number, number>;
}

/** A pod for each replica of every workload that `runs` says can run here. */
export async function placePods(
  rendered: Rendered,
  runs: (workload: string) => boolean,
): Promise<PlacedPod[]> {
  const wanted = rendered.pods
    .filter(({ owner }) => runs(owner.metadata.name))
    .flatMap((template) =>
      Array.from({ length: replicasOf(rendered, template.owner) }, (_, index) => ({
        template,
        name: `${template.owner.metadata.name}-${index}`,
      })),
    );
  const counts = wanted.map(({ template }) => listenedPorts(template).length);
  const free = await freePorts(counts.reduce((sum, count) => sum + count, 0));
  return wanted.map(({ template, name }) => ({
    rendered,
    template,
    name,
    workload: template.owner.metadata.name,
    wave: waveOf(template.owner),
    ports: new Map(listenedPorts(template).map(({ port }) => [port, free.pop() ?? 0])),
  }));
}

/** What the owner asks for, or the least that its autoscaler would make of it. */
function replicasOf(rendered: Rendered, { kind, metadata, spec }: KubeObject): number {
  const scaler = rendered
    .ofKind("HorizontalPodAutoscaler")
    .find(({ spec: { scaleTargetRef } }) => scaleTargetRef.name === metadata.name);
  if (kind === "Job") return 1;
  return spec.replicas ?? scaler?.spec.minReplicas ?? 1;
}

/** True where this runs to its end. */
export function isJob({ template: { owner } }: PlacedPod): boolean {
  return owner.kind === "Job";
}
