import { cva, type VariantProps } from "class-variance-authority";
import type { ReactNode } from "react";
import { classes } from "@/lib/classes";

const style = cva(
  "inline-flex items-center gap-1.5 whitespace-nowrap rounded-full px-2.5 py-0.5 font-medium text-xs leading-5 [&>svg]:size-3.5",
  {
    variants: {
      tone: {
        neutral: "bg-raised text-ink",
        good: "bg-good-soft text-good",
        warn: "bg-warn-soft text-warn",
        bad: "bg-bad-soft text-bad",
        info: "bg-info-soft text-info",
      },
    },
    defaultVariants: { tone: "neutral" },
  },
);

export type Tone = NonNullable<VariantProps<typeof style>["tone"]>;

export function Badge({ tone, className, children }: { tone?: Tone; className?: string; children: ReactNode }) {
  return <span className={classes(style({ tone }), className)}>{children}</span>;
}
