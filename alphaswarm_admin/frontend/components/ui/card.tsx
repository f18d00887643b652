import type { ComponentProps, ReactNode } from "react";
import { classes } from "@/lib/classes";

export function Card({ className, ...rest }: ComponentProps<"section">) {
  return <section className={classes("rounded-xl border bg-panel", className)} {...rest} />;
}

export function CardHeader({ title, aside, id }: { title: ReactNode; aside?: ReactNode; id?: string }) {
  return (
    <header className="flex min-h-12 flex-wrap items-center justify-between gap-x-4 gap-y-1 border-b px-4 py-2">
      <h2 id={id} className="font-semibold text-sm">
        {title}
      </h2>
      {aside}
    </header>
  );
}
