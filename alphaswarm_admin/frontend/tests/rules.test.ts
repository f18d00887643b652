import { NextRequest } from "next/server";
import { expect, test } from "vitest";
import { ApiError } from "@/lib/api/client";
import { failureOf } from "@/lib/api/failure";
import { chosenTheme } from "@/lib/theme";
import { relative, utc } from "@/lib/time";
import { contentSecurityPolicy, proxy } from "@/proxy";

const NOW = Date.parse("2026-01-05T09:00:00Z");

test.each([
  ["2026-01-05T09:00:00Z", "now"],
  ["2026-01-05T08:59:01Z", "59 sec. ago"],
  ["2026-01-05T08:00:01Z", "59 min. ago"],
  ["2026-01-03T08:00:00Z", "2 days ago"],
])("%s is told as %s", (iso, told) => {
  expect(relative(iso, NOW)).toBe(told);
});

test("utc is told to the second", () => {
  expect(utc("2026-01-05T09:00:00.123456Z")).toBe("2026-01-05 09:00:00 UTC");
});

test("the policy admits nothing inline and nothing from elsewhere", () => {
  const policy = contentSecurityPolicy("abc", false);

  expect(policy).toContain("default-src 'none'");
  expect(policy).toContain("frame-ancestors 'none'");
  expect(policy).not.toMatch(/unsafe|https?:|\*/);
});

test("every page gets a nonce of its own and says that nobody may frame it", () => {
  const [first, second] = [1, 2].map(() => proxy(new NextRequest("http://127.0.0.1/")));

  expect(first?.headers.get("content-security-policy")).not.toBe(second?.headers.get("content-security-policy"));
  expect(first?.headers.get("x-frame-options")).toBe("DENY");
});

test("the reader's choice of theme goes before the system's, and nonsense is neither", () => {
  expect(chosenTheme("light", "dark")).toBe("light");
  expect(chosenTheme("purple", "dark")).toBe("dark");
  expect(chosenTheme(undefined, null)).toBe("light");
});

test("an error of the API keeps its own words, and what is wrong with each field", () => {
  const detail = { code: "AS-ADM-003", what: "Refused", why: "because", fix: "do", exit_code: 2, request_id: "r" };

  expect(failureOf(new ApiError(403, { ...detail, problems: [] }))).toMatchObject({ what: "Refused", why: "because" });
  const problems = [{ where: "query.limit", what: "too large" }];
  expect(failureOf(new ApiError(422, { ...detail, problems })).why).toBe("query.limit: too large");
  expect(failureOf("a string").what).toBe("This page has failed");
});
