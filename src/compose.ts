import { Change } from "./async/change.ts";
import { toMilliseconds } from "./config/duration.ts";
import type { Settings } from "./config/settings.ts";
import type { Logger } from "./data-models/request-context.ts";
import { ConfigurationError, type ConfigurationProblem } from "./errors/arena-error.ts";
import { Lifecycle } from "./lifecycle/lifecycle.ts";
import { ServingState } from "./lifecycle/serving-state.ts";
import { Shutdown } from "./lifecycle/shutdown.ts";
import type { AIModel } from "./models/ai-model.ts";
import { definitionOf } from "./models/module/definition-of.ts";
import { createPipeline } from "./pipeline/pipeline.ts";
import type { Station } from "./pipeline/station.ts";
import { Worker } from "./pipeline/worker.ts";
import { maxRequestBytes } from "./process/heap-limit.ts";
import { createQueue, queueProblems } from "./queue/registry.ts";
import { addArenaDoors } from "./server/grpc/arena-doors.ts";
import { createCredentials, credentialProblems, type TlsFiles } from "./server/grpc/credentials.ts";
import { GrpcServer } from "./server/grpc/grpc-server.ts";
import { Health } from "./server/grpc/health.ts";
import { createArenaService, modelReception, transportBytes } from "./server/grpc/model-service.ts";
import { ByteBudget, receptionBytes } from "./server/grpc/reception/byte-budget.ts";
import { createReception } from "./server/grpc/reception/reception.ts";
import { addReflection } from "./server/grpc/reflection.ts";
import { HttpServer } from "./server/http/http-server.ts";
import { operationsRoutes } from "./server/http/operations-routes.ts";
import { GrpcMetrics } from "./telemetry/grpc-metrics.ts";
import { Metrics } from "./telemetry/metrics.ts";
import { logDelivery, logUndelivered } from "./telemetry/request-log.ts";
import { messageOf } from "./text/reason-of.ts";

/** A server that can be started once and stopped once. */
export interface ArenaServer {
  readonly modelID: string;
  /** The way of every request to the model, for callers that wait for themselves. */
  readonly pipeline: Station;
  /**
   * Opens the ports, loads the model, and resolves when requests are worked on;
   * null when it was stopped before.
   */
  start(): Promise<{ readonly grpcPort: number; readonly httpPort: number } | null>;
  /** Answers everything that was accepted, then closes. Safe to call at any time, repeatedly. */
  stop(): Promise<void>;
}

/** Time for a balancer to notice that a gateway is not ready any more. */
const balancerMs = 3000;
/** Within 5 s `predict` has to say that it has a request, and the rest of them is for the store. */
const refusalTimeoutMs = 4000;
/** A model that does not stop in time must not keep the process alive. */
const modelStopTimeoutMs = 5000;

/** What is wrong with the settings of queue and doors. */
export function serverProblems(settings: Settings): readonly ConfigurationProblem[] {
  const { QUEUE_URL, ROLE } = settings;
  return [...queueProblems(QUEUE_URL, ROLE), ...credentialProblems(tlsFiles(settings))];
}

/**
 * Wires all the parts together.
 * @throws ConfigurationError when settings or model cannot be used
 */
