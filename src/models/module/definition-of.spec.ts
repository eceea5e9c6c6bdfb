import assert from "node:assert/strict";
import { ConfigurationError } from "../../errors/arena-error.ts";
import { EchoModel } from "../builtin/echo-model.ts";
import { definitionOf } from "./definition-of.ts";

describe("definitionOf", () => {
  const saying = (definition: unknown) =>
    Object.assign(new EchoModel(), { getModelDefinition: () => definition });

  it("passes on what a model says about itself", () => {
    assert.equal(definitionOf(new EchoModel()).modelID, "echo");
  });

  it("names each place that is wrong", () => {
    const definition = { ...definitionOf(new EchoModel()), modelID: "", canText: "yes" };
    assert.throws(() => definitionOf(saying(definition)), /at modelID[\s\S]*at canText/);
  });

  it("says that the method must not be async", () => {
    assert.throws(() => definitionOf(saying(Promise.resolve({}))), /it must not be async/);
  });

  it("says that the method failed, whatever it threw", () => {
    const failing = (thrown: unknown) =>
      Object.assign(new EchoModel(), {
        getModelDefinition: () => {
          throw thrown;
        },
      });
    const refused = (thrown: unknown, expected: RegExp) =>
      assert.throws(
        () => definitionOf(failing(thrown)),
        (error) => error instanceof ConfigurationError && expected.test(error.message),
      );
    refused(new Error("no weights"), /MODEL: getModelDefinition\(\) failed: Error: no weights/);
    refused(null, /failed: null/);
    refused(Object.create(null), /failed: \[Object: null prototype\]/);
  });
});
