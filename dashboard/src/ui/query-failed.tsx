import { TriangleAlert } from "lucide-react";
import { Button } from "./button.tsx";
import { Message } from "./message.tsx";

interface QueryFailedProps {
  /** What could not be read, as the subject of a sentence: "The cameras". */
  what: string;
  error: { message: string };
  /** What the person can still rely on. */
  stillWorks: string;
  onRetry: () => void;
}

/** An answer that did not come: what failed, what still works, and the button that helps. */
export function QueryFailed({ what, error, stillWorks, onRetry }: QueryFailedProps) {
  return (
    <Message
      role="alert"
      icon={<TriangleAlert />}
      title={`${what} could not be read`}
      action={<Button onClick={onRetry}>Try again</Button>}
    >
      <p className="break-words text-ink">{error.message}</p>
      <p className="mt-1">{stillWorks}</p>
    </Message>
  );
}
