import type { Metadata } from "next";
import { Ledger } from "@/features/ledger/ledger";

export const metadata: Metadata = { title: "Ledger" };

export default function LedgerPage() {
  return <Ledger />;
}
