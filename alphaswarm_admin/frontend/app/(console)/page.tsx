export default function DeliveryPage() {
  return <h1 className="font-semibold text-xl">Delivery</h1>;
}
