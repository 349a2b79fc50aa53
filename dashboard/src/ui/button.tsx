import { clsx } from "clsx";
import type { ComponentProps } from "react";

interface ButtonProps extends ComponentProps<"button"> {
  variant?: "outline" | "ghost" | "solid";
  size?: "md" | "icon";
}

const VARIANTS = {
  outline: "border border-line-strong bg-canvas hover:bg-hover",
  ghost: "hover:bg-hover text-dim hover:text-ink",
  solid: "bg-accent-solid text-white hover:brightness-110",
} as const;
const SIZES = { md: "h-7 px-2.5 gap-1.5", icon: "size-7 justify-center" } as const;

/** The house's look of a button, for elements that must be links or triggers. */
export function buttonClass(
  variant: keyof typeof VARIANTS = "outline",
  size: keyof typeof SIZES = "md",
): string {
  return clsx(
    "inline-flex shrink-0 items-center rounded-md text-sm font-medium whitespace-nowrap",
    "disabled:opacity-50 [&_svg]:size-4 [&_svg]:shrink-0",
    VARIANTS[variant],
    SIZES[size],
  );
}

/** A button in the house's look (`outline`, `md`, unless told); it submits nothing by itself. */
export function Button({ variant, size, className, ...props }: ButtonProps) {
  return (
    <button type="button" className={clsx(buttonClass(variant, size), className)} {...props} />
  );
}
