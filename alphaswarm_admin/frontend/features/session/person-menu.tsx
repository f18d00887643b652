"use client";

import { useMutation, useQueryClient } from "@tanstack/react-query";
import { LogOut } from "lucide-react";
import { Button } from "@/components/ui/button";
import { api, dataOf } from "@/lib/api/client";
import type { Session } from "@/lib/api/types";

/** Who is signed in, as what, and the way out. */
export function PersonMenu({ session }: { session: Session }) {
  const client = useQueryClient();
  const leave = useMutation({
    mutationFn: () => dataOf(api.POST("/admin/session/sign-out")),
    onSuccess: ({ redirect_to }) => {
      client.clear();
      window.location.assign(redirect_to ?? "/");
    },
  });
  return (
    <div className="flex min-w-0 items-center gap-2">
      <div className="min-w-0 text-right text-xs leading-tight">
        <p className="truncate font-medium text-sm">{session.person?.name}</p>
        <p className="truncate text-muted">{session.roles?.join(", ")}</p>
      </div>
      <Button
        look="quiet"
        className="size-9 px-0"
        aria-label="Sign out"
        busy={leave.isPending}
        onClick={() => leave.mutate()}
      >
        <LogOut aria-hidden className="size-4" />
      </Button>
    </div>
  );
}
