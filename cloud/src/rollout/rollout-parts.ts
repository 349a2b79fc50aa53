import type { FleetRepo } from "./fleet-repo.ts";

/** What the procedures of rollouts work with beside the database. */
export interface RolloutParts {
  /** Null where this cloud was given no fleet repository. */
  repo: FleetRepo | null;
}
