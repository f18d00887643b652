import Link from "next/link";
import { Digest } from "@/components/ui/digest";
import { Time } from "@/components/ui/time";
import type { Entry } from "@/lib/api/types";
import { shortId } from "@/lib/run";

/** One link of the chain: what happened, and the two hashes that hold it in its place. */
export function EntryItem({ entry }: { entry: Entry }) {
  return (
    <li className="border-b px-4 py-3 text-sm last:border-b-0">
      <div className="flex flex-wrap items-center gap-x-3 gap-y-1">
        <span className="font-mono text-muted text-xs">#{entry.sequence}</span>
        <code className="font-semibold text-xs">{entry.kind}</code>
        {entry.subject ? <span className="break-all">{entry.subject}</span> : null}
        {entry.run_id ? (
          <Link href={`/runs/${entry.run_id}`} className="underline underline-offset-2">
            <code className="text-xs">{shortId(entry.run_id)}</code>
          </Link>
        ) : null}
        <span className="ml-auto text-muted">
          <Time iso={entry.at} />
        </span>
      </div>
      <details className="mt-1">
        <summary className="cursor-pointer text-muted text-xs">What the hash covers</summary>
        <pre className="mt-2 max-h-96 overflow-auto rounded-md bg-raised p-3 text-xs">
          {JSON.stringify(entry.body, null, 2)}
        </pre>
        <p className="mt-2 flex flex-wrap items-center gap-x-4 text-muted text-xs">
          <span className="inline-flex items-center gap-1">
            own hash <Digest value={entry.hash} length={16} />
          </span>
          <span className="inline-flex items-center gap-1">
            after <Digest value={entry.previous_hash} length={16} />
          </span>
        </p>
      </details>
    </li>
  );
}
