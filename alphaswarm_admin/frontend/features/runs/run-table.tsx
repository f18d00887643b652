"use client";

import { createColumnHelper, flexRender, getCoreRowModel, useReactTable } from "@tanstack/react-table";
import Link from "next/link";
import { Time } from "@/components/ui/time";
import { Counts } from "@/features/run/counts";
import { Status } from "@/features/run/status";
import type { RunSummary } from "@/lib/api/types";
import { runTitle, shortCommit, shortId } from "@/lib/run";

const column = createColumnHelper<RunSummary>();

const COLUMNS = [
  column.display({
    id: "run",
    header: "Run",
    cell: ({ row: { original: run } }) => (
      <Link href={`/runs/${run.id}`} className="grid">
        <span className="font-medium underline underline-offset-2">{runTitle(run)}</span>
        <code className="text-muted text-xs">{shortId(run.id)}</code>
      </Link>
    ),
  }),
  column.display({
    id: "stack",
    header: "Stack",
    cell: ({ row: { original: run } }) => (
      <span className="grid">
        {run.environment}
        <span className="text-muted text-xs">{run.tree}</span>
      </span>
    ),
  }),
  column.accessor("status", { header: "Status", cell: ({ getValue }) => <Status status={getValue()} /> }),
  column.accessor("changes", {
    header: "Changes",
    cell: ({ getValue }) => {
      const counts = getValue();
      return counts ? <Counts counts={counts} /> : <span className="text-muted">—</span>;
    },
  }),
  column.display({
    id: "who",
    header: "Who",
    cell: ({ row: { original: run } }) => (
      <span className="grid">
        {run.actor.name}
        <code className="text-muted text-xs">{shortCommit(run.commit)}</code>
      </span>
    ),
  }),
  column.accessor("queued_at", { header: "When", cell: ({ getValue }) => <Time iso={getValue()} /> }),
];

export function RunTable({ runs }: { runs: RunSummary[] }) {
  const table = useReactTable({
    data: runs,
    columns: COLUMNS,
    getCoreRowModel: getCoreRowModel(),
    getRowId: (run) => run.id,
  });
  return (
    <section aria-label="Runs" className="overflow-x-auto rounded-xl border bg-panel">
      <table className="w-full min-w-2xl text-sm">
        <thead className="border-b text-left text-muted text-xs">
          {table.getHeaderGroups().map((group) => (
            <tr key={group.id}>
              {group.headers.map((header) => (
                <th key={header.id} scope="col" className="px-4 py-2 font-medium">
                  {flexRender(header.column.columnDef.header, header.getContext())}
                </th>
              ))}
            </tr>
          ))}
        </thead>
        <tbody>
          {table.getRowModel().rows.map((row) => (
            <tr key={row.id} className="border-b last:border-b-0 hover:bg-raised">
              {row.getVisibleCells().map((cell) => (
                <td key={cell.id} className="px-4 py-2.5 align-top">
                  {flexRender(cell.column.columnDef.cell, cell.getContext())}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}
