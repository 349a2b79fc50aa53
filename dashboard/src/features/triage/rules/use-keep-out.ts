import { useState } from "react";
import type { RuleOffer } from "../../../connection/api.ts";
import { plural } from "../../../format/amount.ts";
import type { TriageDesk } from "../triage-desk.ts";
import { useOffer, useRuleChanges } from "./use-rules.ts";

type Shape =
  | { kind: "mask"; box: RuleOffer["mask"]["box"] }
  | { kind: "threshold"; minScore: number };

/** What is offered after rejects of the same place, and what comes of it. */
export function useKeepOut(desk: TriageDesk, rejected: string | null) {
  const { offer, decline, clear } = useOffer(rejected);
  const { add } = useRuleChanges();
  /** The threshold as the person moved it; of this offer alone. */
  const [moved, setMoved] = useState<{ offer: RuleOffer; minScore: number } | null>(null);
  const offered = offer?.threshold?.minScore ?? null;
  const minScore = offer !== null && moved?.offer === offer ? moved.minScore : offered;

  const apply = (shape: Shape) => {
    if (offer === null || add.isPending) return;
    const { nodeId, cameraId, className } = offer;
    add.mutate(
      { place: { nodeId, cameraId, className }, shape },
      {
        onSuccess: ({ hidden }) => {
          clear();
          // What the page holds may be hidden now.
          void desk
            .hold()
            .then(() =>
              desk.say(`Kept out from now on; ${plural(hidden, "open question")} hidden.`),
            );
        },
        onError: ({ message }) => desk.say(`Not kept out: ${message}`),
      },
    );
  };
  return {
    offer,
    decline,
    minScore,
    setMinScore: (value: number) => {
      if (offer !== null) setMoved({ offer, minScore: value });
    },
    applyMask: () => {
      if (offer !== null) apply({ kind: "mask", box: offer.mask.box });
    },
    applyThreshold: () => {
      if (minScore !== null) apply({ kind: "threshold", minScore });
    },
  };
}
