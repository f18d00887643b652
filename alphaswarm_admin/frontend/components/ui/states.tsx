import { CircleAlert, Inbox, RefreshCw } from "lucide-react";
import type { ReactNode } from "react";
import { Button } from "./button";

/** Nothing there yet: says what would be here and how it comes to be. */
export function Empty({ title, children }: { title: string; children?: ReactNode }) {
  return (
    <div className="grid justify-items-center gap-2 px-6 py-12 text-center">
      <Inbox aria-hidden className="size-7 text-muted" />
      <p className="font-medium">{title}</p>
      {children ? <div className="max-w-md text-muted text-sm">{children}</div> : null}
    </div>
  );
}

export type Failure = { code: string; what: string; why?: string | null; fix?: string | null };

/** An error of the API, in its own words: what happened, why, and what to do, with the code that the runbook lists. */
export function Failed({ failure, onRetry }: { failure: Failure; onRetry?: () => void }) {
  return (
    <div role="alert" className="grid gap-2 rounded-xl border border-bad bg-bad-soft p-4 text-sm">
      <p className="flex items-start gap-2 font-medium text-bad">
        <CircleAlert aria-hidden className="mt-0.5 size-4 shrink-0" />
        <span className="break-words">{failure.what}</span>
      </p>
      {failure.why ? <p className="break-words">{failure.why}</p> : null}
      {failure.fix ? <p className="break-words font-medium">{failure.fix}</p> : null}
      <p className="flex flex-wrap items-center justify-between gap-2">
        <code className="text-xs">{failure.code}</code>
        {onRetry ? (
          <Button onClick={onRetry}>
            <RefreshCw aria-hidden className="size-3.5" /> Try again
          </Button>
        ) : null}
      </p>
    </div>
  );
}

export function Loading({ label, lines = 3 }: { label: string; lines?: number }) {
  return (
    <div role="status" aria-label={label} className="grid gap-3 p-4">
      {Array.from({ length: lines }, (_, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: the lines are all the same and never move
        <div key={index} className="h-5 animate-pulse rounded bg-raised odd:w-11/12 even:w-3/4" />
      ))}
    </div>
  );
}
