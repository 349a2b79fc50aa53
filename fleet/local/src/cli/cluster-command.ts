import { resolve } from "node:path";
import type { Command } from "commander";
import { repositoryPath } from "../start/repository.ts";
import { folderName, parseDuration } from "../start/start-options.ts";

/** Adds `sentinel cluster`, which `npm run cluster:local` hands over to. */
export function addClusterCommand(program: Command): void {
  program
    .command("cluster")
    .description("run the manifests of k3s/clusters as processes of this machine")
    .option("--for <duration>", "stop after this long, for example 60s", parseDuration)
    .option(
      "--data-dir <dir>",
      "where everything is kept",
      folderName,
      repositoryPath(".sentinel/cluster"),
    )
    .option("--json", "addresses, pods and what differs from a cluster, as one line of JSON")
    .action(async (parsed: { for?: number; dataDir: string; json?: boolean }) => {
      // Loaded only here: other commands need none of it.
      const { runCluster } = await import("../cluster/cluster-command.ts");
      const dataDir = resolve(parsed.dataDir);
      await runCluster({ dataDir, forMs: parsed.for ?? null, json: parsed.json === true });
    });
}
