import type { AppRouter } from "@sentinel/cloud/api/router";
import type { inferRouterInputs } from "@trpc/server";
import { type Command, InvalidArgumentError, Option } from "commander";
import { cameraArgument } from "./box-argument.ts";

type BuildWish = inferRouterInputs<AppRouter>["datasets"]["preview"];
type Query = NonNullable<BuildWish["query"]>;
type Verdict = NonNullable<Query["verdicts"]>[number];

const VERDICTS: readonly Verdict[] = ["accept", "reject", "class", "boxes", "import"];

/** Which answers, and how they are split. */
export interface QueryFlags {
  fromNode?: string[];
  fromCamera?: { nodeId: string; cameraId: string }[];
  class?: string[];
  empty?: boolean;
  from?: number;
  to?: number;
  person?: string[];
  verdict?: Verdict[];
  picture?: string[];
  validationShare?: number;
  blockSeconds?: number;
  golden?: string;
  train?: string[];
  validation?: string[];
}

/** Adds the options that choose answers. */
export function addQueryOptions(command: Command): Command {
  return command
    .option("--from-node <id...>", "only pictures of these nodes")
    .option("--from-camera <node/camera...>", "only pictures of these cameras", camera)
    .option("--class <name...>", "only pictures with a box of these classes")
    .option("--no-empty", "no pictures in which nothing is")
    .option("--from <time>", "captured at or after, for example 2026-03-01T08:00Z", moment)
    .option("--to <time>", "captured before", moment)
    .option("--person <name...>", "only answers of these people, by name or id")
    .addOption(new Option("--verdict <verdict...>", "only such answers").choices(VERDICTS))
    .option("--picture <sha256...>", "exactly these pictures");
}

/** The query that the options make; what was not given is not in it. */
export function queryOf(flags: QueryFlags): Query {
  return {
    ...(flags.fromNode === undefined ? {} : { nodes: flags.fromNode }),
    ...(flags.fromCamera === undefined ? {} : { cameras: flags.fromCamera }),
    ...(flags.class === undefined ? {} : { classes: flags.class }),
    ...(flags.empty === false ? { empty: false } : {}),
    ...(flags.from === undefined ? {} : { from: flags.from }),
    ...(flags.to === undefined ? {} : { to: flags.to }),
    ...(flags.person === undefined ? {} : { people: flags.person }),
    ...(flags.verdict === undefined ? {} : { verdicts: flags.verdict }),
    ...(flags.picture === undefined ? {} : { pictures: flags.picture }),
  };
}

/** What to build. */
export function buildWishOf(flags: QueryFlags): BuildWish {
  const { validationShare, blockSeconds, golden, train, validation } = flags;
  return {
    query: queryOf(flags),
    ...(validationShare === undefined ? {} : { validationShare }),
    ...(blockSeconds === undefined ? {} : { blockSeconds }),
    ...(golden === undefined ? {} : { goldenId: golden === "none" ? null : golden }),
    ...(train === undefined ? {} : { train }),
    ...(validation === undefined ? {} : { validation }),
  };
}

function camera(text: string, before: QueryFlags["fromCamera"] = []) {
  return [...before, cameraArgument(text)];
}

function moment(text: string): number {
  const time = Date.parse(text);
  if (Number.isNaN(time)) {
    throw new InvalidArgumentError("A time is wanted, for example 2026-03-01T08:00Z.");
  }
  return time;
}
