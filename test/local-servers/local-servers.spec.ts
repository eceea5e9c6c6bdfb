import { LocalStandIn } from "../fixtures/local-stand-in.ts";
import { testResources } from "../fixtures/test-resources.ts";
import { localChecks } from "./checks.ts";
import { blindModel, coldModel, endlessModel } from "./local-server.ts";

// "npm run test:local-servers" does the same beside real ones.
for (const kind of ["ollama", "llama-server", "vllm"] as const) {
  describe(`beside ${kind}, as it was seen to behave`, () => {
    const resources = testResources();
    for (const { title, kinds, examine } of localChecks) {
      if (!kinds.includes(kind)) continue;
      it(title, async () => {
        const models = [blindModel, endlessModel, coldModel];
        const server = resources.use(await LocalStandIn.start(kind, ...models));
        await examine({ kind, baseURL: server.baseURL });
      });
    }
  });
}
