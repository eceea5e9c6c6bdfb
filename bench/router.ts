import { subscribe, unsubscribe } from "node:diagnostics_channel";
import { Socket } from "node:net";
import type { ChatEvent, ChatRequest } from "../src/data-models/chat.ts";
import type { Provider } from "../src/providers/provider.ts";
import { RouteConfig } from "../src/routing/plan/route-config.ts";
import { Router } from "../src/routing/router.ts";
import { startMockProvider } from "../src/testing/mock-provider/start-mock-provider.ts";
import { providerOf } from "../test/fixtures/routed-mock.ts";
import { accessTo } from "../test/fixtures/scripted-provider.ts";
import { type Figure, median } from "./figures.ts";

const calls = 5000;
const rounds = 7;
const atOnce = 1000;
const socketRounds = 8;
const leavers = 30;
const scope = { user: null, workspace: null };
const request: ChatRequest = { messages: [{ role: "user", content: "Hello" }] };
const words = 20;

/** What a route costs beyond its provider's call, and what a thousand calls at once leave behind. */
export async function measureRouter(): Promise<Figure[]> {
  return [await measureOverhead(), await measureSockets(), await measureLeaving()];
}

/** A router over a mock's or another provider: the model that is asked, two that are not, one fallback. */
function routerOf(provider: Provider, model: string): Router {
  const others = [1, 2].map((number) => ({ profile: `other-${number}`, model }));
  const route = RouteConfig.parse({
    name: "bench",
    candidates: [{ profile: "main", model }, ...others],
    speedPriority: "low",
    fallbackModels: ["ok"],
  });
  const accesses = ["main", "other-1", "other-2"].map((profile) => accessTo(provider, profile));
  return new Router({ routes: [route], accessesOf: () => accesses });
}

async function ask(router: Router, signal = new AbortController().signal): Promise<void> {
  const deadline = new Date(Date.now() + 120_000);
  const call = await router.call({ route: "bench", scope }, request, { signal, deadline });
  for await (const _ of call.stream()) void _;
}

/** CPU of both, taken turn by turn in one run: only their difference is the router's. */
async function measureOverhead(): Promise<Figure> {
  const provider = instant();
  const router = routerOf(provider, "m");
  const direct = async () => {
    const { signal } = new AbortController();
    for await (const _ of provider.stream("m", request, { signal })) void _;
  };
  const differences: number[] = [];
  for (let round = 0; round < rounds; round++) {
    const own = await cpuMs(direct);
    differences.push((await cpuMs(() => ask(router))) - own);
  }
  return {
    name: "router, CPU of a call beyond the provider's own",
    reached: median(differences),
    unit: "ms",
    atMost: 0.15,
    detail: `3 candidates, a fallback, ${words} words; ${differences.map((ms) => ms.toFixed(3)).join(", ")}`,
  };
}

async function cpuMs(work: () => Promise<void>): Promise<number> {
  const begin = process.cpuUsage();
  for (let call = 0; call < calls; call++) await work();
  const { user, system } = process.cpuUsage(begin);
  return (user + system) / 1000 / calls;
}

/** An answer that takes no time. */
function instant(): Provider {
  return {
    name: "Instant",
    capabilities: () => ({
      images: true,
      tools: true,
      json: true,
      jsonSchema: true,
      parameters: new Set(["maxTokens", "temperature", "topP", "stop", "seed"]),
      contextTokens: 100_000,
      embeddings: false,
      imageOutput: false,
    }),
    stream: async function* (): AsyncGenerator<ChatEvent, void> {
      for (let word = 0; word < words; word++) yield { type: "text", text: "word " };
      yield { type: "finish", reason: "stop", usage: { inputTokens: 20, outputTokens: words } };
    },
    embed: null,
    listModels: null,
  };
}

/**
 * A thousand at once, again and again: were sockets left behind, there were more
 * after each round. Node's own `fetch` goes from one a call to two once, when the
 * process is so busy that kept connections look too old, and stays there.
 */
async function measureSockets(): Promise<Figure> {
  await using mock = await startMockProvider();
  const router = routerOf(providerOf(mock), "echo");
  let open = 0;
  let peak = 0;
  // The mock is in this process, and tells of each connection when it comes.
  const count = (message: unknown) => {
    peak = Math.max(peak, ++open);
    socketOf(message).once("close", () => open--);
  };
  subscribe("net.server.socket", count);
  const peaks: number[] = [];
  for (let round = 0; round < socketRounds; round++) {
    peak = open;
    await Promise.all(Array.from({ length: atOnce }, () => ask(router)));
    peaks.push(peak);
  }
  unsubscribe("net.server.socket", count);
  return {
    name: "router, 1,000 calls at once, again and again, sockets",
    reached: (peaks.at(-1) ?? 0) / (peaks[socketRounds / 2] ?? 0),
    unit: "of those half way",
    atMost: 1.05,
    detail: `at most ${peaks.join(", ")} at a time; ${mock.requests.length} requests arrived`,
  };
}

function socketOf(message: unknown): Socket {
  if (typeof message === "object" && message !== null && "socket" in message) {
    if (message.socket instanceof Socket) return message.socket;
  }
  throw new Error("Node tells of connections otherwise than it did");
}

/** From a caller's abort until the vendor sees it. */
async function measureLeaving(): Promise<Figure> {
  await using mock = await startMockProvider();
  const router = routerOf(providerOf(mock), "silent");
  const times: number[] = [];
  for (let leaver = 0; leaver < leavers; leaver++) {
    mock.clear();
    const leaving = new AbortController();
    const asked = ask(router, leaving.signal).catch(() => {});
    await mock.until((all) => all.length === 1);
    const begin = performance.now();
    leaving.abort();
    await mock.until(([seen]) => seen?.ending === "client left");
    times.push(performance.now() - begin);
    await asked;
  }
  return {
    name: "router, from a caller's abort until the vendor sees it, longest",
    reached: Math.max(...times),
    unit: "ms",
    atMost: 100,
    detail: `median ${median(times).toFixed(2)} ms of ${leavers}`,
  };
}
