import { Check, CircleAlert, X } from "lucide-react";
import type { TrustRow } from "@/lib/api/types";

/** One kind of subject against one role; what differs from the declaration is marked. */
export function Matrix({ rows }: { rows: TrustRow[] }) {
  return (
    <section aria-label="Decisions" className="overflow-x-auto">
      <table className="w-full min-w-2xl text-sm">
        <thead className="border-b text-left text-muted text-xs">
          <tr>
            {["Environment", "Role", "Subject", "Gets in", "Why"].map((name) => (
              <th key={name} scope="col" className="px-4 py-2 font-medium">
                {name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr
              key={`${row.role_arn} ${row.subject} ${row.example}`}
              className={`border-b align-top last:border-b-0 ${row.differs ? "bg-bad-soft" : ""}`}
            >
              <td className="px-4 py-2">{row.environment}</td>
              <td className="px-4 py-2">
                <code className="text-xs">{row.role}</code>
              </td>
              <td className="px-4 py-2">
                <code className="break-all text-xs">{row.subject}</code>
                <p className="text-muted text-xs">
                  {row.jobs} {row.jobs === 1 ? "kind" : "kinds"} of job, such as {row.example}
                </p>
              </td>
              <td className="px-4 py-2">
                <Verdict row={row} />
              </td>
              <td className="px-4 py-2 text-muted">{row.reason}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

function Verdict({ row }: { row: TrustRow }) {
  const admitted = row.admitted ?? row.intended;
  const Icon = row.differs ? CircleAlert : admitted ? Check : X;
  return (
    <span className="inline-flex items-center gap-1.5 whitespace-nowrap">
      <Icon aria-hidden className={`size-4 ${row.differs ? "text-bad" : admitted ? "text-good" : "text-muted"}`} />
      {admitted ? "Yes" : "No"}
      {row.differs ? `, declared ${row.intended ? "yes" : "no"}` : ""}
    </span>
  );
}
