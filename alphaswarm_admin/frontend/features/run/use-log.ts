"use client";

import { useEffect, useState } from "react";
import type { LogChunk, LogLine } from "@/lib/api/types";

type State = "following" | "ended" | "lost";

/**
 * The lines of a run's log by server-sent events. When the connection is lost the browser asks again from the last line that it
 * saw (Last-Event-ID), so that nothing is told twice and nothing is left out. Lines that come together are shown together.
 */
export function useLog(id: string): { lines: LogLine[]; state: State } {
  const [lines, setLines] = useState<LogLine[]>([]);
  const [state, setState] = useState<State>("following");

  useEffect(() => {
    let waiting: LogLine[] = [];
    let frame = 0;
    const show = () => {
      frame = 0;
      const arrived = waiting;
      waiting = [];
      setLines((before) => before.concat(arrived));
    };
    const source = new EventSource(`/admin/runs/${encodeURIComponent(id)}/log/stream`);
    source.onopen = () => setState("following");
    source.onerror = () => setState("lost");
    source.addEventListener("lines", (event) => {
      waiting.push(...(JSON.parse(event.data) as LogChunk).lines);
      frame ||= requestAnimationFrame(show);
    });
    source.addEventListener("end", () => {
      setState("ended");
      source.close();
    });
    return () => {
      cancelAnimationFrame(frame);
      source.close();
    };
  }, [id]);

  return { lines, state };
}
