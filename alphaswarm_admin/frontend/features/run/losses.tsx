import { TriangleAlert } from "lucide-react";
import type { RunDetail } from "@/lib/api/types";

/** What a plan destroys, before everything else that it does. */
export function Losses({ run }: { run: RunDetail }) {
  const lists = [
    { title: "Destroyed for good", addresses: run.destroyed },
    { title: "Destroyed and made anew", addresses: run.replaced },
  ].filter((list) => list.addresses.length > 0);
  if (lists.length === 0) return null;
  return (
    <section aria-labelledby="losses" className="rounded-xl border border-bad bg-bad-soft p-4">
      <h2 id="losses" className="flex items-center gap-2 font-semibold text-bad">
        <TriangleAlert aria-hidden className="size-5" /> This plan destroys
      </h2>
      {lists.map((list) => (
        <div key={list.title} className="mt-3 text-sm">
          <p className="font-medium">
            {list.title} ({list.addresses.length})
          </p>
          <ul className="mt-1 max-h-56 overflow-y-auto">
            {list.addresses.map((address) => (
              <li key={address}>
                <code className="break-all text-xs">{address}</code>
              </li>
            ))}
          </ul>
        </div>
      ))}
    </section>
  );
}
