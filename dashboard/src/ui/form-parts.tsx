import type { ReactNode } from "react";
import { StatusMark } from "./status-mark.tsx";

/** The look of a field. */
export const FIELD =
  "h-8 w-full rounded-md border border-line-strong bg-canvas px-2 text-sm disabled:opacity-60";

/** A field below its name. */
export function FieldRow(props: { id: string; label: string; hint?: string; children: ReactNode }) {
  return (
    <div className="flex flex-col gap-1">
      <label htmlFor={props.id} className="text-xs font-medium text-dim">
        {props.label}
      </label>
      {props.children}
      {props.hint === undefined ? null : <p className="text-xs text-faint">{props.hint}</p>}
    </div>
  );
}

/** Why something was refused, in the cloud's words. */
export function FormError({ error }: { error: { message: string } | null }) {
  if (error === null) return null;
  return (
    <p role="alert" className="flex gap-2 text-xs">
      <span className="flex h-4 items-center">
        <StatusMark tone="down" />
      </span>
      <span className="min-w-0 break-words">{error.message}</span>
    </p>
  );
}
