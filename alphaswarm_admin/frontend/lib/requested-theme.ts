import { cookies, headers } from "next/headers";
import { chosenTheme, THEME_COOKIE, type Theme } from "./theme";

/** The theme that this request's page comes in. */
export async function requestedTheme(): Promise<Theme> {
  const [kept, sent] = await Promise.all([cookies(), headers()]);
  return chosenTheme(kept.get(THEME_COOKIE)?.value, sent.get("sec-ch-prefers-color-scheme"));
}
