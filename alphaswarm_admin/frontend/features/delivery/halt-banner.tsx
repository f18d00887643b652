"use client";

import { useQuery } from "@tanstack/react-query";
import { OctagonX } from "lucide-react";
import { Time } from "@/components/ui/time";
import { environmentsQuery } from "@/lib/api/queries";

/** While everything is halted, every page says so. */
export function HaltBanner() {
  const halt = useQuery(environmentsQuery).data?.halt;
  if (!halt?.on) return null;
  return (
    <div role="alert" className="flex items-start gap-2 border-bad border-b bg-bad-soft px-4 py-2 text-bad text-sm">
      <OctagonX aria-hidden className="mt-0.5 size-4 shrink-0" />
      <p className="min-w-0 break-words">
        <strong>Applies are halted</strong> by {halt.by}
        {halt.at ? (
          <>
            {" "}
            <Time iso={halt.at} />
          </>
        ) : null}
        : {halt.reason}
      </p>
    </div>
  );
}
