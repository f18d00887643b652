"use client";

import { useQuery } from "@tanstack/react-query";
import { ShieldAlert, ShieldCheck } from "lucide-react";
import { Button } from "@/components/ui/button";
import { Card, CardHeader } from "@/components/ui/card";
import { Digest } from "@/components/ui/digest";
import { Failed, Loading } from "@/components/ui/states";
import { Time } from "@/components/ui/time";
import { failureOf } from "@/lib/api/failure";
import { verificationQuery } from "@/lib/api/queries";
import type { Verification } from "@/lib/api/types";

/** The proof that nobody altered the ledger: computed from the first entry, now, by the server. */
export function VerificationCard() {
  const query = useQuery(verificationQuery);
  return (
    <Card aria-labelledby="verification">
      <CardHeader
        id="verification"
        title="Verification"
        aside={
          <Button busy={query.isFetching} onClick={() => query.refetch()}>
            Verify again
          </Button>
        }
      />
      <div className="p-4" aria-live="polite">
        {query.error ? <Failed failure={failureOf(query.error)} /> : null}
        {query.isPending ? <Loading label="Verifying the ledger" lines={2} /> : null}
        {query.data ? <Result verification={query.data} /> : null}
      </div>
    </Card>
  );
}

function Result({ verification }: { verification: Verification }) {
  const { ok, entries, runs, head, problems, verified_at, took_seconds } = verification;
  const Icon = ok ? ShieldCheck : ShieldAlert;
  return (
    <div className="grid gap-3 text-sm">
      <p className={`flex items-start gap-2 font-medium text-base ${ok ? "text-good" : "text-bad"}`}>
        <Icon aria-hidden className="mt-0.5 size-5 shrink-0" />
        {ok ? "The chain and every row fit" : `${problems.length} places do not fit: the ledger was altered`}
      </p>
      <p className="flex flex-wrap items-center gap-x-3 gap-y-1 text-muted">
        <span>
          {entries.toLocaleString("en")} entries, {runs.toLocaleString("en")} runs, in {took_seconds.toFixed(2)} s
        </span>
        <Time iso={verified_at} />
        <span className="inline-flex items-center gap-1">
          head #{head.sequence} <Digest value={head.hash} length={16} />
        </span>
      </p>
      <ul className="grid gap-2">
        {problems.map((problem) => (
          <li
            key={`${problem.sequence} ${problem.table} ${problem.row} ${problem.what}`}
            className="rounded-md bg-bad-soft p-2 text-bad"
          >
            {problem.sequence === null ? "" : `#${problem.sequence} `}
            {problem.table} {problem.row}: {problem.what}
          </li>
        ))}
      </ul>
    </div>
  );
}
