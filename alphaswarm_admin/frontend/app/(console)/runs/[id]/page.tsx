import type { Metadata } from "next";
import { Run } from "@/features/run/run";

export const metadata: Metadata = { title: "Run" };

export default async function RunPage({ params }: { params: Promise<{ id: string }> }) {
  return <Run id={(await params).id} />;
}
