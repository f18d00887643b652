import type { Session } from "@/lib/api/types";

/** A decision needs a sign-in that is fresh: sign in once more, and come back to this page. */
export function stepUp(session: Session | undefined): void {
  if (session?.sign_in.kind === "development" || !session?.step_up_url) return;
  const address = new URL(session.step_up_url, window.location.origin);
  address.searchParams.set("return_to", window.location.pathname + window.location.search);
  window.location.assign(address);
}
