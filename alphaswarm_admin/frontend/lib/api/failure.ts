import type { Failure } from "@/components/ui/states";
import { ApiError } from "./client";

/** What to tell a person about an error, whatever it is. */
export function failureOf(error: unknown): Failure {
  if (error instanceof ApiError) {
    const { code, what, why, fix, problems } = error.detail;
    const listed = (problems ?? []).map((problem) => `${problem.where}: ${problem.what}`).join("; ");
    return { code, what, why: listed || why || null, fix: fix ?? null };
  }
  return { code: "PAGE", what: "This page has failed", why: error instanceof Error ? error.message : String(error) };
}
