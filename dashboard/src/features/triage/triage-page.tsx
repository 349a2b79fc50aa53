import { Lock } from "lucide-react";
import { useMay, usePerson } from "../../people/person.ts";
import { Message } from "../../ui/message.tsx";
import { QueryFailed } from "../../ui/query-failed.tsx";
import { useStandingError } from "../../ui/use-standing-error.ts";
import { TriageDeskView } from "./triage-desk-view.tsx";
import { useTriageSummary } from "./use-triage.ts";

/** One question at a time, one key each; one class at a time. Who may not answer is told so. */
export function TriagePage() {
  const may = useMay("operator");
  const { role } = usePerson();
  if (may) return <Questions />;
  return (
    <Message icon={<Lock />} title="Questions are answered by operators">
      <p>Your role is {role}. An admin can change it under Settings, People.</p>
    </Message>
  );
}

function Questions() {
  const query = useTriageSummary();
  const error = useStandingError(query);
  if (query.data !== undefined) {
    return <TriageDeskView summary={query.data} asOf={query.dataUpdatedAt} />;
  }
  if (error === null) return <div role="status" aria-label="Loading the questions" />;
  return (
    <QueryFailed
      what="The questions"
      error={error}
      stillWorks="Nothing is lost; they wait."
      onRetry={() => void query.refetch()}
    />
  );
}
