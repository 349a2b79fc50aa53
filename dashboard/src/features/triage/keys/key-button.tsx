import type { ComponentProps } from "react";
import { Button } from "../../../ui/button.tsx";
import { Kbd } from "../../../ui/kbd.tsx";
import { keyLabel } from "./key-bindings.ts";

interface KeyButtonProps extends ComponentProps<typeof Button> {
  /** The key that does the same, as browsers name it. */
  boundTo: string;
}

/** A button with its key printed on it. */
export function KeyButton({ boundTo, onClick, children, ...props }: KeyButtonProps) {
  return (
    <Button
      {...props}
      onClick={(event) => {
        // Pressed by hand, it gives the keys back to the page; a person on the keyboard stays on it.
        if (event.detail > 0) event.currentTarget.blur();
        onClick?.(event);
      }}
    >
      {props.variant === "solid" ? (
        <kbd className="font-sans text-2xs">{keyLabel(boundTo)}</kbd>
      ) : (
        <Kbd>{keyLabel(boundTo)}</Kbd>
      )}
      {children}
    </Button>
  );
}
