"use client";

import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { setNonce } from "get-nonce";
import { type ReactNode, useState } from "react";
import { ApiError } from "@/lib/api/client";

/** Answers of the API are final; a connection that failed is tried again. */
function again(count: number, error: Error): boolean {
  return count < 3 && (!(error instanceof ApiError) || error.status === 0 || error.status === 503);
}

type Props = { nonce: string | null; children: ReactNode };

export function Providers({ nonce, children }: Props) {
  // Dialogs keep the page behind them still by a style element, which needs the page's nonce as every other does.
  if (nonce) setNonce(nonce);
  const [client] = useState(
    () =>
      new QueryClient({ defaultOptions: { queries: { staleTime: 5_000, retry: again }, mutations: { retry: false } } }),
  );
  return <QueryClientProvider client={client}>{children}</QueryClientProvider>;
}
