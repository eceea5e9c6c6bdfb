import { z } from "zod";
import type { ArenaConfigParts } from "../profiles/parse-arena-config.ts";
import { PriceConfig } from "../router/price-config.ts";
import { RouteConfig } from "../router/route-config.ts";
import { parseKey } from "../secrets/parse-key.ts";
import { parseReference } from "../secrets/parse-reference.ts";
import { checkRoutes } from "./check-routes.ts";

const extra = {
  routes: z
    .array(RouteConfig)
    .exactOptional()
    .describe("Who may answer, in which order, and with how much patience."),
  prices: PriceConfig.exactOptional(),
};

/** The parts of `arena.yaml` that are not the profiles', and the check of keys. */
export const configParts: ArenaConfigParts<typeof extra> = {
  extra,
  checkKey: (text) => problemOf(parseKey(text)),
  checkKeysFrom: (text) => problemOf(parseReference(text, "keys")),
  check: (config, { routes = [] }) => checkRoutes(config, routes),
};

function problemOf(parsed: ReturnType<typeof parseKey> | ReturnType<typeof parseReference>) {
  return parsed.kind === "problem" ? parsed.message : null;
}
