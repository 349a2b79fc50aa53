import { type Expression, expressionBuilder, type SqlBool } from "kysely";
import type { Tables } from "../tables.ts";

/** Which events are meant; a field that is absent, or an empty list, does not narrow. */
export interface EventFilter {
  cameras?: readonly { nodeId: string; cameraId: string }[] | undefined;
  classes?: readonly string[] | undefined;
  /** Digests of the models that saw them. */
  models?: readonly string[] | undefined;
  /** Inclusive bound of `startedAt`, ms. */
  from?: number | undefined;
  /** Exclusive bound of `startedAt`, ms. */
  to?: number | undefined;
  minScore?: number | undefined;
  maxScore?: number | undefined;
  state?: "open" | "ended" | undefined;
}

/** The filter as one condition on the table events, which the query calls `e`. */
export function eventCondition(filter: EventFilter): Expression<SqlBool> {
  const eb = expressionBuilder<{ e: Tables["events"] }, "e">();
  const conditions: Expression<SqlBool>[] = [];
  const { cameras = [], classes = [], models = [] } = filter;
  if (cameras.length > 0) {
    conditions.push(
      eb.or(
        cameras.map(({ nodeId, cameraId }) =>
          eb.and([eb("e.node_id", "=", nodeId), eb("e.camera_id", "=", cameraId)]),
        ),
      ),
    );
  }
  if (classes.length > 0) conditions.push(eb("e.class_name", "in", [...classes]));
  if (models.length > 0) conditions.push(eb("e.model_digest", "in", [...models]));
  if (filter.from !== undefined) conditions.push(eb("e.started_at", ">=", filter.from));
  if (filter.to !== undefined) conditions.push(eb("e.started_at", "<", filter.to));
  if (filter.minScore !== undefined) conditions.push(eb("e.score", ">=", filter.minScore));
  if (filter.maxScore !== undefined) conditions.push(eb("e.score", "<=", filter.maxScore));
  if (filter.state !== undefined) conditions.push(eb("e.state", "=", filter.state));
  return eb.and(conditions);
}
