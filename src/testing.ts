// The test kit: what a model's author needs to test the whole way of a request.
export { ArenaClient } from "./client/arena-client.ts";
export { type Script, ScriptedModel } from "./testing/scripted-model.ts";
export {
  startTestServer,
  type TestServer,
  type TestServerOptions,
} from "./testing/start-test-server.ts";
