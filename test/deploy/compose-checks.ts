import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { z } from "zod";
import type { Report } from "./report.ts";
import { assertSettings, settingNames } from "./settings.ts";

const durable = join("docker", "compose.durable.yaml");
const dropIn = join("docker", "compose.arena.yaml");
const files = [durable, join("docker", "compose.yaml"), dropIn];
/** What the drop-in is dropped into. */
const arena = join("test", "deploy", "compose", "arena.yaml");

/** What the compose file decides for its gateways, or leaves to workers: who asks a model, and how. */
const workersOwn: ReadonlySet<string> = new Set([
  ...["SHARED_FOLDER_PATH", "QUEUE_DURABILITY", "MAX_CONCURRENCY"],
  ...["PARTIAL_ANSWERS", "PRIVATE_IMAGE_URLS", "SDK_VARIABLES"],
  ...["OPENAI_API_KEY", "OPENAI_MODEL", "OPENAI_BASE_URL"],
  ...["OPENAI_SYSTEM_ROLE", "OPENAI_IMAGE_OUTPUT"],
  ...["AZURE_OPENAI_API_KEY", "AZURE_OPENAI_API_VERSION"],
  ...["AZURE_OPENAI_KEY_HEADER", "AZURE_OPENAI_SYSTEM_ROLE"],
  ...["LOCAL_API_KEY", "LOCAL_BASE_URL", "LOCAL_SYSTEM_ROLE", "LOCAL_MAX_TOKENS"],
]);

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
    const parts = file === dropIn ? [arena, dropIn] : [file];
    const { status, stdout, stderr } = spawnSync(compose, parts, { encoding: "utf8", env });
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
  for (const file of files) {
    await report.check(
      `${file}: no container can change itself, gain rights or be cut short`,
      () => {
        for (const [name, service] of Object.entries(load(file, { POSTGRES_PASSWORD: "secret" }))) {
          if (service.image !== "orchestrator") assertLockedUp(name, service);
        }
      },
    );
  }
  await report.check(
    `${dropIn}: the orchestrator comes back, and is restarted with the model`,
    () => {
      const { orchestrator } = load(dropIn, {});
      assert.equal(orchestrator?.restart, "unless-stopped");
      assert.partialDeepStrictEqual(orchestrator.depends_on, {
        model_template: { condition: "service_healthy", restart: true },
      });
    },
  );
  await report.check(`${durable}: gateways get no vendors' keys, and all that they read`, () => {
    const folder = mkdtempSync(join(tmpdir(), "arena-compose-"));
    try {
      mkdirSync(join(folder, "docker"));
      copyFileSync(durable, join(folder, durable));
      const given = {
        POSTGRES_PASSWORD: "secret",
        MODEL: "azure",
        ...Object.fromEntries([...workersOwn].map((name) => [name, "swordfish"])),
        ANTHROPIC_API_KEY: "swordfish",
      };
      const lines = Object.entries(given).map(([name, value]) => `${name}=${value}`);
      writeFileSync(join(folder, ".env"), lines.join("\n"));
      const { gateway, worker } = load(join(folder, durable), given);
      assert.equal(gateway?.environment["MODEL"], "azure");
      assert.ok(!JSON.stringify(gateway).includes("swordfish"));
      assert.equal(worker?.environment["ANTHROPIC_API_KEY"], "swordfish");
      const read = [...settingNames].filter((name) => !workersOwn.has(name));
      assert.deepEqual(Object.keys(gateway?.environment ?? {}).toSorted(), read.toSorted());
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
}

type Service = z.infer<typeof Service>;

function assertLockedUp(name: string, service: Service): void {
  assert.equal(service.restart, "unless-stopped", name);
  assert.equal(service.read_only, true, name);
  assert.deepEqual(service.cap_drop, ["ALL"], name);
  assert.deepEqual(service.security_opt, ["no-new-privileges:true"], name);
  assert.ok(service.healthcheck, name);
  assert.match(service.stop_grace_period ?? "", /^(4[05]s|1m0s)$/, name);
  assert.match(service.image, /:\d+\.\d+|^arena-model-server$/, name);
  if (service.image !== "arena-model-server") return;
  // A setting cannot move the port that the arena calls.
  assert.partialDeepStrictEqual(service.environment, {
    ...{ GRPC_HOST: "0.0.0.0", GRPC_PORT: "8061" },
    ...{ HTTP_HOST: "0.0.0.0", HTTP_PORT: "8062" },
  });
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
}
