import assert from "node:assert/strict";
import type { ChatRequest } from "../../data-models/chat.ts";
import { untold } from "./served-facts.ts";
import { type AskFacts, ServedModels } from "./served-models.ts";

const short: ChatRequest = { messages: [{ role: "user", content: "Hello" }] };
const long: ChatRequest = {
  messages: [{ role: "user", content: "Once upon a time. ".repeat(100) }],
};
const picture: ChatRequest = {
  messages: [{ role: "user", content: [{ type: "image", url: "data:image/png;base64,AA==" }] }],
};
const told = { ...untold, images: false, contextTokens: 4096 };
const { signal } = new AbortController();

describe("what is known of the models of one's own server", () => {
  let now: number;
  let asked: string[];
  beforeEach(() => {
    now = 1000;
    asked = [];
  });
  const served = (answer: AskFacts = async () => told, maxMs = 2000) =>
    new ServedModels(
      (model, limit) => {
        asked.push(model);
        return answer(model, limit);
      },
      { now: () => now, maxMs },
    );

  it("is asked for when it matters, and then for a minute no more", async () => {
    const models = served();
    await models.learn("m", short, signal);
    assert.deepEqual([asked, models.capabilities("m")], [[], {}]);
    await models.learn("m", picture, signal);
    await models.learn("m", long, signal);
    assert.deepEqual(asked, ["m"]);
    assert.deepEqual(models.capabilities("m"), {
      images: false,
      contextTokens: 4096,
      cutsSilently: false,
    });
    now += 60_000;
    await models.learn("m", long, signal);
    assert.deepEqual(asked, ["m", "m"]);
  });

  it("is asked for again as long as the model is not loaded", async () => {
    let isProvisional = true;
    const models = served(async () => ({ ...told, isProvisional }));
    for (let request = 0; request < 2; request++) await models.learn("m", long, signal);
    isProvisional = false;
    for (let request = 0; request < 2; request++) await models.learn("m", long, signal);
    assert.equal(asked.length, 3);
  });

  it("is asked for once for all who wait", async () => {
    const { promise, resolve } = Promise.withResolvers<typeof told>();
    const models = served(() => promise);
    const waiting = [models.learn("m", long, signal), models.learn("m", long, signal)];
    resolve(told);
    await Promise.all(waiting);
    assert.deepEqual(asked, ["m"]);
  });

  it("stays unknown where the server fails, and is asked for again", async () => {
    const models = served(() => Promise.reject(new Error("refused")));
    for (let request = 0; request < 2; request++) await models.learn("m", picture, signal);
    assert.deepEqual([asked.length, models.capabilities("m")], [2, {}]);
  });

  it("is asked of a server that stays silent for pictures only, until a minute has passed", async () => {
    const models = served(() => new Promise(() => {}), 1);
    const asksFor = async (request: ChatRequest) => {
      asked = [];
      await models.learn("m", request, signal);
      return asked.length;
    };
    const counts = [await asksFor(long), await asksFor(long), await asksFor(picture)];
    now += 60_000;
    assert.deepEqual([...counts, await asksFor(long)], [1, 0, 1, 1]);
  });

  it("is waited for no longer than the caller waits", async () => {
    const leaving = new AbortController();
    const learning = served(() => new Promise(() => {})).learn("m", picture, leaving.signal);
    leaving.abort(new Error("left"));
    await assert.rejects(learning, /left/);
  });

  it("holds what the server refused, beside what it told", async () => {
    const models = served(async () => ({ ...untold, contextTokens: 4096 }));
    await models.learn("m", long, signal);
    assert.equal(models.capabilities("m").images, undefined);
    models.noteBlind("m");
    assert.deepEqual(models.capabilities("m"), {
      images: false,
      contextTokens: 4096,
      cutsSilently: false,
    });
  });

  it("is bounded, whatever callers name", async () => {
    const models = served();
    for (let index = 0; index <= 1000; index++) models.noteBlind(`m${index}`);
    assert.deepEqual(models.capabilities("m0"), {});
    assert.equal(models.capabilities("m1000").images, false);
  });
});
