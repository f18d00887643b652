import { Card, CardHeader } from "@/components/ui/card";
import type { TrustRow } from "@/lib/api/types";

const ROW = 44;
const WIDTH = 900;
const LEFT = 470;
const RIGHT = 640;

/** Who can become what: subjects on the left, roles on the right, a line for each way in. The table below says the same in words. */
export function Graph({ rows }: { rows: TrustRow[] }) {
  const ways = rows.filter((row) => row.admitted ?? row.intended);
  const subjects = [...new Set(ways.map((row) => row.subject))];
  const roles = [...new Set(ways.map((row) => `${row.environment}: ${row.role}`))];
  const height = Math.max(subjects.length, roles.length, 1) * ROW + 12;
  const place = (index: number, count: number) => ((index + 0.5) * (height - 12)) / count + 6;
  return (
    <Card aria-labelledby="graph">
      <CardHeader id="graph" title="Who can become what" />
      <section
        aria-label="Drawing"
        // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls is to be reached by keyboard (WCAG 2.2, 2.1.1)
        tabIndex={0}
        className="overflow-x-auto p-4"
      >
        <svg
          role="img"
          aria-label={`${subjects.length} subjects that get into ${roles.length} roles; the table lists them`}
          viewBox={`0 0 ${WIDTH} ${height}`}
          className="min-w-2xl font-mono text-[11px]"
        >
          {ways.map((row) => {
            const from = place(subjects.indexOf(row.subject), subjects.length);
            const to = place(roles.indexOf(`${row.environment}: ${row.role}`), roles.length);
            const middle = (LEFT + RIGHT) / 2;
            return (
              <path
                key={`${row.role_arn} ${row.subject} ${row.example}`}
                d={`M${LEFT} ${from} C${middle} ${from} ${middle} ${to} ${RIGHT} ${to}`}
                className={`fill-none ${row.differs ? "stroke-bad" : row.role.endsWith("apply") ? "stroke-warn" : "stroke-info"}`}
                strokeWidth={1.6}
              />
            );
          })}
          {subjects.map((subject, index) => (
            <text
              key={subject}
              x={LEFT - 8}
              y={place(index, subjects.length) + 4}
              textAnchor="end"
              className="fill-ink"
            >
              <title>{subject}</title>
              {subject.length > 68 ? `…${subject.slice(-67)}` : subject}
            </text>
          ))}
          {roles.map((role, index) => (
            <text key={role} x={RIGHT + 8} y={place(index, roles.length) + 4} className="fill-ink">
              {role}
            </text>
          ))}
        </svg>
      </section>
    </Card>
  );
}
