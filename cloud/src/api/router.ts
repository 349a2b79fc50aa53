import { datasetsRouter } from "../dataset/datasets-router.ts";
import { peopleRouter } from "../people/people-router.ts";
import { modelsRouter } from "../registry/models-router.ts";
import { rolloutsRouter } from "../rollout/rollouts-router.ts";
import { trainingRouter } from "../training/jobs/training-router.ts";
import { triageRouter } from "../triage/triage-router.ts";
import { camerasRouter } from "./cameras-router.ts";
import { eventsRouter } from "./events-router.ts";
import { liveRouter } from "./live-router.ts";
import { nodesRouter } from "./nodes-router.ts";
import { systemRouter } from "./system-router.ts";
import { router } from "./trpc.ts";

/** Everything that people and their dashboards can ask. */
export const appRouter = router({
  cameras: camerasRouter,
  nodes: nodesRouter,
  events: eventsRouter,
  live: liveRouter,
  system: systemRouter,
  triage: triageRouter,
  datasets: datasetsRouter,
  training: trainingRouter,
  models: modelsRouter,
  rollouts: rolloutsRouter,
  people: peopleRouter,
});

/** The type that the dashboard's client is made from. */
export type AppRouter = typeof appRouter;
