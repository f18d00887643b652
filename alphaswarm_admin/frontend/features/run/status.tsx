import { Ban, CheckCheck, CircleAlert, CircleCheck, CirclePause, Clock, Hourglass, Loader, Zap } from "lucide-react";
import { Badge } from "@/components/ui/badge";
import type { RunStatus } from "@/lib/api/types";
import { STATUSES } from "@/lib/run";

const ICONS = {
  queued: Clock,
  running: Loader,
  awaiting_approval: Hourglass,
  approved: CheckCheck,
  applying: Loader,
  completed: CircleCheck,
  errored: CircleAlert,
  cancelled: Ban,
  policy_failed: Ban,
  refused: Ban,
  stale: CirclePause,
  interrupted: Zap,
} as const;

/** A status by its word and sign: never by colour alone (WCAG 2.2, 1.4.1). */
export function Status({ status }: { status: RunStatus }) {
  const { text, tone } = STATUSES[status];
  const Icon = ICONS[status];
  return (
    <Badge tone={tone}>
      <Icon aria-hidden /> {text}
    </Badge>
  );
}
