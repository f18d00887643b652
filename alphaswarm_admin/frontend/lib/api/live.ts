"use client";

import { useQueryClient } from "@tanstack/react-query";
import { useEffect, useState } from "react";

/**
 * The ledger's entries as they come (server-sent events): what an entry touches is asked for anew. The browser reconnects by
 * itself and says the last entry that it saw. Returns whether the stream stands.
 */
export function useLiveUpdates(): boolean {
  const client = useQueryClient();
  const [live, setLive] = useState(false);

  useEffect(() => {
    const source = new EventSource("/admin/events");
    source.onopen = () => setLive(true);
    source.onerror = () => setLive(false);
    source.addEventListener("entry", (event) => {
      const { run_id } = JSON.parse(event.data) as { run_id: string | null };
      for (const key of ["environments", "runs", "entries", "images"]) client.invalidateQueries({ queryKey: [key] });
      if (run_id) client.invalidateQueries({ queryKey: ["run", run_id] });
    });
    return () => source.close();
  }, [client]);

  return live;
}
