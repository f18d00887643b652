import type { Metadata } from "next";
import { Trust } from "@/features/trust/trust";

export const metadata: Metadata = { title: "Trust" };

export default function TrustPage() {
  return <Trust />;
}
