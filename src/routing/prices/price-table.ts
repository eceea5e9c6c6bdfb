/** Dollars per million tokens of question and answer, and tokens per second. */
type Row = readonly [input: number, output: number, speed?: number];

/** When the table was put together. */
export const pricesAsOf = "2026-11-20";

/**
 * Prices of well-known models, for ordering and for estimates: US dollars,
 * standard tier, short prompts, no cached input. From the vendors' public price
 * pages as they were quoted between June and November 2026; `prices` in
 * arena.yaml overrides them. Speeds of Groq are Groq's own; the others are
 * classes only (small, middle, large) until a model has been measured.
 */
export const priceTable: Readonly<Record<string, Readonly<Record<string, Row>>>> = {
  openai: {
    "gpt-6-sol": [2, 10, 70],
    "gpt-6-luna": [0.1, 0.5, 150],
    "gpt-5.6-sol": [4, 20, 60],
    "gpt-5.6-terra": [2, 12, 80],
    "gpt-5.6-luna": [0.2, 1.2, 150],
    "gpt-5.5": [5, 30, 50],
    "gpt-5.4": [2.5, 15, 60],
    "gpt-5.4-mini": [0.75, 4.5, 120],
    "gpt-5.4-nano": [0.2, 1.25, 150],
    "gpt-5.2": [1.75, 14, 60],
    "gpt-5": [1.25, 10, 60],
    "gpt-5-mini": [0.25, 2, 120],
    "gpt-5-nano": [0.05, 0.4, 150],
    "gpt-4.1": [2, 8, 80],
    "gpt-4.1-mini": [0.4, 1.6, 120],
    "gpt-4.1-nano": [0.1, 0.4, 150],
    "gpt-4o": [2.5, 10, 80],
    "gpt-4o-mini": [0.15, 0.6, 120],
    o1: [15, 60, 40],
    o3: [2, 8, 50],
    "o3-mini": [1.1, 4.4, 100],
    "o4-mini": [1.1, 4.4, 100],
    "text-embedding-3-small": [0.02, 0],
    "text-embedding-3-large": [0.13, 0],
  },
  anthropic: {
    "claude-fable-5": [10, 50, 40],
    "claude-opus-5-5": [4, 20, 50],
    "claude-opus-5": [5, 25, 50],
    "claude-opus-4-8": [5, 25, 50],
    "claude-opus-4-7": [5, 25, 50],
    "claude-opus-4-6": [5, 25, 50],
    "claude-opus-4-5": [5, 25, 50],
    "claude-opus-4-1": [15, 75, 40],
    "claude-opus-4": [15, 75, 40],
    "claude-sonnet-5-5": [2, 10, 70],
    "claude-sonnet-5": [2, 10, 70],
    "claude-sonnet-4-6": [3, 15, 70],
    "claude-sonnet-4-5": [3, 15, 70],
    "claude-sonnet-4": [3, 15, 70],
    "claude-3-7-sonnet": [3, 15, 70],
    "claude-3-5-sonnet": [3, 15, 70],
    "claude-haiku-5-5": [0.1, 0.5, 150],
    "claude-haiku-4-5": [1, 5, 120],
    "claude-3-5-haiku": [0.8, 4, 80],
    "claude-3-haiku": [0.25, 1.25, 120],
  },
  bedrock: {
    "amazon.nova-2-lite": [0.3, 2.5, 150],
    "amazon.nova-pro": [0.8, 3.2, 100],
    "amazon.nova-lite": [0.06, 0.24, 150],
    "amazon.nova-micro": [0.035, 0.14, 200],
    "ai21.jamba-1-5-large": [2, 8, 60],
    "ai21.jamba-1-5-mini": [0.2, 0.4, 150],
    "anthropic.claude-opus-4-6": [5, 25, 50],
    "anthropic.claude-opus-4-5": [5, 25, 50],
    "anthropic.claude-sonnet-4-6": [3, 15, 70],
    "anthropic.claude-sonnet-4-5": [3, 15, 70],
    "anthropic.claude-sonnet-4": [3, 15, 70],
    "anthropic.claude-3-7-sonnet": [3, 15, 70],
    "anthropic.claude-3-5-sonnet": [3, 15, 70],
    "anthropic.claude-haiku-4-5": [1, 5, 120],
    "anthropic.claude-3-haiku": [0.25, 1.25, 120],
  },
  gemini: {
    // The introductory price of 2026; twice as much from January 2027.
    "gemini-3.8-flash": [0.75, 3.75, 150],
    "gemini-3.5-flash": [1.5, 9, 150],
    "gemini-3.5-flash-lite": [0.3, 2.5, 200],
    "gemini-3.1-pro-preview": [2, 12, 80],
    "gemini-2.5-pro": [1.25, 10, 80],
    "gemini-2.5-flash": [0.3, 2.5, 150],
    "gemini-2.5-flash-lite": [0.1, 0.4, 200],
  },
  mistral: {
    "mistral-large-2512": [0.5, 1.5, 60],
    "mistral-medium-latest": [1.5, 7.5, 70],
    "mistral-medium-3-5": [1.5, 7.5, 70],
    "mistral-medium-2508": [0.4, 2, 70],
    "mistral-small-2603": [0.15, 0.6, 120],
    "devstral-2512": [0.4, 2, 70],
    "codestral-2508": [0.3, 0.9, 150],
    "ministral-14b-2512": [0.2, 0.2, 120],
    "ministral-8b-2512": [0.15, 0.15, 150],
    "ministral-3b-2512": [0.1, 0.1, 200],
    "mistral-embed": [0.1, 0],
  },
  "mistral-codestral": {
    codestral: [0.3, 0.9, 150],
    "codestral-2508": [0.3, 0.9, 150],
  },
  groq: {
    "openai/gpt-oss-120b": [0.15, 0.6, 500],
    "openai/gpt-oss-20b": [0.075, 0.3, 1000],
    "llama-3.3-70b-versatile": [0.59, 0.79, 280],
    "llama-3.1-8b-instant": [0.05, 0.08, 560],
  },
  together: {
    "openai/gpt-oss-120b": [0.15, 0.6, 150],
    "meta-llama/Llama-3.3-70B-Instruct-Turbo": [0.88, 0.88, 100],
  },
  cohere: {
    "command-a": [2.5, 10, 80],
    "command-r-plus": [2.5, 10, 60],
    "command-r": [0.15, 0.6, 100],
    "command-r7b": [0.0375, 0.15, 150],
    "embed-v4.0": [0.12, 0],
  },
  ai21: {
    "jamba-large": [2, 8, 60],
    "jamba-mini": [0.2, 0.4, 150],
  },
};

/** Providers that sell another one's models under its names and at its prices. */
export const sameModelsAs: Readonly<Record<string, string>> = { "azure-openai": "openai" };
