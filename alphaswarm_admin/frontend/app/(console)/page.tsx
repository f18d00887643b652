import { Delivery } from "@/features/delivery/delivery";

export default function DeliveryPage() {
  return <Delivery />;
}
