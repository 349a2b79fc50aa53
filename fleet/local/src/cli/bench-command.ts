import { type Command, InvalidArgumentError } from "commander";
import type { Bench } from "../bench/bench.ts";
import { inferenceBench } from "../bench/inference-bench.ts";
import { loopBench } from "../bench/loop-bench.ts";
import { swapBench } from "../bench/swap-bench.ts";

const BENCHES: readonly Bench[] = [inferenceBench, swapBench, loopBench];

function benchNamed(name: string): Bench {
  const bench = BENCHES.find((candidate) => candidate.name === name);
  if (bench !== undefined) return bench;
  const known = BENCHES.map((candidate) => `${candidate.name} (${candidate.about})`).join("; ");
  throw new InvalidArgumentError(`Known are: ${known}.`);
}

/** Adds `sentinel bench NAME`; the last line on stdout is one JSON object. */
export function addBenchCommand(program: Command): void {
  program
    .command("bench")
    .description("measure speed, side by side in one run")
    .argument(
      "<name>",
      BENCHES.map(({ name, about }) => `${name}: ${about}`).join("\n"),
      benchNamed,
    )
    .action(async (bench: Bench) => {
      const figures = await bench.run((line) => process.stderr.write(`${line}\n`));
      process.stdout.write(`${JSON.stringify({ bench: bench.name, ...figures })}\n`);
    });
}
