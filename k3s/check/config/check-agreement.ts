import { parse } from "yaml";
import { containersOf, type PodTemplate } from "../document/pod-template.ts";
import type { Rendered } from "../document/rendered.ts";
import type { Remark } from "../finding.ts";
import { quantity } from "../policy/quantity.ts";
import { resolvedEnvironment } from "./environment.ts";
import { mountedFiles } from "./mounted-files.ts";

/** Settings by which our programs listen. */
const LISTENING = ["SENTINEL_HTTP_PORT", "SENTINEL_HEALTH_PORT"];
const AGENT_FILE = "/etc/sentinel/agent.yaml";
/** What the agent's volume holds besides the outbox: models, their conversion, SQLite's own needs. */
const BESIDES_SHARE = 0.25;

/** What a program is told agrees with what its manifest says of it: ports that it listens on, room that it has. */
export function checkAgreement(rendered: Rendered): Remark[] {
  return rendered.pods.flatMap((pod) => [
    ...portRemarks(rendered, pod),
    ...roomRemarks(rendered, pod),
  ]);
}

function portRemarks(rendered: Rendered, pod: PodTemplate): Remark[] {
  if (pod.owner.kind === "Job" || pod.owner.kind === "CronJob") return [];
  return containersOf(pod).flatMap(({ container, path }) =>
    resolvedEnvironment(rendered, pod, container)
      .filter(({ name }) => LISTENING.includes(name))
      .filter(({ value }) => !container.ports?.some((port) => port.containerPort === Number(value)))
      .map(({ name, value }) => ({
        object: pod.owner,
        rule: "port-as-told",
        path: `${path}.ports`,
        problem: `the program is told to listen on ${value} (${name}), which the container does not name`,
        fix: `- { name: http, containerPort: ${value} }, or another ${name}`,
      })),
  );
}

function roomRemarks(rendered: Rendered, pod: PodTemplate): Remark[] {
  const claims: { spec?: { resources?: { requests?: { storage?: string } } } }[] =
    pod.owner.spec?.volumeClaimTemplates ?? [];
  const storage = claims[0]?.spec?.resources?.requests?.storage;
  return containersOf(pod).flatMap(({ container }) => {
    const file = mountedFiles(rendered, pod, container).get(AGENT_FILE);
    if (file === undefined || storage === undefined) return [];
    const { outboxMaxBytes = 0 } = (parse(file) ?? {}) as { outboxMaxBytes?: number };
    const most = Math.floor(quantity(storage) * (1 - BESIDES_SHARE));
    if (outboxMaxBytes <= most) return [];
    return [
      {
        object: pod.owner,
        rule: "outbox-fits-volume",
        path: "spec.volumeClaimTemplates[0].spec.resources.requests.storage",
        problem: `the outbox may take ${outboxMaxBytes} bytes of a volume of ${storage}, which knows no quota`,
        fix: `outboxMaxBytes: ${most} or less in agent.yaml, or a larger volume`,
      },
    ];
  });
}
