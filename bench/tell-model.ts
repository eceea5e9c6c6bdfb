import { credentials } from "@grpc/grpc-js";
import { ModelClient } from "../src/generated/model.ts";

/** Gives the gated model an order and waits until it was received. */
export async function tellModel(address: string, orders: object): Promise<void> {
  const client = new ModelClient(address, credentials.createInsecure());
  const metrics = { modelID: "gated", metrics: JSON.stringify(orders) };
  await new Promise<void>((resolve, reject) => {
    client.publishMetrics(metrics, (error) => (error ? reject(error) : resolve()));
  });
  client.close();
}
