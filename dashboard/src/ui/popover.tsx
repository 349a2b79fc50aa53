import { Popover as Primitive } from "radix-ui";
import type { ComponentProps } from "react";

export const Popover = Primitive.Root;
export const PopoverTrigger = Primitive.Trigger;

/** A panel that hangs from its trigger: a border, no shadow. */
export function PopoverContent(props: ComponentProps<typeof Primitive.Content>) {
  return (
    <Primitive.Portal>
      <Primitive.Content
        align="start"
        sideOffset={4}
        collisionPadding={8}
        {...props}
        className="z-50 w-60 rounded-md border border-line-strong bg-raised outline-none"
      />
    </Primitive.Portal>
  );
}
