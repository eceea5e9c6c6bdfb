import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { z } from "zod";
import type { Report } from "./report.ts";
import { assertSettings } from "./settings.ts";

const durable = join("docker", "compose.durable.yaml");
const files = [durable, join("docker", "compose.yaml"), join("docker", "compose.arena.yaml")];

const Service = z.looseObject({
  image: z.string(),
  environment: z.record(z.string(), z.string().nullable()).default({}),
  networks: z.record(z.string(), z.unknown()),
  ports: z.array(z.looseObject({ target: z.number() })).default([]),
  depends_on: z.record(z.string(), z.unknown()).default({}),
  deploy: z.looseObject({ replicas: z.number() }).optional(),
  restart: z.string().optional(),
  read_only: z.boolean().default(false),
  cap_drop: z.array(z.string()).default([]),
  security_opt: z.array(z.string()).default([]),
  stop_grace_period: z.string().optional(),
  healthcheck: z.unknown().optional(),
});
const Project = z.looseObject({ services: z.record(z.string(), Service) });

/** Loads the compose files by Docker Compose's own library, and examines the durable one. */
export async function checkCompose(report: Report, compose: string): Promise<void> {
  const load = (file: string, variables: NodeJS.ProcessEnv) => {
    const { PATH } = process.env;
    const env = { PATH, ...variables };
    const { status, stdout, stderr } = spawnSync(compose, [file], { encoding: "utf8", env });
    if (status !== 0) throw new Error(stderr);
    return Project.parse(JSON.parse(stdout)).services;
  };
  for (const file of files) {
    await report.check(`${file} is a compose file whose variables are settings`, () => {
      const services = Object.values(load(file, { POSTGRES_PASSWORD: "secret" }));
      const ours = services.filter(({ image }) => image === "arena-model-server");
      assert.ok(ours.length > 0);
      const names = ours.flatMap(({ environment }) => Object.keys(environment));
      assertSettings(names.filter((name) => name !== "MODEL_TO_USE"));
    });
  }
  await report.check(`${durable} is refused without a password`, () => {
    assert.throws(() => load(durable, {}), /POSTGRES_PASSWORD is missing a value: put one into/);
  });

  const services = await report.check(`${durable} is complete`, () => {
    const found = load(durable, { POSTGRES_PASSWORD: "secret" });
    const names = ["balancer", "database", "gateway", "worker"];
    assert.deepEqual(Object.keys(found).toSorted(), names);
    return found;
  });
  if (services) await checkServices(report, services);
}

async function checkServices(
  report: Report,
  services: z.infer<typeof Project>["services"],
): Promise<void> {
  const all = Object.entries(services);
  await report.check("compose: two gateways and two workers share a queue", () => {
    const url = "postgres://arena:secret@database:5432/arena";
    for (const role of ["gateway", "worker"]) {
      const { environment, deploy } = services[role] ?? {};
      assert.partialDeepStrictEqual(environment, { ROLE: role, QUEUE_URL: url });
      assert.equal(deploy?.replicas, 2);
    }
  });
  await report.check("compose: only the arena's port is published, by the balancer", () => {
    const published = all.flatMap(([name, { ports }]) => ports.map(({ target }) => [name, target]));
    assert.deepEqual(published, [["balancer", 8061]]);
    assert.deepEqual(Object.keys(services["database"]?.networks ?? {}), ["database"]);
  });
  await report.check("compose: the gateways end their streams before the balancer stops", () => {
    assert.deepEqual(services["balancer"]?.depends_on, {});
  });
  await report.check(
    "compose: no container can change itself, gain rights, be cut short or stay away",
    () => {
      for (const [name, service] of all) {
        assert.equal(service.restart, "unless-stopped", name);
        assert.equal(service.read_only, true, name);
        assert.deepEqual(service.cap_drop, ["ALL"], name);
        assert.deepEqual(service.security_opt, ["no-new-privileges:true"], name);
        assert.ok(service.healthcheck, name);
        assert.match(service.stop_grace_period ?? "", /^(4[05]s|1m0s)$/, name);
        assert.match(service.image, /:\d+\.\d+|^arena-model-server$/, name);
      }
    },
  );
}
