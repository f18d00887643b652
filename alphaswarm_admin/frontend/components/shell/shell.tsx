"use client";

import { useQuery } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { Failed, Loading } from "@/components/ui/states";
import { HaltBanner } from "@/features/delivery/halt-banner";
import { PersonMenu } from "@/features/session/person-menu";
import { SignIn } from "@/features/session/sign-in";
import { failureOf } from "@/lib/api/failure";
import { useLiveUpdates } from "@/lib/api/live";
import { consoleQuery, sessionQuery } from "@/lib/api/queries";
import type { Session } from "@/lib/api/types";
import type { Theme } from "@/lib/theme";
import { Navigation } from "./navigation";
import { Shortcuts } from "./shortcuts";
import { ThemeSwitch } from "./theme";

/** Nothing of the console is shown to somebody who is not signed in. */
export function Shell({ theme, children }: { theme: Theme; children: ReactNode }) {
  const session = useQuery(sessionQuery);
  if (session.error)
    return (
      <main className="mx-auto max-w-xl p-6">
        <Failed failure={failureOf(session.error)} onRetry={() => session.refetch()} />
      </main>
    );
  if (!session.data) return <Loading label="Loading the console" />;
  if (!session.data.signed_in) return <SignIn session={session.data} />;
  return (
    <Frame theme={theme} session={session.data}>
      {children}
    </Frame>
  );
}

function Frame({ theme, session, children }: { theme: Theme; session: Session; children: ReactNode }) {
  const live = useLiveUpdates();
  const info = useQuery(consoleQuery).data;
  return (
    <div className="min-h-dvh md:grid md:grid-cols-[13rem_1fr]">
      <a
        href="#content"
        className="sr-only focus:not-sr-only focus:fixed focus:top-2 focus:left-2 focus:z-50 focus:rounded-md focus:bg-accent focus:px-3 focus:py-2 focus:text-on-accent"
      >
        Skip to the content
      </a>
      <aside className="md:sticky md:top-0 md:h-dvh md:border-r md:p-3">
        <p className="hidden px-3 pt-2 pb-5 font-semibold md:block">
          AlphaSwarm
          <span className="block font-normal text-muted text-xs">
            {info?.target === "aws" ? `AWS ${info.region}` : "local cloud"}
          </span>
        </p>
        <Navigation />
      </aside>
      <div className="min-w-0">
        <header className="sticky top-0 z-20 flex items-center justify-between gap-3 border-b bg-page px-4 py-2">
          <p className="flex min-w-0 items-center gap-2 text-muted text-xs" aria-live="polite">
            <span aria-hidden className={`size-2 shrink-0 rounded-full ${live ? "bg-good" : "bg-warn"}`} />
            {live ? "Live" : "Reconnecting"}
          </p>
          <div className="flex min-w-0 items-center gap-1">
            <ThemeSwitch initial={theme} />
            <PersonMenu session={session} />
          </div>
        </header>
        <HaltBanner />
        <main id="content" className="mx-auto grid max-w-6xl gap-5 p-4 pb-24 md:p-6">
          {children}
        </main>
      </div>
      <Shortcuts />
    </div>
  );
}
