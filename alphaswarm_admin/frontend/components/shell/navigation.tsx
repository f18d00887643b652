"use client";

import Link from "next/link";
import { usePathname } from "next/navigation";
import { classes } from "@/lib/classes";
import { isCurrent, PAGES } from "./pages";

/** A column at the side on wide screens, a bar at the thumb on narrow ones. */
export function Navigation() {
  const path = usePathname();
  return (
    <nav
      aria-label="Pages"
      className="fixed inset-x-0 bottom-0 z-30 border-t bg-panel pb-[env(safe-area-inset-bottom)] md:static md:border-t-0 md:bg-transparent md:pb-0"
    >
      <ul className="flex md:grid md:gap-1">
        {PAGES.map((page) => {
          const current = isCurrent(page, path);
          return (
            <li key={page.path} className="min-w-0 flex-1">
              <Link
                href={page.path}
                aria-current={current ? "page" : undefined}
                className={classes(
                  "flex flex-col items-center gap-1 rounded-md px-1 py-2 text-[0.68rem] md:flex-row md:gap-3 md:px-3 md:text-sm",
                  current ? "font-semibold text-accent md:bg-raised" : "text-muted hover:bg-raised hover:text-ink",
                )}
              >
                <page.icon aria-hidden className="size-5 shrink-0 md:size-4" />
                <span className="truncate">{page.name}</span>
              </Link>
            </li>
          );
        })}
      </ul>
    </nav>
  );
}
