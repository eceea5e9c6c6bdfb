import type { z } from "zod";
import type { VendorCall } from "../vendor-call.ts";

/**
 * Asks a vendor for JSON and reads what is used of it.
 * @throws Error with the vendor's refusal
 */
export async function askForJSON<Schema extends z.ZodType>(
  call: VendorCall,
  url: string,
  schema: Schema,
  init: RequestInit = {},
): Promise<z.infer<Schema>> {
  const response = await call.fetch(url, { ...init, signal: call.signal });
  if (!response.ok) throw await refusalOf(response);
  return schema.parse(await response.json());
}

/** The options of a request that sends JSON. */
export function posted(body: object): RequestInit {
  const headers = { "content-type": "application/json" };
  return { method: "POST", headers, body: JSON.stringify(body) };
}

/** A refusal in the form in which SDKs throw theirs: `error` is the body. */
export async function refusalOf(response: Response): Promise<Error> {
  const { status, headers } = response;
  const text = await response.text();
  return Object.assign(new Error("refused"), { status, headers, error: parsed(text) });
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
