import { z } from "zod";
import { durationPattern } from "./duration.ts";

const text = () => z.string().min(1);
const whole = (least: number, most = Number.MAX_SAFE_INTEGER) =>
  z.coerce
    .number({ error: "expected a whole number" })
    .int({ error: "expected a whole number" })
    .min(least, { error: `expected ${least} or more` })
    .max(most, { error: `expected ${most} or less` });
const port = () => whole(0, 65_535);
const flag = () =>
  z.stringbool({
    truthy: ["true", "1", "yes", "on"],
    falsy: ["false", "0", "no", "off"],
    error: "expected true or false",
  });
const url = () =>
  z.url({ protocol: /^https?$/, error: "expected a URL that begins with http:// or https://" });
const systemRole = () =>
  z.enum(["system", "developer", "user"], { error: "expected system, developer or user" });

/**
 * Every environment variable that the server reads: its form, its default and
 * a line about it. `docs/configuration.md` and `.env.example` are written from
 * this. Order and headings are those of the documents.
 */
export const settingGroups = {
  Model: {
    MODEL: text()
      .default("echo")
      .describe("A built-in model's name, the path of your own module, or an installed package."),
    MODEL_ID: text()
      .optional()
      .describe("The modelID to announce and to take requests for, instead of the model's own."),
  },
  Doors: {
    GRPC_HOST: text().default("0.0.0.0").describe("Address on which gRPC listens."),
    GRPC_PORT: port().default(8061).describe("Port of gRPC; 0 takes a free one."),
    HTTP_HOST: text()
      .default("127.0.0.1")
      .describe("Address on which probes and metrics listen; 0.0.0.0 in the container."),
    HTTP_PORT: port().default(8062).describe("Port of probes and metrics; 0 takes a free one."),
    GRPC_STATUS_MODE: z
      .enum(["arena", "strict"], { error: "expected arena or strict" })
      .default("arena")
      .describe(
        "arena: predict always answers OK and problems become answers; strict: gRPC status codes.",
      ),
    GRPC_REFLECTION: flag().default(true).describe("Lets grpcurl ask what the server speaks."),
    TLS_CERT_FILE: text().optional().describe("PEM certificate chain; turns TLS on."),
    TLS_KEY_FILE: text().optional().describe("PEM private key of TLS_CERT_FILE."),
    TLS_CLIENT_CA_FILE: text()
      .optional()
      .describe("PEM certificates that sign clients; clients must then show one (mTLS)."),
  },
  Limits: {
    MAX_CONCURRENCY: whole(1).default(256).describe("Requests that the model works on at once."),
    MAX_QUEUE: whole(1).default(1000).describe("Requests that may wait for the model."),
    REQUEST_TIMEOUT_MS: whole(1, 2_147_483_647)
      .default(120_000)
      .describe("Time until a request is answered with an error, waiting included."),
    PARTIAL_ANSWERS: flag()
      .default(true)
      .describe(
        "Delivers what a built-in model wrote until shortly before REQUEST_TIMEOUT_MS, with a line that says so, in the place of an error.",
      ),
    MAX_REQUEST_BYTES: whole(1, 536_870_912)
      .default(33_554_432)
      .describe("Size of the largest request that is taken; at most a sixth of the heap."),
    MAX_METRICS_BYTES: whole(0, 536_870_912)
      .default(16_777_216)
      .describe(
        "Size of the largest published metrics that are kept, logged and given to the model; larger ones are refused in the log.",
      ),
    MAX_ANSWER_BYTES: whole(65_536, 536_870_912)
      .default(4_000_000)
      .describe("Size of the largest answer that is delivered; Python clients take 4 MiB."),
    PRIVATE_IMAGE_URLS: flag()
      .default(false)
      .describe(
        "Lets a model server of your own be sent addresses of images in private networks (localhost, 10.0.0.0/8, 169.254.169.254 …), which it may fetch. For those who serve images there.",
      ),
    DRAIN_TIMEOUT_MS: whole(0, 2_147_483_647)
      .default(25_000)
      .describe("Time that requests get to finish after SIGTERM."),
  },
  Queue: {
    QUEUE_URL: text()
      .default("sqlite:")
      .describe(
        "Where requests and answers are kept: sqlite:FILE (without FILE a file of the model's in SHARED_FOLDER_PATH), postgres://USER:PASSWORD@HOST/DATABASE for several replicas, or memory:, which a crash loses.",
      ),
    SHARED_FOLDER_PATH: text()
      .default(".arena")
      .describe("Folder that outlives the process; the queue's file is there."),
    QUEUE_DURABILITY: z
      .enum(["process", "power"], { error: "expected process or power" })
      .default("process")
      .describe(
        "What SQLite's queue survives: a crash of the process, or also one of the machine, which costs a few milliseconds more.",
      ),
    RETENTION: text()
      .regex(durationPattern, { error: "expected 0, or a number and a unit such as 12h or 7d" })
      .default("7d")
      .describe(
        "How long delivered requests, answers and published metrics are kept (s, m, h, d); 0 keeps none. A queue in memory keeps its last 500 to 1000 answers instead.",
      ),
    RETENTION_BYTES: whole(0)
      .default(536_870_912)
      .describe(
        "How much of that is kept: beyond it the oldest that was delivered is deleted before its time. On SQLite it is the size of all that the file holds.",
      ),
    ROLE: z
      .enum(["all", "gateway", "worker"], { error: "expected all, gateway or worker" })
      .default("all")
      .describe(
        "With a queue on Postgres: a gateway takes requests and delivers answers, a worker runs the model.",
      ),
    LEASE_MS: whole(500, 3_600_000)
      .default(15_000)
      .describe(
        "Time after which the work of a replica that died or froze goes to another one (Postgres).",
      ),
  },
  Logs: {
    LOG_LEVEL: z
      .enum(["debug", "info", "warn", "error", "silent"], {
        error: "expected debug, info, warn, error or silent",
      })
      .default("info")
      .describe("Least level that is logged."),
    LOG_CONTENT: flag()
      .default(false)
      .describe(
        "Logs the text of requests and answers: participants' words. Published metrics are always logged.",
      ),
    SDK_VARIABLES: flag()
      .default(false)
      .describe(
        "Lets LangChain and vendors' SDKs obey LANGSMITH_TRACING, LANGCHAIN_VERBOSE, OPENAI_CUSTOM_HEADERS and their like, which send participants' words to LangSmith, print them, or send headers of others.",
      ),
  },
  routed: {
    CONFIG_FILE: text()
      .optional()
      .describe(
        "The file with profiles and routes (docs/profiles.md, docs/routing.md); default: arena.yaml in the working directory, if it is there.",
      ),
    ROUTE: text().optional().describe("Name of the file's route to serve."),
    PROFILE_WORKSPACE: text()
      .optional()
      .describe("The file's workspace whose profiles the route may use."),
    PROFILE_USER: text()
      .optional()
      .describe("The user in that workspace whose profiles the route may use."),
  },
  "openai, openai_image, o1, o1mini": {
    OPENAI_API_KEY: text().optional().describe("Key of the OpenAI API."),
    OPENAI_MODEL: text().optional().describe("Model to ask; each built-in name has a default."),
    OPENAI_BASE_URL: url().optional().describe("Another server that speaks the OpenAI API."),
    OPENAI_SYSTEM_ROLE: systemRole()
      .optional()
      .describe("Role in which system messages are sent; user for models that know no system."),
    OPENAI_IMAGE_OUTPUT: flag()
      .default(false)
      .describe("Lets the model draw: generated images come back as the answer's image."),
  },
  "azure, aalto, aalto_…": {
    AZURE_OPENAI_API_KEY: text().optional().describe("Key of the Azure resource or gateway."),
    AZURE_OPENAI_ENDPOINT: url()
      .optional()
      .describe("The resource, such as https://NAME.openai.azure.com."),
    AZURE_OPENAI_DEPLOYMENT: text().optional().describe("The deployment to ask."),
    AZURE_OPENAI_API_VERSION: text().default("2024-10-21").describe("Version of the Azure API."),
    AZURE_OPENAI_BASE_URL: url()
      .optional()
      .describe("A gateway's whole base URL of one deployment; replaces endpoint and deployment."),
    AZURE_OPENAI_KEY_HEADER: text()
      .regex(/^[\w!#$%&'*+.^`|~-]+$/, {
        error: "expected the name of an HTTP header alone; the key is AZURE_OPENAI_API_KEY",
      })
      .optional()
      .describe("Header that carries the key, such as Ocp-Apim-Subscription-Key; default api-key."),
    AZURE_OPENAI_SYSTEM_ROLE: systemRole().optional().describe("As OPENAI_SYSTEM_ROLE."),
    AZURE_OPENAI_VISION: flag().optional().describe("Whether the deployment can see images."),
  },
  local: {
    LOCAL_BASE_URL: url()
      .default("http://localhost:11434/v1")
      .describe(
        "A server that speaks the OpenAI API: Ollama, llama.cpp, vLLM, LM Studio. /v1 is added to an address without a path.",
      ),
    LOCAL_MODEL: text().optional().describe("Model to ask, such as llama3.2."),
    LOCAL_API_KEY: text().optional().describe("Key, if the server wants one."),
    LOCAL_SYSTEM_ROLE: systemRole().optional().describe("As OPENAI_SYSTEM_ROLE."),
    LOCAL_VISION: flag().default(false).describe("Whether the model can see images."),
    LOCAL_MAX_TOKENS: whole(1)
      .optional()
      .describe("The longest answer, in tokens; without it the server's own limit, if it has one."),
  },
} as const;

