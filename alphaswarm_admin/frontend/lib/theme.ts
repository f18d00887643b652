export type Theme = "light" | "dark";

export const THEME_COOKIE = "alphaswarm_theme";

function isTheme(value: string | undefined): value is Theme {
  return value === "light" || value === "dark";
}

/** The reader's choice, else what the browser says of the system (Sec-CH-Prefers-Color-Scheme), else light. */
export function chosenTheme(cookie: string | undefined, hint: string | null): Theme {
  if (isTheme(cookie)) return cookie;
  return hint === "dark" ? "dark" : "light";
}
