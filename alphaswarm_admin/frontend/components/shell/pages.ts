import { Boxes, GitBranch, type LucideIcon, Play, ScrollText, ShieldCheck } from "lucide-react";

type Page = { path: string; name: string; icon: LucideIcon; key: string };

/** The console's pages in the order of their navigation; `g` and then the key goes there. */
export const PAGES: readonly Page[] = [
  { path: "/", name: "Delivery", icon: GitBranch, key: "d" },
  { path: "/runs", name: "Runs", icon: Play, key: "r" },
  { path: "/ledger", name: "Ledger", icon: ScrollText, key: "l" },
  { path: "/trust", name: "Trust", icon: ShieldCheck, key: "t" },
  { path: "/images", name: "Images", icon: Boxes, key: "i" },
];

export function isCurrent(page: Page, path: string): boolean {
  return page.path === "/" ? path === "/" : path === page.path || path.startsWith(`${page.path}/`);
}
