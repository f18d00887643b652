import { Check, X } from "lucide-react";
import type { Condition } from "@/lib/api/types";

/** Each thing that must hold before a plan is applied, whether it does, and what would make it hold. */
export function Conditions({ conditions }: { conditions: Condition[] }) {
  return (
    <ul className="grid gap-3">
      {conditions.map((condition) => (
        <li key={condition.name} className="grid grid-cols-[1.25rem_1fr] gap-2 text-sm">
          {condition.holds ? (
            <Check aria-label="Holds" role="img" className="mt-0.5 size-4 text-good" />
          ) : (
            <X aria-label="Does not hold" role="img" className="mt-0.5 size-4 text-bad" />
          )}
          <div className="min-w-0">
            <p className="break-words font-medium">{condition.name}</p>
            <p className="break-words text-muted">{condition.detail}</p>
            {!condition.holds && condition.remedy ? <p className="mt-0.5 break-words">{condition.remedy}</p> : null}
          </div>
        </li>
      ))}
    </ul>
  );
}
