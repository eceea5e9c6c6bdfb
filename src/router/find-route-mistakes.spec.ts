import assert from "node:assert/strict";
import { findRouteMistakes } from "./find-route-mistakes.ts";
import { RouteConfig } from "./route-config.ts";

const profiles = [
  { name: "main", provider: "openai" },
  { name: "own", provider: "ollama" },
];

function mistakesOf(...routes: readonly object[]) {
  return findRouteMistakes(
    routes.map((route) => RouteConfig.parse(route)),
    profiles,
  );
}

describe("findRouteMistakes", () => {
  it("finds nothing wrong with routes to profiles that are there", () => {
    const candidates = [{ profile: "main", model: "gpt-4o", provider: "openai" }];
    assert.deepEqual(mistakesOf({ name: "a", candidates }, { name: "b", model: "gpt-4o" }), []);
  });

  it("names a profile that is not there, and the one that was meant", () => {
    const candidates = [
      { profile: "own", model: "m" },
      { profile: "mian", model: "m" },
    ];
    assert.deepEqual(mistakesOf({ name: "a", candidates }), [
      {
        path: ["routes", 0, "candidates", 1, "profile"],
        message: "no profile has this name; there is main, own. Did you mean main?",
      },
    ]);
  });

  it("names a provider that the profile does not have", () => {
    const candidates = [{ profile: "own", model: "m", provider: "openai" }];
    assert.deepEqual(mistakesOf({ name: "a", candidates }), [
      {
        path: ["routes", 0, "candidates", 0, "provider"],
        message: "the profile's provider is ollama; write that, or nothing",
      },
    ]);
  });

  it("names the second of two routes of one name", () => {
    const route = { name: "a", model: "m" };
    assert.deepEqual(mistakesOf(route, { ...route, name: "b" }, route), [
      {
        path: ["routes", 2, "name"],
        message: "is the name of routes[0] as well; give each route its own",
      },
    ]);
  });
});