/** The schema of all settings together. */
export const Settings = z.object({
  ...settingGroups.Model,
  ...settingGroups.Doors,
  ...settingGroups.Limits,
  ...settingGroups.Queue,
  ...settingGroups.Logs,
  ...settingGroups.routed,
  ...settingGroups["openai, openai_image, o1, o1mini"],
  ...settingGroups["azure, aalto, aalto_…"],
  ...settingGroups.local,
});
/** All settings, checked and frozen. */
export type Settings = Readonly<z.infer<typeof Settings>>;

/** Older names that are read when the newer one is not set (ARENA-4). */
export const settingAliases = { MODEL: "MODEL_TO_USE" } as const satisfies Partial<
  Record<keyof Settings, string>
>;

/** Settings whose values appear in no message. */
export const secretSettings: ReadonlySet<string> = new Set<keyof Settings>([
  "OPENAI_API_KEY",
  "AZURE_OPENAI_API_KEY",
  "LOCAL_API_KEY",
  // It may hold the database's password.
  "QUEUE_URL",
]);

/** Settings in which people put keys and passwords that belong elsewhere: a wrong value is not shown. */
export const guardedSettings: ReadonlySet<string> = new Set<keyof Settings>([
  "OPENAI_BASE_URL",
  "AZURE_OPENAI_ENDPOINT",
  "AZURE_OPENAI_BASE_URL",
  "AZURE_OPENAI_KEY_HEADER",
  "LOCAL_BASE_URL",
]);
