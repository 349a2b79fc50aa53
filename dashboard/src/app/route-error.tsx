import type { ErrorComponentProps } from "@tanstack/react-router";
import { TriangleAlert } from "lucide-react";
import { Button } from "../ui/button.tsx";
import { Message } from "../ui/message.tsx";

/** A page that failed, such as one whose code could not be loaded after an update. The rest still works. */
export function RouteError({ error, reset }: ErrorComponentProps) {
  return (
    <Message
      role="alert"
      icon={<TriangleAlert />}
      title="This page stopped working"
      action={
        <>
          <Button onClick={reset}>Try again</Button>
          <Button onClick={() => location.reload()}>Reload page</Button>
        </>
      }
    >
      <p className="break-words text-ink">
        {error instanceof Error ? error.message : String(error)}
      </p>
      <p className="mt-1">The cameras go on being watched and the other pages still work.</p>
    </Message>
  );
}
