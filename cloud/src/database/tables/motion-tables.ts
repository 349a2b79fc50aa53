import type { Box } from "@sentinel/protocol/box";

/** Lasting motion in which the model saw nothing (migration 012). Times are ms. */
export interface MotionTables {
  motion_sightings: {
    event_id: string;
    node_id: string;
    camera_id: string;
    started_at: number;
    captured_at: number;
    box: Box;
    model_digest: string;
    snapshot_sha256: string;
    snapshot_size_bytes: number;
    snapshot_width: number;
    snapshot_height: number;
    snapshot_crop: Box;
    snapshot_stored_at: number | null;
    snapshot_gone_at: number | null;
    snapshot_asks: number;
    snapshot_asked_at: number | null;
    committed_at: number;
  };
}
