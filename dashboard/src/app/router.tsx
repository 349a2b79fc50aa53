import {
  createRootRoute,
  createRoute,
  createRouter,
  lazyRouteComponent,
  redirect,
} from "@tanstack/react-router";
import { parseEventSearch } from "../features/events/event-search.ts";
import { SECTIONS, type Section } from "../features/settings/sections.ts";
import { NotFound } from "./not-found.tsx";
import { RouteError } from "./route-error.tsx";
import { parseSearchString, writeSearchString } from "./search-string.ts";
import { Shell } from "./shell.tsx";

const root = createRootRoute({
  component: Shell,
  notFoundComponent: NotFound,
  errorComponent: RouteError,
});

const home = createRoute({
  getParentRoute: () => root,
  path: "/",
  beforeLoad: () => {
    throw redirect({ to: "/live", replace: true });
  },
});

const live = createRoute({
  getParentRoute: () => root,
  path: "/live",
  component: lazyRouteComponent(() => import("../features/live/live-layout.tsx"), "LiveLayout"),
});
const liveGrid = createRoute({
  getParentRoute: () => live,
  path: "/",
  component: lazyRouteComponent(() => import("../features/live/live-page.tsx"), "LivePage"),
});
const liveCamera = createRoute({
  getParentRoute: () => live,
  path: "/$nodeId/$cameraId",
  component: lazyRouteComponent(() => import("./camera-route.tsx"), "CameraRoute"),
});

const events = createRoute({
  getParentRoute: () => root,
  path: "/events",
  validateSearch: parseEventSearch,
  component: lazyRouteComponent(() => import("./events-route.tsx"), "EventsRoute"),
});

const triage = createRoute({
  getParentRoute: () => root,
  path: "/triage",
  component: lazyRouteComponent(() => import("../features/triage/triage-page.tsx"), "TriagePage"),
});

const map = createRoute({
  getParentRoute: () => root,
  path: "/map",
  component: lazyRouteComponent(() => import("../features/map/map-page.tsx"), "MapPage"),
});

const cameras = createRoute({
  getParentRoute: () => root,
  path: "/cameras",
  component: lazyRouteComponent(
    () => import("../features/cameras/cameras-page.tsx"),
    "CamerasPage",
  ),
});

const nodes = createRoute({
  getParentRoute: () => root,
  path: "/nodes",
  validateSearch: ({ node }: Record<string, unknown>): { node?: string } =>
    typeof node === "string" ? { node } : {},
  component: lazyRouteComponent(() => import("./nodes-route.tsx"), "NodesRoute"),
});

const datasets = createRoute({
  getParentRoute: () => root,
  path: "/datasets",
  validateSearch: ({
    dataset,
    compare,
  }: Record<string, unknown>): { dataset?: string; compare?: string } => ({
    ...(typeof dataset === "string" ? { dataset } : {}),
    ...(typeof compare === "string" ? { compare } : {}),
  }),
  component: lazyRouteComponent(() => import("./datasets-route.tsx"), "DatasetsRoute"),
});

const training = createRoute({
  getParentRoute: () => root,
  path: "/training",
  validateSearch: ({ job }: Record<string, unknown>): { job?: string } =>
    typeof job === "string" ? { job } : {},
  component: lazyRouteComponent(() => import("./training-route.tsx"), "TrainingRoute"),
});

const models = createRoute({
  getParentRoute: () => root,
  path: "/models",
  validateSearch: ({
    model,
    evaluation,
  }: Record<string, unknown>): { model?: string; evaluation?: string } => ({
    ...(typeof model === "string" ? { model } : {}),
    ...(typeof evaluation === "string" ? { evaluation } : {}),
  }),
  component: lazyRouteComponent(() => import("./models-route.tsx"), "ModelsRoute"),
});

const rollouts = createRoute({
  getParentRoute: () => root,
  path: "/rollouts",
  validateSearch: ({
    rollout,
    promote,
  }: Record<string, unknown>): { rollout?: string; promote?: string } => ({
    ...(typeof rollout === "string" ? { rollout } : {}),
    ...(typeof promote === "string" ? { promote } : {}),
  }),
  component: lazyRouteComponent(() => import("./rollouts-route.tsx"), "RolloutsRoute"),
});

const settings = createRoute({
  getParentRoute: () => root,
  path: "/settings",
  validateSearch: ({ section }: Record<string, unknown>): { section?: Section } => {
    const known = SECTIONS.find((one) => one.section === section);
    return known === undefined ? {} : { section: known.section };
  },
  component: lazyRouteComponent(() => import("./settings-route.tsx"), "SettingsRoute"),
});

/** The dashboard's pages; each is loaded when one first goes there. */
export const router = createRouter({
  routeTree: root.addChildren([
    home,
    live.addChildren([liveGrid, liveCamera]),
    events,
    triage,
    map,
    cameras,
    nodes,
    datasets,
    training,
    models,
    rollouts,
    settings,
  ]),
  parseSearch: parseSearchString,
  stringifySearch: writeSearchString,
  defaultPreload: "intent",
});

declare module "@tanstack/react-router" {
  interface Register {
    router: typeof router;
  }
}
