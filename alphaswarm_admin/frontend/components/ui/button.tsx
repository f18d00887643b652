import { cva, type VariantProps } from "class-variance-authority";
import { Slot } from "radix-ui";
import type { ComponentProps } from "react";
import { classes } from "@/lib/classes";

const style = cva(
  "inline-flex min-h-9 items-center justify-center gap-2 whitespace-nowrap rounded-md px-3.5 py-1.5 font-medium text-sm " +
    "transition-colors disabled:cursor-not-allowed disabled:opacity-55 aria-busy:cursor-progress",
  {
    variants: {
      look: {
        main: "bg-accent text-on-accent hover:opacity-90",
        plain: "border bg-panel text-ink hover:bg-raised",
        quiet: "text-muted hover:bg-raised hover:text-ink",
        danger: "border border-bad bg-bad-soft text-bad hover:opacity-90",
      },
    },
    defaultVariants: { look: "plain" },
  },
);

type Props = ComponentProps<"button"> & VariantProps<typeof style> & { asChild?: boolean; busy?: boolean };

export function Button({ className, look, asChild = false, busy = false, disabled, ...rest }: Props) {
  const Element = asChild ? Slot.Root : "button";
  // While the first press is under way a second one does nothing: approvals are not to be sent twice.
  return (
    <Element
      className={classes(style({ look }), className)}
      aria-busy={busy || undefined}
      disabled={busy || disabled}
      {...(asChild ? {} : { type: rest.type ?? "button" })}
      {...rest}
    />
  );
}
