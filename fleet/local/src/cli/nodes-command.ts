import type { AppRouter } from "@sentinel/cloud/api/router";
import type { inferRouterOutputs } from "@trpc/server";
import type { Command } from "commander";
import { localError } from "../errors.ts";
import { askingCloud, cloudCommand, printJson, printLine } from "./cloud-command.ts";
import { textTable } from "./text-table.ts";

type Node = inferRouterOutputs<AppRouter>["nodes"]["list"][number];

/** Adds `sentinel nodes …`: which there are, what each runs, and how it stands to what it was told. */
export function addNodesCommand(program: Command): Command {
  const nodes = program.command("nodes").description("nodes and what they run");
  cloudCommand(nodes.command("list").description("every node that was ever heard of")).action(
    askingCloud(async (api, options) => {
      const list = await api.nodes.list.query();
      if (options.json === true) return printJson(list);
      const head = ["NODE", "", "LABELS", "MODEL", "SWAP", "CAMERAS", "COMPLETE TO", "LAST HEARD"];
      printLine(textTable(head, list.map(cellsOf)));
    }),
  );
  cloudCommand(
    nodes.command("show").description("one node").argument("<node>", "the node's id"),
  ).action(
    askingCloud<[string]>(async (api, options, nodeId) => {
      const node = (await api.nodes.list.query()).find((known) => known.nodeId === nodeId);
      if (node === undefined) {
        throw localError("CLOUD_REFUSED", `there is no node ${nodeId}`);
      }
      if (options.json === true) printJson(node);
      else printLine(textTable(null, rowsOf(node)));
    }),
  );
  return nodes;
}

function cellsOf(node: Node): string[] {
  return [
    node.nodeId,
    node.online ? "online" : "offline",
    labelsOf(node),
    node.model?.name ?? "–",
    swapOf(node),
    `${node.camerasLive} of ${node.cameras}`,
    String(node.completeSeq),
    new Date(node.lastSeenAt).toISOString().slice(0, 19),
  ];
}

function rowsOf(node: Node): string[][] {
  const { model, modelReport: report, telemetry } = node;
  const swap = report?.lastSwap ?? null;
  return [
    ["node", node.nodeId],
    ["state", node.online ? "online" : "offline"],
    ["last heard", new Date(node.lastSeenAt).toISOString()],
    ["agent", node.agentVersion ?? "–"],
    ["labels", labelsOf(node)],
    ["runs", model === null ? "–" : `${model.name} ${model.digest}`],
    ["swap", swapOf(node)],
    ["told", report?.digest ?? "nothing yet"],
    ["statement", report?.counter == null ? "–" : `${report.counter}, cohort ${report.cohort}`],
    ["commit", report?.commit ?? "–"],
    ...(report?.fault == null ? [] : [["fault", `${report.fault.code}: ${report.fault.message}`]]),
    ...(report?.staleSince == null
      ? []
      : [["stale since", new Date(report.staleSince).toISOString()]]),
    ...(swap === null
      ? []
      : [["last swap", `${swap.gapMs.toFixed(0)} ms gap, ${swap.framesDropped} frames dropped`]]),
    ["complete to", `${node.completeSeq} of ${node.lastSeq ?? "–"}`],
    ["cameras", `${node.camerasLive} of ${node.cameras} live`],
    ["outbox", telemetry === null ? "–" : `${telemetry.outboxRows} rows`],
  ];
}

function swapOf({ modelReport: report }: Node): string {
  if (report === null) return "–";
  return report.fault === null ? report.state : `${report.state} ${report.fault.code}`;
}

function labelsOf({ labels }: Node): string {
  const words = Object.entries(labels).map(([name, value]) => `${name}=${value}`);
  return words.join(",") || "–";
}
