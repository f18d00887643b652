import type { Metadata, Viewport } from "next";
import { headers } from "next/headers";
import type { ReactNode } from "react";
import { requestedTheme } from "@/lib/requested-theme";
import { Providers } from "./providers";
import "./globals.css";

export const metadata: Metadata = {
  title: { default: "Delivery · AlphaSwarm", template: "%s · AlphaSwarm" },
  description: "What runs where, what waits for whom, and the record of it",
  robots: { index: false, follow: false },
};

export const viewport: Viewport = {
  width: "device-width",
  initialScale: 1,
  themeColor: [
    { media: "(prefers-color-scheme: light)", color: "#f9fafc" },
    { media: "(prefers-color-scheme: dark)", color: "#0c0e14" },
  ],
};

export default async function RootLayout({ children }: { children: ReactNode }) {
  return (
    <html lang="en" data-theme={await requestedTheme()}>
      <body>
        <Providers nonce={(await headers()).get("x-nonce")}>{children}</Providers>
      </body>
    </html>
  );
}
