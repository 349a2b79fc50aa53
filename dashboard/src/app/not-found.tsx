import { Link } from "@tanstack/react-router";
import { SearchX } from "lucide-react";
import { buttonClass } from "../ui/button.tsx";
import { Message } from "../ui/message.tsx";

/** An address that no page has. */
export function NotFound() {
  return (
    <Message
      icon={<SearchX />}
      title="There is no such page"
      action={
        <Link to="/live" className={buttonClass()}>
          Go to Live
        </Link>
      }
    >
      The address may be from an older version.
    </Message>
  );
}
