"use client";

import { useRouter } from "next/navigation";
import { useEffect, useState } from "react";
import { Dialog } from "@/components/ui/dialog";
import { PAGES } from "./pages";

function typing(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && target.closest("input, textarea, select, [contenteditable]") !== null;
}

/** `g` and a page's key goes there; `/` reaches the page's filter; `?` shows this. Never while somebody types. */
export function Shortcuts() {
  const router = useRouter();
  const [shown, show] = useState(false);

  useEffect(() => {
    let leader = 0;
    const press = (event: KeyboardEvent) => {
      if (event.ctrlKey || event.metaKey || event.altKey || typing(event.target)) return;
      const page = PAGES.find((each) => each.key === event.key);
      if (page && event.timeStamp - leader < 1200) router.push(page.path);
      else if (event.key === "?") show(true);
      else if (event.key === "/") {
        const filter = document.querySelector<HTMLElement>("[data-filter]");
        if (filter) {
          event.preventDefault();
          filter.focus();
        }
      }
      leader = event.key === "g" ? event.timeStamp : 0;
    };
    window.addEventListener("keydown", press);
    return () => window.removeEventListener("keydown", press);
  }, [router]);

  return (
    <Dialog open={shown} onOpenChange={show} title="Keys" description="They work wherever you are not typing.">
      <dl className="grid grid-cols-[auto_1fr] gap-x-4 gap-y-2 text-sm">
        {PAGES.map((page) => (
          <Key key={page.key} keys={["g", page.key]} meaning={page.name} />
        ))}
        <Key keys={["/"]} meaning="Filter the list" />
        <Key keys={["?"]} meaning="This list" />
      </dl>
    </Dialog>
  );
}

function Key({ keys, meaning }: { keys: string[]; meaning: string }) {
  return (
    <>
      <dt className="flex gap-1">
        {keys.map((each) => (
          <kbd key={each} className="rounded border bg-raised px-1.5 text-xs leading-6">
            {each}
          </kbd>
        ))}
      </dt>
      <dd>{meaning}</dd>
    </>
  );
}
