"use client";

import { ChevronRight } from "lucide-react";
import { useState } from "react";
import { Badge } from "@/components/ui/badge";
import type { AttributeChange, ResourceChange } from "@/lib/api/types";
import { classes } from "@/lib/classes";
import { ACTIONS } from "@/lib/run";

/** One resource's change; unfolded, each attribute before and after. */
export function Change({ change }: { change: ResourceChange }) {
  const [open, setOpen] = useState(false);
  const action = ACTIONS[change.action];
  return (
    <div className="border-b last:border-b-0">
      <button
        type="button"
        aria-expanded={open}
        onClick={() => setOpen(!open)}
        className="flex w-full flex-wrap items-center gap-x-3 gap-y-1 px-4 py-2 text-left hover:bg-raised"
      >
        <ChevronRight aria-hidden className={classes("size-4 shrink-0 text-muted", open && "rotate-90")} />
        <Badge tone={action.tone}>
          <span aria-hidden>{action.sign}</span> {action.text}
        </Badge>
        <code className="min-w-0 flex-1 break-all text-xs">{change.address}</code>
        {change.reason ? <span className="text-muted text-xs">{change.reason.replaceAll("_", " ")}</span> : null}
      </button>
      {open ? <Attributes change={change} /> : null}
    </div>
  );
}

function Attributes({ change }: { change: ResourceChange }) {
  if (change.attributes.length === 0) return <p className="px-11 pb-3 text-muted text-sm">No attributes to show.</p>;
  return (
    <div className="overflow-x-auto px-4 pb-3 sm:pl-11">
      <table className="w-full text-xs">
        <thead className="text-left text-muted">
          <tr>
            <th scope="col" className="py-1 pr-4 font-medium">
              Attribute
            </th>
            <th scope="col" className="py-1 pr-4 font-medium">
              Before
            </th>
            <th scope="col" className="py-1 font-medium">
              After
            </th>
          </tr>
        </thead>
        <tbody>
          {change.attributes.map((attribute) => (
            <tr key={attribute.path} className="border-t align-top">
              <th scope="row" className="py-1 pr-4 text-left font-mono font-normal">
                {attribute.path}
              </th>
              <td className="py-1 pr-4">
                <Value text={attribute.before} attribute={attribute} />
              </td>
              <td className="py-1">
                {attribute.known_after_apply ? (
                  <em className="text-muted">known after apply</em>
                ) : (
                  <Value text={attribute.after} attribute={attribute} />
                )}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      {change.truncated ? <p className="pt-2 text-muted text-xs">There are more attributes than are shown.</p> : null}
    </div>
  );
}

function Value({ text, attribute }: { text: string | null; attribute: AttributeChange }) {
  if (attribute.sensitive) return <em className="text-muted">sensitive</em>;
  if (text === null) return <span className="text-muted">—</span>;
  return <code className="whitespace-pre-wrap break-all">{text}</code>;
}
