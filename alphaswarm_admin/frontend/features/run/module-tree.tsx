"use client";

import { ChevronRight } from "lucide-react";
import { useState } from "react";
import type { ModuleNode } from "@/lib/api/types";
import { classes } from "@/lib/classes";
import { ACTIONS } from "@/lib/run";

const COUNTED = ["delete", "replace", "forget", "update", "create"] as const;

type Props = { node: ModuleNode; chosen: string | null; onChoose: (address: string | null) => void };

/** A plan's modules with what happens in each; choosing one narrows the list of changes. */
export function ModuleTree({ node, chosen, onChoose }: Props) {
  return (
    <ul aria-label="Modules of the plan" className="grid gap-0.5 text-sm">
      <Branch node={node} depth={0} chosen={chosen} onChoose={onChoose} />
    </ul>
  );
}

function Branch({ node, depth, chosen, onChoose }: Props & { depth: number }) {
  const [open, setOpen] = useState(depth < 2);
  const isChosen = depth === 0 ? chosen === null : chosen === node.address;
  const name = node.name || "root module";
  return (
    <li>
      <div
        className={classes("flex items-center rounded-md", isChosen ? "bg-raised font-semibold" : "hover:bg-raised")}
        style={{ paddingLeft: `${Math.min(depth, 8) * 0.9}rem` }}
      >
        {node.modules.length ? (
          <button
            type="button"
            aria-expanded={open}
            aria-label={`${open ? "Fold" : "Unfold"} ${name}`}
            onClick={() => setOpen(!open)}
            className="grid size-7 shrink-0 place-items-center text-muted"
          >
            <ChevronRight aria-hidden className={classes("size-4 transition-transform", open && "rotate-90")} />
          </button>
        ) : (
          <span className="size-7 shrink-0" />
        )}
        <button
          type="button"
          aria-pressed={isChosen}
          onClick={() => onChoose(depth === 0 ? null : node.address)}
          className="flex min-w-0 flex-1 items-center justify-between gap-2 py-1 pr-2 text-left"
        >
          <span className="truncate" title={node.address}>
            {name}
          </span>
          <span className="flex shrink-0 gap-1.5 font-mono text-xs">
            {COUNTED.filter((action) => node[action] > 0).map((action) => (
              <span
                key={action}
                title={`${node[action]} to ${ACTIONS[action].text.toLowerCase()}`}
                className={classes(
                  ACTIONS[action].tone === "bad" && "text-bad",
                  ACTIONS[action].tone === "warn" && "text-warn",
                  ACTIONS[action].tone === "good" && "text-good",
                )}
              >
                {ACTIONS[action].sign}
                {node[action]}
              </span>
            ))}
          </span>
        </button>
      </div>
      {open && node.modules.length ? (
        <ul className="grid gap-0.5">
          {node.modules.map((child) => (
            <Branch key={child.address} node={child} depth={depth + 1} chosen={chosen} onChoose={onChoose} />
          ))}
        </ul>
      ) : null}
    </li>
  );
}
