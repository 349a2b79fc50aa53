/** What was counted with one model over some time. */
export interface Figures {
  events: number;
  cameraHours: number;
  /** Median over nodes of each node's own median; null where none told enough. */
  latencyMs: number | null;
}

/** How one node was before the rollout. */
export interface NodeBaseline {
  /** Median of what it told before; null where that was too little. */
  latencyMs: number | null;
  camerasDown: number;
}

/** How the nodes of a channel were before the rollout. */
export interface Baseline {
  nodes: Record<string, NodeBaseline>;
  /** By wave name. */
  waves: Record<string, Figures>;
}

/**
 * How a node stands to the rollout: not to be told yet; not seen since it was; online and not yet at
 * it; at work; running it well; running it badly; refused it; gone silent with it in its hands.
 */
export type NodeState =
  | "later"
  | "away"
  | "waiting"
  | "swapping"
  | "active"
  | "unhealthy"
  | "rejected"
  | "silent";

/** One node of a wave. */
export interface NodeStanding {
  nodeId: string;
  state: NodeState;
  /** What the person should know beside the state: a code, a step, a figure; null where nothing. */
  detail: string | null;
}

/** What was seen of one wave. */
export interface WaveEvidence {
  wave: string;
  /** How many nodes stand where. */
  counts: Record<NodeState, number>;
  /** Some of those that are rejected, unhealthy or silent, the first of each. */
  examples: NodeStanding[];
  /** Before the rollout, and with the new model. */
  current: Figures;
  candidate: Figures;
}

/** Evidence of every wave, as it was last seen. */
export interface RolloutEvidence {
  at?: number;
  waves?: WaveEvidence[];
  /** Nodes of each wave, where the fleet is not too large to keep them. */
  nodes?: NodeStanding[][];
}
