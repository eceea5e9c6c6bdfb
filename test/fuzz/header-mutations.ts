import type { SeededRandom } from "../chaos/random.ts";

/** Headers of a call that are odd. */
export interface OddHeaders {
  readonly headers: Readonly<Record<string, string>>;
  /** Whether the call must be served as if it had none. */
  readonly isHarmless: boolean;
}

const timeouts = ["0S", "0n", "1n", "1u", "-1S", "1x", "S", "", "1.5S", "99999999H", "999999999S"];
const contentTypes = [
  "application/grpc+json",
  "application/grpc;charset=utf-8",
  "application/grpcx",
  "application/json",
  "text/plain",
  "",
  "application/",
];

/** Which ends the connection, by HTTP/2's own rules, when the content has another length. */
export const falseLength = { "content-length": "7" };

/** What can be odd about headers, by its name. */
export const headerMutations = {
  timeout: (random) => ({
    headers: { "grpc-timeout": random.pick(timeouts) },
    isHarmless: false,
  }),
  "content type": (random) => ({
    headers: { "content-type": random.pick(contentTypes) },
    isHarmless: false,
  }),
  "method of HTTP": (random) => ({
    headers: { ":method": random.pick(["PUT", "PATCH", "OPTIONS", "X"]) },
    isHarmless: false,
  }),
  "long timeout": () => ({ headers: { "grpc-timeout": "60S" }, isHarmless: true }),
  "long header": (random) => ({
    headers: { "x-request-id": "i".repeat(random.pick([1000, 4096, 8000])) },
    isHarmless: true,
  }),
  "many headers": (random) => ({
    headers: Object.fromEntries(
      Array.from({ length: random.whole(20, 90) }, (_, index) => [`x-${index}`, "v"]),
    ),
    isHarmless: true,
  }),
  "binary header": (random) => ({
    headers: { "x-odd-bin": random.pick(["", "====", "AA", "no base64!", "/+/,AA=="]) },
    isHarmless: true,
  }),
  "odd header": (random) => ({
    headers: random.pick<Readonly<Record<string, string>>>([
      { "user-agent": "" },
      { "grpc-accept-encoding": "gzip,br,x" },
      { "grpc-previous-rpc-attempts": "-1" },
      { "grpc-status": "13", "grpc-message": "%zz" },
      { cookie: "a=b; c" },
    ]),
    isHarmless: false,
  }),
} as const satisfies Readonly<Record<string, (random: SeededRandom) => OddHeaders>>;
