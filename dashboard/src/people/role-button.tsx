import { clsx } from "clsx";
import type { ComponentProps } from "react";
import { Button } from "../ui/button.tsx";
import { Tooltip } from "../ui/tooltip.tsx";
import { type Role, useMay, usePerson } from "./person.ts";

interface RoleButtonProps extends ComponentProps<typeof Button> {
  /** The least role that may do it. */
  needs: Role;
}

/** A button for some: to others it is shown without effect, and says whose it is. */
export function RoleButton({ needs, ...props }: RoleButtonProps) {
  const may = useMay(needs);
  const { role } = usePerson();
  if (may) return <Button {...props} />;
  const { onClick: _none, disabled: _neither, title: _nor, variant: _plain, ...rest } = props;
  return (
    <Tooltip content={`This needs the role ${needs}; yours is ${role}.`}>
      <Button
        {...rest}
        type="button"
        aria-disabled="true"
        className={clsx(rest.className, "cursor-not-allowed opacity-50")}
      />
    </Tooltip>
  );
}
