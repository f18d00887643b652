import type { Metadata } from "next";
import { Images } from "@/features/images/images";

export const metadata: Metadata = { title: "Images" };

export default function ImagesPage() {
  return <Images />;
}
