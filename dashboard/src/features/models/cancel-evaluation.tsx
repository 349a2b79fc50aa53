import { toast } from "sonner";
import { RoleButton } from "../../people/role-button.tsx";
import { useModelChanges } from "./use-models.ts";

/** Ends an evaluation that is not over. Nothing is lost by it: it can be asked for again. */
export function CancelEvaluation({ evaluationId }: { evaluationId: string }) {
  const { cancel } = useModelChanges();
  const send = () =>
    cancel.mutate(
      { evaluationId },
      { onError: (fault) => toast(`The evaluation was not cancelled: ${fault.message}`) },
    );
  return (
    <RoleButton needs="ml" disabled={cancel.isPending || cancel.isSuccess} onClick={send}>
      Cancel evaluation
    </RoleButton>
  );
}
