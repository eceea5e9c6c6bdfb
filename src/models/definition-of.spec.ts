import assert from "node:assert/strict";
import { definitionOf } from "./definition-of.ts";
import { EchoModel } from "./echo-model.ts";

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
});
