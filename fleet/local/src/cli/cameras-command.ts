import type { AppRouter } from "@sentinel/cloud/api/router";
import type { inferRouterOutputs } from "@trpc/server";
import type { Command } from "commander";
import { askingCloud, cloudCommand, printJson, printLine } from "./cloud-command.ts";
import { textTable } from "./text-table.ts";

type Camera = inferRouterOutputs<AppRouter>["cameras"]["settings"][number];

/** Adds `sentinel cameras …`: what nodes watch, and what people want of it. */
export function addCamerasCommand(program: Command): Command {
  const cameras = program.command("cameras").description("cameras, and what is wanted of them");
  cloudCommand(
    cameras.command("list").description("every camera, its state and the node's answer"),
  ).action(
    askingCloud(async (api, options) => {
      const list = await api.cameras.settings.query();
      if (options.json === true) return printJson(list);
      const head = ["NODE", "CAMERA", "NAME", "STATE", "WISH", "ADDRESS"];
      printLine(textTable(head, list.map(cellsOf)));
    }),
  );
  cloudCommand(
    cameras
      .command("add")
      .description("add a camera to a node; `list` shows whether the node took it in")
      .argument("<node>", "the node's id")
      .argument("<camera>", "an id for the camera, for example gate-1")
      .requiredOption("--name <name>", "what people call it")
      .requiredOption("--camera-url <address>", "rtsp://, rtsps://, http:// or https://"),
  ).action(
    askingCloud<[string, string], { name: string; cameraUrl: string }>(
      async (api, options, nodeId, cameraId) => {
        const { name, cameraUrl: url } = options;
        await api.cameras.add.mutate({ nodeId, cameraId, name, url });
        done(options, { nodeId, cameraId }, `Sent to ${nodeId}.`);
      },
    ),
  );
  cloudCommand(
    cameras
      .command("edit")
      .description("change a camera's name or address")
      .argument("<node>", "the node's id")
      .argument("<camera>", "the camera's id")
      .option("--name <name>", "what people call it")
      .option("--camera-url <address>", "its new address"),
  ).action(
    askingCloud<[string, string], { name?: string; cameraUrl?: string }>(
      async (api, options, nodeId, cameraId) => {
        const { name, cameraUrl: url } = options;
        await api.cameras.edit.mutate({ nodeId, cameraId, name, url });
        done(options, { nodeId, cameraId }, `Sent to ${nodeId}.`);
      },
    ),
  );
  for (const [verb, enabled] of [
    ["on", true],
    ["off", false],
  ] as const) {
    cloudCommand(
      cameras
        .command(verb)
        .description(`switch a camera ${verb}`)
        .argument("<node>", "the node's id")
        .argument("<camera>", "the camera's id"),
    ).action(
      askingCloud<[string, string]>(async (api, options, nodeId, cameraId) => {
        await api.cameras.edit.mutate({ nodeId, cameraId, enabled });
        done(options, { nodeId, cameraId }, `Sent to ${nodeId}.`);
      }),
    );
  }
  cloudCommand(
    cameras
      .command("remove")
      .description("take a camera from its node; its events stay")
      .argument("<node>", "the node's id")
      .argument("<camera>", "the camera's id"),
  ).action(
    askingCloud<[string, string]>(async (api, options, nodeId, cameraId) => {
      await api.cameras.remove.mutate({ nodeId, cameraId });
      done(options, { nodeId, cameraId }, `Sent to ${nodeId}.`);
    }),
  );
  cloudCommand(
    cameras
      .command("probe")
      .description("ask a node what a camera sends, without keeping it")
      .argument("<node>", "the node's id")
      .argument("<address>", "the camera's address"),
  ).action(
    askingCloud<[string, string]>(async (api, options, nodeId, url) => {
      const result = await api.cameras.probe.mutate({ nodeId, url });
      if (!result.ok) process.exitCode = 1;
      if (options.json === true) return printJson(result);
      if (!result.ok) return printLine(`${result.fault.code}: ${result.fault.message}`);
      const { width, height, codec, fps } = result.probe;
      printLine(`${width} x ${height}, ${codec}${fps === null ? "" : `, ${fps} fps`}`);
    }),
  );
  return cameras;
}

function cellsOf(camera: Camera): string[] {
  return [
    camera.nodeId,
    camera.cameraId,
    camera.name,
    camera.enabled ? (camera.reported?.state ?? "not reported") : "off",
    camera.refusal === null ? camera.wish : `${camera.wish}: ${camera.refusal.message}`,
    camera.address ?? "in the node's file",
  ];
}

function done(options: { json?: boolean }, facts: object, text: string): void {
  if (options.json === true) printJson(facts);
  else printLine(text);
}
