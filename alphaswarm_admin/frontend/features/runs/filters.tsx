"use client";

import { useId } from "react";
import type { RunFilters } from "@/lib/api/queries";
import type { ConsoleInfo, RunKind, RunStatus } from "@/lib/api/types";
import { STATUSES } from "@/lib/run";

const KINDS: RunKind[] = ["plan", "apply", "destroy", "refresh", "unlock", "import", "state_pull", "validate"];

type Props = { info: ConsoleInfo | undefined; filters: RunFilters; onChange: (filters: RunFilters) => void };

export function Filters({ info, filters, onChange }: Props) {
  const set = (name: keyof RunFilters, value: string) => {
    const { [name]: _, ...rest } = filters;
    onChange(value ? { ...rest, [name]: value } : rest);
  };
  return (
    <div className="flex flex-wrap gap-3">
      <Choice
        name="Environment"
        first
        value={filters.environment}
        options={info?.environments ?? []}
        onChoose={(v) => set("environment", v)}
      />
      <Choice name="Tree" value={filters.tree} options={info?.trees ?? []} onChoose={(v) => set("tree", v)} />
      <Choice name="Kind" value={filters.kind} options={KINDS} onChoose={(v) => set("kind", v)} />
      <Choice
        name="Status"
        value={filters.status}
        options={Object.keys(STATUSES)}
        told={(status) => STATUSES[status as RunStatus].text}
        onChoose={(v) => set("status", v)}
      />
    </div>
  );
}

type ChoiceProps = {
  name: string;
  first?: boolean;
  value: string | undefined;
  options: string[];
  told?: (option: string) => string;
  onChoose: (value: string) => void;
};

function Choice({ name, first, value, options, told = (option) => option.replace("_", " "), onChoose }: ChoiceProps) {
  const id = useId();
  return (
    <label htmlFor={id} className="grid gap-1 text-muted text-xs">
      {name}
      <select
        id={id}
        data-filter={first || undefined}
        value={value ?? ""}
        onChange={(event) => onChoose(event.target.value)}
        className="min-h-9 rounded-md border bg-panel px-2 text-ink text-sm"
      >
        <option value="">All</option>
        {options.map((option) => (
          <option key={option} value={option}>
            {told(option)}
          </option>
        ))}
      </select>
    </label>
  );
}
