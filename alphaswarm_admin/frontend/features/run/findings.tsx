import { Badge } from "@/components/ui/badge";
import { Card, CardHeader } from "@/components/ui/card";
import type { Finding, PolicyVerdict } from "@/lib/api/types";

/** What the policy says about the plan: what it denies first. */
export function Findings({ verdict, findings }: { verdict: PolicyVerdict | null; findings: Finding[] }) {
  if (!verdict) return null;
  const ordered = [...findings].sort((a, b) => rank(a) - rank(b));
  return (
    <Card aria-labelledby="policy">
      <CardHeader
        id="policy"
        title="Policy"
        aside={<Badge tone={verdict.allowed ? "good" : "bad"}>{verdict.allowed ? "Allowed" : "Denied"}</Badge>}
      />
      {ordered.length === 0 ? <p className="p-4 text-muted text-sm">No rule has anything to say.</p> : null}
      <ul>
        {ordered.map((finding) => (
          <li
            key={`${finding.rule} ${finding.address}`}
            className="grid gap-1 border-b px-4 py-2.5 text-sm last:border-b-0"
          >
            <p className="flex flex-wrap items-center gap-2">
              <Badge tone={finding.excepted_by ? "neutral" : finding.severity === "deny" ? "bad" : "warn"}>
                {finding.excepted_by ? "excepted" : finding.severity}
              </Badge>
              <code className="text-xs">{finding.rule}</code>
            </p>
            <p className="break-words">{finding.what}</p>
            <code className="break-all text-muted text-xs">{finding.address}</code>
            {finding.excepted_by ? (
              <p className="text-muted">
                {finding.excepted_by} answers for it until {finding.excepted_until}
              </p>
            ) : null}
          </li>
        ))}
      </ul>
    </Card>
  );
}

function rank(finding: Finding): number {
  if (finding.excepted_by) return 2;
  return finding.severity === "deny" ? 0 : 1;
}
