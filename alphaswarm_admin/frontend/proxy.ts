import { type NextRequest, NextResponse } from "next/server";

/**
 * Every page gets a policy that admits its own scripts by a nonce and nothing from anywhere else: a script that got into a commit
 * message, a branch name or a plan's value does not run, and the console is framed by nobody (clickjacking).
 */
export function proxy(request: NextRequest): NextResponse {
  const nonce = btoa(crypto.randomUUID());
  const policy = contentSecurityPolicy(nonce, process.env.NODE_ENV === "development");
  const headers = new Headers(request.headers);
  headers.set("x-nonce", nonce);
  headers.set("content-security-policy", policy);

  const response = NextResponse.next({ request: { headers } });
  response.headers.set("content-security-policy", policy);
  for (const [name, value] of Object.entries(FIXED)) response.headers.set(name, value);
  return response;
}

export const config = {
  matcher: [{ source: "/((?!_next/static|favicon.svg).*)" }],
};

const FIXED = {
  "x-content-type-options": "nosniff",
  "x-frame-options": "DENY",
  "referrer-policy": "no-referrer",
  "cross-origin-opener-policy": "same-origin",
  "cross-origin-resource-policy": "same-origin",
  // Asks the browser for the system's theme from the first request on.
  "accept-ch": "Sec-CH-Prefers-Color-Scheme",
  "critical-ch": "Sec-CH-Prefers-Color-Scheme",
  vary: "Sec-CH-Prefers-Color-Scheme, Cookie",
  "permissions-policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
};

export function contentSecurityPolicy(nonce: string, developing: boolean): string {
  // The development server compiles in the page and styles by elements; what is shipped does neither.
  const script = developing ? "'unsafe-eval'" : "";
  const style = developing ? "'unsafe-inline'" : `'nonce-${nonce}'`;
  return [
    "default-src 'none'",
    `script-src 'self' 'nonce-${nonce}' 'strict-dynamic' ${script}`.trimEnd(),
    `style-src 'self' ${style}`,
    "img-src 'self' data:",
    "font-src 'self'",
    "connect-src 'self'",
    "manifest-src 'self'",
    "form-action 'self'",
    "base-uri 'none'",
    "frame-ancestors 'none'",
    "object-src 'none'",
  ].join("; ");
}
