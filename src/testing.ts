// The test kit: what a model's author needs to test the whole way of a request.
export type { AnswerStream } from "./client/answer-stream.ts";
export {
  ArenaClient,
  type ArenaClientOptions,
  type AskOptions,
  NoAnswerError,
  type TimedAnswer,
} from "./client/arena-client.ts";
export { RpcError } from "./client/rpc-error.ts";
export type { DirectCallOptions } from "./pipeline/direct-call.ts";
export type { FaultName } from "./testing/mock-provider/faults.ts";
export type { MockRequest } from "./testing/mock-provider/request-log.ts";
export {
  type MockProvider,
  type MockProviderOptions,
  startMockProvider,
} from "./testing/mock-provider/start-mock-provider.ts";
export {
  type Script,
  type ScriptedCall,
  ScriptedModel,
  type ScriptedModelOptions,
} from "./testing/scripted-model.ts";
export {
  startTestServer,
  type TestServer,
  type TestServerOptions,
} from "./testing/start-test-server.ts";
