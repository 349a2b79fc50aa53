import type { Box } from "@sentinel/protocol/box";
import type { OutboxRow } from "@sentinel/protocol/event-batch";
import type { Labels } from "@sentinel/protocol/statement";
import type { CameraReport, Fault, ModelReport, ReportedModel } from "@sentinel/protocol/status";
import type { CameraTelemetry, Telemetry } from "@sentinel/protocol/telemetry";
import type { Generated, Kysely } from "kysely";
import type { CameraSettingsTables } from "./tables/camera-settings-tables.ts";
import type { DatasetTables } from "./tables/dataset-tables.ts";
import type { MotionTables } from "./tables/motion-tables.ts";
import type { TrainingTables } from "./tables/training-tables.ts";
import type { TriageTables } from "./tables/triage-tables.ts";

/** The tables that people's queries read, as the migrations made them. Times are ms. */
export interface Tables
  extends CameraSettingsTables,
    DatasetTables,
    MotionTables,
    TrainingTables,
    TriageTables {
  nodes: {
    node_id: string;
    online: boolean;
    first_seen_at: number;
    last_seen_at: number;
    agent_version: string | null;
    started_at: number | null;
    epoch: string | null;
    last_seq: number | null;
    model: ReportedModel | null;
    telemetry: Telemetry | null;
    telemetry_at: number | null;
    labels: Generated<Labels>;
    camera_report: CameraReport | null;
    model_report: ModelReport | null;
  };
  cameras: {
    node_id: string;
    camera_id: string;
    name: string;
    state: "connecting" | "live" | "down";
    since: number;
    fault: Fault | null;
    next_attempt_at: number | null;
    width: number | null;
    height: number | null;
    telemetry: CameraTelemetry | null;
    telemetry_at: number | null;
    removed_at: number | null;
  };
  node_models: {
    node_id: string;
    digest: string;
    name: string;
    licence: string;
    input_size: number;
    class_names: string[];
    first_seen_at: number;
    last_seen_at: number;
  };
  watermarks: { node_id: string; epoch: string; committed_seq: number; committed_at: number };
  event_log: {
    id: Generated<number>;
    node_id: string;
    epoch: string;
    seq: number;
    through_seq: number;
    kind: OutboxRow["kind"];
    event_id: string | null;
    camera_id: string | null;
    row: OutboxRow;
    committed_at: number;
  };
  events: {
    event_id: string;
    node_id: string;
    camera_id: string;
    epoch: string;
    class_id: number;
    class_name: string;
    score: number;
    box: Box;
    frames: number;
    started_at: number;
    last_at: number;
    ended_at: number | null;
    end_reason: string | null;
    state: "open" | "ended";
    model_digest: string;
    snapshot_sha256: string | null;
    snapshot_size_bytes: number | null;
    snapshot_width: number | null;
    snapshot_height: number | null;
    snapshot_crop: Box | null;
    snapshot_stored_at: number | null;
    snapshot_gone_at: number | null;
    snapshot_asks: number;
    snapshot_asked_at: number | null;
    last_row_id: number;
  };
}

/** The typed reader of these tables. */
export type Reads = Kysely<Tables>;