export async function createArenaServer(
  settings: Settings,
  model: AIModel,
  logger: Logger,
): Promise<ArenaServer> {
  const problems = serverProblems(settings);
  if (problems.length > 0) throw new ConfigurationError(problems);
  const own = definitionOf(model);
  const definition = settings.MODEL_ID ? { ...own, modelID: settings.MODEL_ID } : own;
  const { modelID } = definition;
  const [isGateway, isWorker] = [settings.ROLE !== "worker", settings.ROLE !== "gateway"];

  const metrics = new Metrics();
  const state = new ServingState();
  const health = new Health(modelID);
  const queue = await createQueue({
    url: settings.QUEUE_URL,
    folder: settings.SHARED_FOLDER_PATH,
    modelID,
    maxSize: settings.MAX_QUEUE,
    sessionOrder: model.sessionOrder,
    durability: settings.QUEUE_DURABILITY,
    retentionMs: toMilliseconds(settings.RETENTION),
    retentionBytes: settings.RETENTION_BYTES,
    leaseMs: settings.LEASE_MS,
    logger,
    onHealth: () => showHealth(),
  });
  const trouble = () => queue.durable?.health.trouble ?? null;
  const showHealth = () => {
    if (state.phase === "serving") health.setReady(trouble() === null);
  };
  metrics.watchQueue(queue);

  const pipeline = createPipeline({
    model,
    definition,
    maxConcurrency: settings.MAX_CONCURRENCY,
    maxAnswerBytes: settings.MAX_ANSWER_BYTES,
  });
  const worker = new Worker({
    queue,
    pipeline,
    maxConcurrency: settings.MAX_CONCURRENCY,
    maxAnswerBytes: settings.MAX_ANSWER_BYTES,
    logContent: settings.LOG_CONTENT,
    logger,
    onAnswered: (outcome, waitingMs, modelMs) =>
      metrics.requestAnswered(outcome, waitingMs, modelMs),
  });

  const messageLimits = {
    maxRequestBytes: Math.min(settings.MAX_REQUEST_BYTES, maxRequestBytes),
    maxAnswerBytes: settings.MAX_ANSWER_BYTES,
    maxMetricsBytes: settings.MAX_METRICS_BYTES,
  };
  const arenaMessages = modelReception(messageLimits, new ByteBudget(receptionBytes));
  const closing = new AbortController();
  let openStreams = 0;
  const streamEnd = new Change();
  const grpcServer = new GrpcServer({
    host: settings.GRPC_HOST,
    port: settings.GRPC_PORT,
    maxMessageBytes: transportBytes(messageLimits),
    reception: createReception(Object.values(arenaMessages)),
    onCut: (reason, peer) => {
      metrics.connectionCut(reason);
      logger.warn({ reason, peer }, "cut a connection that flooded the server");
    },
    health,
    credentials: createCredentials(tlsFiles(settings)),
    addServices: (server) => {
      if (settings.GRPC_REFLECTION) addReflection(server);
      if (!isGateway) return;
      addArenaDoors(server, {
        definition,
        service: createArenaService(arenaMessages),
        metrics: new GrpcMetrics(metrics.registry),
        predict: {
          modelID,
          queue,
          state,
          mode: settings.GRPC_STATUS_MODE,
          maxQueue: settings.MAX_QUEUE,
          maxRequestBytes: messageLimits.maxRequestBytes,
          maxAnswerBytes: settings.MAX_ANSWER_BYTES,
          requestTimeoutMs: settings.REQUEST_TIMEOUT_MS,
          logger,
          onAccepted: () => metrics.requestAccepted(),
          onRefused: (error) => metrics.requestRefused(error.code),
          refusalTimeoutMs,
          onUnanswered: () => metrics.refusalDropped(),
        },
        sendPrediction: {
          queue,
          closing: closing.signal,
          onOpened: () => metrics.streamsOpen.set(++openStreams),
          onClosed: () => {
            metrics.streamsOpen.set(--openStreams);
            streamEnd.notify();
          },
          onDelivered: (delivery) => {
            metrics.answerDelivered(Date.now() - delivery.times.answeredAt);
            logDelivery(logger, delivery);
          },
          onRepeated: (count) => metrics.answersRepeated(count),
        },
        publishMetrics: {
          modelID,
          maxMetricsBytes: settings.MAX_METRICS_BYTES,
          logger,
          toModel: (published) => model.publishMetrics(published),
          keep: async (sessionID, published) => queue.durable?.keepMetrics(sessionID, published),
        },
      });
    },
  });

  const httpServer = new HttpServer({
    host: settings.HTTP_HOST,
    port: settings.HTTP_PORT,
    routes: operationsRoutes(state, metrics.registry, trouble),
    onError: (error) => logger.error({ err: error }, "an HTTP request failed"),
  });
  const shutdown = new Shutdown({
    drainTimeoutMs: settings.DRAIN_TIMEOUT_MS,
    unreadyMs: settings.ROLE === "gateway" ? balancerMs : 0,
    state,
    health,
    queue,
    worker,
    closing,
    grpcServer,
    openStreams: () => openStreams,
    onStreamsEnded: (signal) => streamEnd.until(() => openStreams === 0, signal),
    onUndelivered: (delivery) => logUndelivered(logger, delivery),
    logger,
  });

  const ports = { grpcPort: 0, httpPort: 0 };
  const lifecycle = new Lifecycle(
    [
      // Probes answer while a database is waited for.
      {
        name: "http",
        start: async () => {
          ports.httpPort = await httpServer.start();
        },
        stop: () => httpServer.stop(),
      },
      { name: "queue", start: () => queue.start(), stop: () => queue.stop() },
      {
        name: "grpc",
        start: async () => {
          ports.grpcPort = await grpcServer.start();
        },
        stop: () => shutdown.closeDoors(),
      },
      { name: "deadlines", start: () => worker.watchDeadlines() },
      {
        name: "model",
        start: () => (isWorker ? startModel(model) : undefined),
        stop: () => (isWorker ? model.stop() : undefined),
        stopTimeoutMs: modelStopTimeoutMs,
      },
      {
        name: "worker",
        start: () => {
          if (isWorker) worker.start();
          state.moveTo("serving");
          health.set("SERVING");
          showHealth();
        },
        stop: () => shutdown.drain(),
      },
    ],
    {
      startTimeoutMs: settings.DRAIN_TIMEOUT_MS,
      onStopError: (part, error) => logger.error({ part, err: error }, "a part failed to stop"),
    },
  );
  return {
    modelID,
    pipeline,
    start: async () => ((await lifecycle.start()) ? ports : null),
    stop: () => {
      // A start that waits for a database is not waited for.
      if (state.phase === "starting") queue.durable?.hurry();
      return lifecycle.stop();
    },
  };
}

function tlsFiles(settings: Settings): TlsFiles {
  return {
    certificate: settings.TLS_CERT_FILE,
    key: settings.TLS_KEY_FILE,
    clientAuthority: settings.TLS_CLIENT_CA_FILE,
  };
}

async function startModel(model: AIModel): Promise<void> {
  try {
    await model.start();
  } catch (thrown) {
    if (thrown instanceof ConfigurationError) throw thrown;
    throw new Error(`the model's start() failed: ${messageOf(thrown)}`, { cause: thrown });
  }
}
