import { StatusMark } from "../../ui/status-mark.tsx";
import { refusalOf } from "./dataset-words.ts";

/** Why something was refused: what happened, and its code. */
export function Refusal({ message }: { message: string }) {
  const { code, words } = refusalOf(message);
  return (
    <div role="alert" className="flex gap-2 text-xs">
      <span className="flex h-4 items-center">
        <StatusMark tone="down" />
      </span>
      <p className="min-w-0 break-words">
        {code === null ? null : (
          <span className="block text-2xs tracking-wide text-dim">{code}</span>
        )}
        {words}
      </p>
    </div>
  );
}
