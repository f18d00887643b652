"use client";

import { useVirtualizer } from "@tanstack/react-virtual";
import { useEffect, useRef, useState } from "react";
import { Badge } from "@/components/ui/badge";
import { Card, CardHeader } from "@/components/ui/card";
import { Empty } from "@/components/ui/states";
import type { LogLine } from "@/lib/api/types";
import { classes } from "@/lib/classes";
import { useLog } from "./use-log";

const LINE_HEIGHT = 20;

/** What the engine says, as it says it. Only the lines in view are in the page: a log of a million lines stays usable. */
export function Log({ id }: { id: string }) {
  const { lines, state } = useLog(id);
  const scroller = useRef<HTMLDivElement>(null);
  const [following, setFollowing] = useState(true);
  const view = useVirtualizer({
    count: lines.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => LINE_HEIGHT,
    overscan: 30,
  });

  useEffect(() => {
    if (following && lines.length) view.scrollToIndex(lines.length - 1);
  }, [following, lines.length, view]);

  return (
    <Card aria-labelledby="log">
      <CardHeader
        id="log"
        title="Log"
        aside={<Badge tone={state === "lost" ? "warn" : state === "ended" ? "neutral" : "info"}>{STATES[state]}</Badge>}
      />
      {lines.length === 0 ? (
        <Empty title="Nothing was said yet" />
      ) : (
        <section
          ref={scroller}
          aria-label="Lines of the log"
          // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls is to be reached by keyboard (WCAG 2.2, 2.1.1)
          tabIndex={0}
          className="h-96 overflow-auto font-mono text-xs"
          onScroll={({ currentTarget: box }) =>
            setFollowing(box.scrollHeight - box.scrollTop - box.clientHeight < LINE_HEIGHT * 3)
          }
        >
          <div className="relative min-w-max" style={{ height: view.getTotalSize() }}>
            {view.getVirtualItems().map((item) => {
              const line = lines[item.index];
              return line ? <Line key={item.key} line={line} top={item.start} /> : null;
            })}
          </div>
        </section>
      )}
    </Card>
  );
}

const STATES = { following: "Following", ended: "Complete", lost: "Reconnecting" };

function Line({ line, top }: { line: LogLine; top: number }) {
  return (
    <p
      className={classes(
        "absolute left-0 h-5 whitespace-pre px-4 leading-5",
        line.level === "error" && "text-bad",
        line.level === "warn" && "text-warn",
      )}
      style={{ top }}
    >
      {line.text}
    </p>
  );
}
