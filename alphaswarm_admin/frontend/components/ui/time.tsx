"use client";

import { useSyncExternalStore } from "react";
import { local, relative, utc } from "@/lib/time";

let now = Date.now();
const listeners = new Set<() => void>();
let timer: ReturnType<typeof setInterval> | undefined;

/** One clock for all times of the page. */
function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  timer ??= setInterval(() => {
    now = Date.now();
    for (const each of listeners) each();
  }, 10_000);
  return () => {
    listeners.delete(listener);
    if (listeners.size === 0 && timer) {
      clearInterval(timer);
      timer = undefined;
    }
  };
}

function useNow(): number {
  return useSyncExternalStore(
    subscribe,
    () => now,
    () => 0,
  );
}

/** How long ago, with the viewer's time and UTC on hover and for screen readers. */
export function Time({ iso }: { iso: string }) {
  const at = useNow();
  return (
    <time dateTime={iso} title={`${at ? local(iso) : iso}\n${utc(iso)}`} className="whitespace-nowrap">
      {at ? relative(iso, at) : utc(iso)}
    </time>
  );
}
