import { useMutation, useQuery } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { type RuleOffer, useTRPC, useTRPCClient } from "../../../connection/api.ts";

/** What is kept out of triage. */
export function useRules() {
  return useQuery(useTRPC().triage.rules.list.queryOptions());
}

/** Adding and removing what is kept out. */
export function useRuleChanges() {
  const trpc = useTRPC();
  return {
    add: useMutation(trpc.triage.rules.add.mutationOptions()),
    remove: useMutation(trpc.triage.rules.remove.mutationOptions()),
  };
}

/**
 * What is offered after rejects of the same place. What was declined is offered again only when there
 * are twice as many rejects.
 * @param rejected the item that was rejected last, once that is kept
 */
export function useOffer(rejected: string | null) {
  const client = useTRPCClient();
  const [offer, setOffer] = useState<RuleOffer | null>(null);
  const [declined, setDeclined] = useState<ReadonlyMap<string, number>>(new Map());
  useEffect(() => {
    if (rejected === null) {
      setOffer(null);
      return;
    }
    let current = true;
    client.triage.rules.offer.query({ itemId: rejected }).then(
      (made) => {
        if (current && made !== null) setOffer(made);
      },
      // An offer that does not come costs nothing: the next reject asks again.
      () => undefined,
    );
    return () => {
      current = false;
    };
  }, [rejected, client]);
  const isDeclined = offer !== null && offer.rejects < 2 * (declined.get(placeOf(offer)) ?? 0);
  return {
    offer: isDeclined ? null : offer,
    decline: () => {
      if (offer !== null) setDeclined(new Map(declined).set(placeOf(offer), offer.rejects));
    },
    clear: () => setOffer(null),
  };
}

/** Rejects of one camera and class whose masks begin in the same tenth of the frame. */
function placeOf({ nodeId, cameraId, className, mask }: RuleOffer): string {
  const [x, y] = mask.box;
  return [nodeId, cameraId, className, Math.round(x * 10), Math.round(y * 10)].join(" ");
}
