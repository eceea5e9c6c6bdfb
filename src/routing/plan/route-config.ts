import { z } from "zod";

const name = z.string().trim().min(1).max(200);
const limitMs = z.int().positive().max(3_600_000);

/** How long each part of an attempt may take. */
export const RouteLimits = z.strictObject({
  connectMs: limitMs
    .optional()
    .describe(
      "Until the provider begins to answer, where it tells; without it part of firstTokenMs",
    ),
  firstTokenMs: limitMs.default(30_000).describe("Until the first content of the answer"),
  idleMs: limitMs.default(30_000).describe("Between two pieces of the answer"),
  totalMs: limitMs
    .optional()
    .describe("For one attempt altogether; without it the request's deadline"),
  loadingMs: limitMs
    .default(120_000)
    .describe("In the place of firstTokenMs while a model is loaded, or silent as one that starts"),
});
export type RouteLimits = z.infer<typeof RouteLimits>;

/** When a candidate that keeps failing is left alone, and for how long. */
export const BreakerConfig = z.strictObject({
  failures: z.int().positive().max(1000).default(5).describe("Failures within windowMs that open"),
  failureRate: z.number().gt(0).max(1).default(0.5).describe("Part of the attempts that must fail"),
  windowMs: limitMs.default(60_000),
  openMs: limitMs.default(15_000).describe("Until one request may try again; varied by 20 %"),
});
export type BreakerConfig = z.infer<typeof BreakerConfig>;

const shared = {
  name: name.describe("What ROUTE and requests call it"),
  provider: name.optional().describe("Candidates of this provider come first"),
  fallbackModels: z
    .array(name)
    .default([])
    .describe("Model names that are tried, at whatever provider, when all candidates failed"),
  limits: RouteLimits.prefault({}),
  maxTokens: z
    .int()
    .positive()
    .optional()
    .describe(
      "The longest answer, in tokens; the smaller one counts where the profile has a limit",
    ),
  retries: z.int().min(0).max(10).default(2).describe("Repeated attempts per candidate, at most"),
  backoffMs: limitMs.default(500).describe("Pause before the first retry; it doubles and varies"),
  longestWaitMs: limitMs
    .default(10_000)
    .describe("A provider that asks for a longer pause is left at once"),
  retryBudget: z
    .number()
    .min(0)
    .max(1)
    .default(0.2)
    .describe("Retries per first attempt that a candidate gets in the long run"),
  breaker: BreakerConfig.prefault({}),
};
const speedPriority = z.enum(["low", "high"]);

const ByCandidates = z.strictObject({
  ...shared,
  candidates: z
    .array(z.strictObject({ profile: name, model: name, provider: name.optional() }))
    .min(1)
    .describe("Profiles and models, in this order unless speedPriority is set"),
  speedPriority: speedPriority
    .optional()
    .describe("low: the cheapest first, high: the fastest first; without it as written"),
});

const ByModel = z.strictObject({
  ...shared,
  model: name.describe("Any profile in scope that has this model is a candidate"),
  speedPriority: speedPriority
    .default("low")
    .describe("low: the cheapest first, high: the fastest first"),
});

/** One route of arena.yaml: who may answer, in which order, and how many retries each gets. */
export const RouteConfig = z.union([ByCandidates, ByModel], {
  error: "is no route; write a map such as {name: poems, model: gpt-4o}",
});
export type RouteConfig = z.infer<typeof RouteConfig>;
