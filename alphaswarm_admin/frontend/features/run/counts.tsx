import type { ChangeCounts } from "@/lib/api/types";
import { changesNothing } from "@/lib/run";

/** What a plan does in numbers, what is lost first. A replacement's add and destroy are told as one replacement. */
export function Counts({ counts }: { counts: ChangeCounts }) {
  if (changesNothing(counts)) return <span className="text-muted">No changes</span>;
  const parts = [
    { count: counts.destroy - counts.replace, text: "to destroy", look: "text-bad font-semibold" },
    { count: counts.replace, text: "to replace", look: "text-bad font-semibold" },
    { count: counts.forget, text: "to forget", look: "text-warn" },
    { count: counts.change, text: "to change", look: "text-warn" },
    { count: counts.add - counts.replace, text: "to create", look: "text-good" },
    { count: counts.imports, text: "to import", look: "text-info" },
    { count: counts.outputs, text: counts.outputs === 1 ? "output" : "outputs", look: "text-muted" },
  ].filter((part) => part.count > 0);
  return (
    <span className="inline-flex flex-wrap gap-x-3 gap-y-0.5">
      {parts.map((part) => (
        <span key={part.text} className={part.look}>
          {part.count.toLocaleString("en")} {part.text}
        </span>
      ))}
    </span>
  );
}
