import type { ReactNode } from "react";
import { Shell } from "@/components/shell/shell";
import { requestedTheme } from "@/lib/requested-theme";

export default async function ConsoleLayout({ children }: { children: ReactNode }) {
  return <Shell theme={await requestedTheme()}>{children}</Shell>;
}
