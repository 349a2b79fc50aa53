import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { type RuleOffer, useTRPC } from "../../../connection/api.ts";
import { FIELD } from "../../../ui/form-parts.tsx";
import { type Bindings, keyLabel } from "../keys/key-bindings.ts";
import { KeyButton } from "../keys/key-button.tsx";
import { PlaceMap } from "./place-map.tsx";
import { classWords, previewWords } from "./rule-words.ts";

interface RuleOfferProps {
  offer: RuleOffer;
  bindings: Bindings;
  minScore: number | null;
  onMinScore: (minScore: number) => void;
  onMask: () => void;
  onThreshold: () => void;
  onDecline: () => void;
}

/** Rejects of the same place: what would spare people these questions, and what else it would hide. */
export function RuleOfferPanel(props: RuleOfferProps) {
  const { offer, bindings, minScore } = props;
  const { cameraName, className, mask } = offer;
  return (
    <section aria-label="Offer" className="flex flex-col gap-2 border-b p-4">
      <h2 className="font-medium">
        {offer.rejects} rejects of one place
        <span className="block text-xs font-normal text-dim">
          {cameraName}, {classWords(className)}
        </span>
      </h2>
      <PlaceMap marks={mask.preview.marks} mask={mask.box} />
      <div className="flex flex-col gap-1">
        <KeyButton boundTo={bindings.mask} onClick={props.onMask}>
          Keep the place out
        </KeyButton>
        <p className="text-xs text-dim">{previewWords(mask.preview)}</p>
      </div>
      {minScore === null ? null : <Threshold {...props} minScore={minScore} />}
      <KeyButton variant="ghost" boundTo={bindings.dismiss} onClick={props.onDecline}>
        Not now
      </KeyButton>
      <p className="text-2xs text-faint">
        It only keeps questions away, the cameras watch on. {keyLabel(bindings.rules)} lists and
        removes what is kept out.
      </p>
    </section>
  );
}

/** A threshold that can be moved; the preview follows. */
function Threshold({
  offer,
  bindings,
  minScore,
  onMinScore,
  onThreshold,
}: RuleOfferProps & { minScore: number }) {
  const trpc = useTRPC();
  const { nodeId, cameraId, className, threshold } = offer;
  const place = { nodeId, cameraId, className };
  const own = threshold?.minScore === minScore;
  const [text, setText] = useState(minScore.toFixed(2));
  const shape = { kind: "threshold" as const, minScore };
  const { data } = useQuery(
    trpc.triage.rules.preview.queryOptions({ place, shape }, { enabled: !own }),
  );
  const preview = own ? threshold.preview : data;
  return (
    <div className="flex flex-col gap-1">
      <div className="flex items-center gap-2">
        <KeyButton boundTo={bindings.threshold} onClick={onThreshold}>
          Keep out below
        </KeyButton>
        <input
          aria-label="Lowest score that is asked about"
          inputMode="decimal"
          className={`${FIELD} h-7 min-w-0 flex-1`}
          value={text}
          onChange={(event) => {
            setText(event.target.value);
            const value = Number(event.target.value.replace(",", "."));
            if (value > 0 && value <= 1) onMinScore(Math.round(value * 100) / 100);
          }}
          onKeyDown={(event) => {
            if (event.key === "Enter" || event.key === "Escape") event.currentTarget.blur();
          }}
          onBlur={() => setText(minScore.toFixed(2))}
        />
      </div>
      <p className="min-h-8 text-xs text-dim">
        {preview === undefined ? "" : previewWords(preview)}
      </p>
    </div>
  );
}
