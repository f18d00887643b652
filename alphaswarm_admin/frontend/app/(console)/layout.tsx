import { cookies, headers } from "next/headers";
import type { ReactNode } from "react";
import { Shell } from "@/components/shell/shell";
import { chosenTheme, THEME_COOKIE } from "@/lib/theme";

export default async function ConsoleLayout({ children }: { children: ReactNode }) {
  const theme = chosenTheme(
    (await cookies()).get(THEME_COOKIE)?.value,
    (await headers()).get("sec-ch-prefers-color-scheme"),
  );
  return <Shell theme={theme}>{children}</Shell>;
}
