import createClient, { type Middleware } from "openapi-fetch";
import type { paths } from "./schema";
import type { ErrorDetail } from "./types";

/** An answer of the API that is no success, in its own words. */
export class ApiError extends Error {
  constructor(
    readonly status: number,
    readonly detail: ErrorDetail,
  ) {
    super(detail.what);
  }
}

/** The sign-in is too old for what was asked: go to the session's `step_up_url` and come back. */
export const STEP_UP_NEEDED = "AS-ADM-005";

let csrf: string | null = null;

/** The session's token; it goes with everything that changes something. */
export function rememberCsrfToken(token: string | null): void {
  csrf = token;
}

const middleware: Middleware = {
  onRequest({ request }) {
    if (request.method !== "GET" && csrf) request.headers.set("X-CSRF-Token", csrf);
    return request;
  },
  async onResponse({ response }) {
    if (!response.ok) throw new ApiError(response.status, await detailOf(response));
    return response;
  },
  onError({ error }) {
    throw new ApiError(0, unreachable(error));
  },
};

/** The backend is on the same origin, under /admin. */
export const api = createClient<paths>({ baseUrl: "/", credentials: "same-origin" });
api.use(middleware);

async function detailOf(response: Response): Promise<ErrorDetail> {
  try {
    const body: unknown = await response.json();
    if (isEnvelope(body)) return body.error;
  } catch {
    // Not the console's own answer: a proxy's page, or a connection that was cut.
  }
  return {
    code: `HTTP ${response.status}`,
    what: "The console answered in a form that this page does not know",
    why: response.statusText || null,
    fix: "Try again; if it stays so, look at the backend's log",
    exit_code: 5,
    request_id: response.headers.get("x-request-id") ?? "",
    problems: [],
  };
}

function isEnvelope(body: unknown): body is { error: ErrorDetail } {
  if (typeof body !== "object" || body === null || !("error" in body)) return false;
  const { error } = body;
  return typeof error === "object" && error !== null && "code" in error && "what" in error;
}

function unreachable(error: unknown): ErrorDetail {
  return {
    code: "NETWORK",
    what: "The console does not answer",
    why: error instanceof Error ? error.message : null,
    fix: "Look at your connection; this page tries again by itself",
    exit_code: 5,
    request_id: "",
    problems: [],
  };
}

/** The data of a call: errors were thrown before, by the middleware. */
export async function dataOf<T>(call: Promise<{ data?: T }>): Promise<T> {
  const { data } = await call;
  if (data === undefined) throw new Error("The console's answer is empty");
  return data;
}
