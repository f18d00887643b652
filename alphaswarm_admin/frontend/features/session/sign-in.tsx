"use client";

import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { LogIn } from "lucide-react";
import { Button } from "@/components/ui/button";
import { Failed } from "@/components/ui/states";
import { api, dataOf } from "@/lib/api/client";
import { failureOf } from "@/lib/api/failure";
import { consoleQuery, sessionQuery } from "@/lib/api/queries";
import type { Role, Session } from "@/lib/api/types";

const ALL_ROLES: Role[] = ["viewer", "operator", "approver"];

/** Before anything is shown: who are you? */
export function SignIn({ session }: { session: Session }) {
  const info = useQuery(consoleQuery).data;
  return (
    <main className="grid min-h-dvh place-items-center p-4">
      <div className="grid w-full max-w-sm gap-5 rounded-2xl border bg-panel p-6">
        <div>
          <h1 className="font-semibold text-xl">AlphaSwarm Delivery</h1>
          <p className="mt-1 text-muted text-sm">
            {info ? `${info.project}, ${info.target === "local" ? "the local cloud" : `AWS ${info.region}`}` : " "}
          </p>
        </div>
        {session.sign_in.kind === "development" ? (
          <DevelopmentPeople people={session.sign_in.people ?? []} />
        ) : (
          <Button look="main" asChild>
            <a href={session.sign_in.url}>
              <LogIn aria-hidden className="size-4" /> Sign in
            </a>
          </Button>
        )}
      </div>
    </main>
  );
}

function DevelopmentPeople({ people }: { people: string[] }) {
  const client = useQueryClient();
  const enter = useMutation({
    mutationFn: (person: string) =>
      dataOf(api.POST("/admin/session/development", { body: { person, roles: ALL_ROLES } })),
    onSuccess: () => client.invalidateQueries({ queryKey: sessionQuery.queryKey }),
  });
  return (
    <div className="grid gap-3">
      <p className="text-muted text-sm">On this machine you may be one of:</p>
      <ul className="grid gap-2">
        {people.map((person) => (
          <li key={person} className="grid">
            <Button busy={enter.isPending} onClick={() => enter.mutate(person)}>
              {person}
            </Button>
          </li>
        ))}
      </ul>
      {enter.error ? <Failed failure={failureOf(enter.error)} /> : null}
    </div>
  );
}
