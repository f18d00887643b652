import type { Session } from "@/lib/api/types";

/** A decision needs a sign-in that is fresh: sign in once more. Where one is somebody by a button, there is no page to go to. */
export function stepUp(session: Session | undefined): void {
  if (session?.sign_in.kind === "development" || !session?.step_up_url) return;
  window.location.assign(session.step_up_url);
}
