import type { AppRouter } from "@sentinel/cloud/api/router";
import type { inferRouterInputs, inferRouterOutputs } from "@trpc/server";
import { createTRPCContext } from "@trpc/tanstack-react-query";

type Outputs = inferRouterOutputs<AppRouter>;
type Inputs = inferRouterInputs<AppRouter>;

/** One camera as the cloud knows it. */
export type Camera = Outputs["cameras"]["list"][number];
/** One camera with what people want of it. */
export type CameraSetting = Outputs["cameras"]["settings"][number];
/** One question to people. */
export type TriageItem = Outputs["triage"]["next"]["items"][number];
/** The keys of the page Triage that a person changed. */
export type TriageKeys = Outputs["triage"]["keys"];
/** How the answering goes. */
export type TriageFigures = Outputs["triage"]["stats"];
/** What could spare people questions that they keep rejecting. */
export type RuleOffer = NonNullable<Outputs["triage"]["rules"]["offer"]>;
/** What is kept out of triage. */
export type TriageRule = Outputs["triage"]["rules"]["list"][number];
/** One node as the cloud knows it. */
export type FleetNode = Outputs["nodes"]["list"][number];
/** One event as lists have it. */
export type EventItem = Outputs["events"]["list"]["items"][number];
/** One event with every row that told of it. */
export type EventDetail = Outputs["events"]["byId"];
/** What the event log may be narrowed to. */
export type EventQuery = Omit<Inputs["events"]["list"], "cursor" | "limit" | "direction">;
/** Counts of events over time, by class. */
export type EventDensity = Outputs["events"]["density"];

/** The cloud's procedures as query options: `useQuery(useTRPC().nodes.list.queryOptions())`. */
export const { TRPCProvider, useTRPC, useTRPCClient } = createTRPCContext<AppRouter>();

/** A camera's name that is unique over all nodes; neither part can hold a dot. */
export function cameraKey(camera: { nodeId: string; cameraId: string }): string {
  return `${camera.nodeId}.${camera.cameraId}`;
}
