import type { ConnectionOptions } from "../../../client/connection.ts";
import type {
  metricsJson,
  modelAnswer,
  modelDefinition,
  modelRequest,
} from "../../../generated/model.ts";

/** How an orchestrator is set up. */
export interface OrchestratorOptions extends ConnectionOptions {
  /** Takes the answers that the orchestrator would carry on to the task. */
  readonly onAnswer: (answer: modelAnswer) => void;
  /** When the container is not to be asked for its definition again. */
  readonly skipsRegistration?: boolean | undefined;
  /** After this time a call counts as hanging. Default: 30 seconds. */
  readonly timeoutMs?: number | undefined;
}

/** Something in an orchestrator that stopped working, and comes back only with a restart. */
export interface Death {
  /** What died, such as "predict loop". */
  readonly what: string;
  /** The call that ended it. */
  readonly rpc: string;
  readonly reason: string;
}

/**
 * An orchestrator of the arena, with its weaknesses: what the container does
 * wrong kills parts of it for ever. A restart is a new object.
 */
export interface Orchestrator {
  /** What has died so far, in order. */
  readonly deaths: readonly Death[];

  /** Connects and registers the model; undefined when the container did not say what it is. */
  start(): Promise<modelDefinition | undefined>;

  /** Carries a request to the container, after those before it. False: dead, before or by it. */
  predict(request: modelRequest): Promise<boolean>;

  /** Carries metrics to the container. False: dead, before or by them. */
  publishMetrics(metrics: metricsJson): Promise<boolean>;

  /** Ends it, as when its process is stopped. */
  stop(): void;
}
