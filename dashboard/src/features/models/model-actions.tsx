import { Link } from "@tanstack/react-router";
import { Check, Gauge, Rocket, ShieldOff, X } from "lucide-react";
import { useState } from "react";
import { useMay } from "../../people/person.ts";
import { RoleButton } from "../../people/role-button.tsx";
import { buttonClass } from "../../ui/button.tsx";
import { DecisionForm } from "./decision-form.tsx";
import { EvaluateForm } from "./evaluate-form.tsx";
import { isPending } from "./model-words.ts";
import type { Model } from "./use-models.ts";

type Action = "evaluate" | "approve" | "reject" | "revoke";

/** What a person may do with a model now; each asks for what it needs in place. */
export function ModelActions({ model, models }: { model: Model; models: readonly Model[] }) {
  const may = useMay("ml");
  const [open, setOpen] = useState<Action | null>(null);
  const { state, gate, evaluation, digest } = model;
  const isCandidate = state === "candidate";
  const canApprove = isCandidate && gate !== null && gate.verdict !== "fail";
  const toggle = (action: Action) => () => setOpen(open === action ? null : action);
  const close = () => setOpen(null);
  return (
    <div className="flex flex-col gap-2">
      <div role="toolbar" aria-label="Model" className="flex flex-wrap gap-2">
        {isCandidate ? (
          <>
            <RoleButton
              needs="ml"
              variant={canApprove && gate.verdict === "pass" ? "solid" : "outline"}
              disabled={!canApprove}
              title={canApprove ? undefined : whyNot(model)}
              aria-expanded={open === "approve"}
              onClick={toggle("approve")}
            >
              <Check aria-hidden="true" />
              Approve
            </RoleButton>
            <RoleButton needs="ml" aria-expanded={open === "reject"} onClick={toggle("reject")}>
              <X aria-hidden="true" />
              Reject
            </RoleButton>
          </>
        ) : null}
        {state === "approved" ? (
          may ? (
            <Link
              to="/rollouts"
              search={{ promote: digest }}
              className={buttonClass(model.nodes === 0 ? "solid" : "outline")}
            >
              <Rocket aria-hidden="true" />
              Promote
            </Link>
          ) : (
            <RoleButton needs="ml">
              <Rocket aria-hidden="true" />
              Promote
            </RoleButton>
          )
        ) : null}
        {models.length < 2 ? null : (
          <RoleButton
            needs="ml"
            disabled={evaluation !== null && isPending(evaluation)}
            aria-expanded={open === "evaluate"}
            onClick={toggle("evaluate")}
          >
            <Gauge aria-hidden="true" />
            Evaluate
          </RoleButton>
        )}
        {state === "approved" ? (
          <RoleButton needs="ml" aria-expanded={open === "revoke"} onClick={toggle("revoke")}>
            <ShieldOff aria-hidden="true" />
            Revoke
          </RoleButton>
        ) : null}
      </div>
      {open === null ? null : open === "evaluate" ? (
        <EvaluateForm model={model} models={models} onClose={close} />
      ) : (
        <DecisionForm key={open} model={model} decision={open} onClose={close} />
      )}
    </div>
  );
}

function whyNot({ gate }: Model): string {
  return gate === null
    ? "It was not evaluated yet."
    : "The gate failed it; its rules below say why.";
}
