import assert from "node:assert/strict";
import { type ArenaConfig, emptyArenaConfig } from "../arena-file/arena-config.ts";
import type { Profile } from "../arena-file/profile.ts";
import { isOwnAccess } from "./is-own-access.ts";

describe("isOwnAccess", () => {
  const profile = (name: string, accessKey: string): Profile => ({
    name,
    provider: "openai",
    accessInfo: {},
    accessKey,
  });
  const [own, shared, twin] = [profile("own", "a"), profile("shared", "b"), profile("twin", "b")];
  const config: ArenaConfig = {
    ...emptyArenaConfig,
    account: "admin-controlled",
    profiles: [own, shared, twin],
    workspaces: [{ name: "lab", profiles: ["shared"] }],
    users: [{ user: "ada", workspace: "lab", profiles: ["own", "twin"] }],
  };
  const ada = { user: "ada", workspace: "lab" };

  it("is true for what stands in the user's lists and in nobody else's", () => {
    assert.equal(isOwnAccess(own, ada, config), true);
  });

  it("is false for what a workspace has, also by another name", () => {
    assert.equal(isOwnAccess(shared, ada, config), false);
    assert.equal(isOwnAccess(twin, ada, config), false);
  });

  it("is false for another user, for nobody, and where another user has it too", () => {
    assert.equal(isOwnAccess(own, { ...ada, user: "grace" }, config), false);
    assert.equal(isOwnAccess(own, { user: null, workspace: null }, config), false);
    const both = [...config.users, { user: "grace", workspace: "lab", profiles: ["own"] }];
    assert.equal(isOwnAccess(own, ada, { ...config, users: both }), false);
  });

  it("is false where everybody may use all profiles", () => {
    assert.equal(isOwnAccess(own, ada, { ...config, account: "user-controlled" }), false);
  });
});
