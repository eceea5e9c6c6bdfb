import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { loadAll } from "js-yaml";
import { z } from "zod";

const folder = join("deploy", "kubernetes");

const Probe = z.object({
  grpc: z.object({ port: z.number(), service: z.string() }).optional(),
  httpGet: z.object({ port: z.string(), path: z.string() }).optional(),
  periodSeconds: z.number(),
  failureThreshold: z.number(),
});
const Container = z.looseObject({
  command: z.array(z.string()).optional(),
  env: z.array(z.looseObject({ name: z.string(), value: z.string().optional() })).default([]),
  securityContext: z.unknown().optional(),
  startupProbe: Probe.optional(),
  readinessProbe: Probe.optional(),
  livenessProbe: Probe.optional(),
  lifecycle: z
    .object({ preStop: z.object({ sleep: z.object({ seconds: z.number() }) }) })
    .optional(),
});
const PodSpec = z.looseObject({
  automountServiceAccountToken: z.boolean().optional(),
  enableServiceLinks: z.boolean().optional(),
  securityContext: z.unknown().optional(),
  serviceAccountName: z.string().optional(),
  terminationGracePeriodSeconds: z.number().optional(),
  containers: z.tuple([Container]),
});
/** The part of a pod that the checks look at. */
export type PodSpec = z.infer<typeof PodSpec>;

const Labels = z.record(z.string(), z.string());
const KubernetesObject = z.looseObject({
  apiVersion: z.string(),
  kind: z.string(),
  metadata: z.looseObject({ name: z.string(), labels: Labels }),
  data: Labels.optional(),
  spec: z.unknown().optional(),
});
/** A rendered object. */
export type KubernetesObject = z.infer<typeof KubernetesObject>;

const Deployment = z.looseObject({
  replicas: z.number().optional(),
  strategy: z.looseObject({ type: z.string() }),
  selector: z.object({ matchLabels: Labels }),
  template: z.object({
    metadata: z.object({ labels: Labels, annotations: Labels }),
    spec: PodSpec,
  }),
});
/** The part of a Deployment that the checks look at. */
export type Deployment = z.infer<typeof Deployment>;

/** What `helm template` makes of the chart with some values. */
export class Rendering {
  readonly text: string;
  readonly objects: readonly KubernetesObject[];

  constructor(text: string) {
    this.text = text;
    const documents: readonly unknown[] = loadAll(text);
    this.objects = documents.filter((it) => it !== null).map((it) => KubernetesObject.parse(it));
  }

  ofKind(kind: string): readonly KubernetesObject[] {
    return this.objects.filter((object) => object.kind === kind);
  }

  /** The only object of this kind whose name ends so. @throws Error when there are none, or several */
  only(kind: string, ending = ""): KubernetesObject {
    const found = this.ofKind(kind).filter(({ metadata }) => metadata.name.endsWith(ending));
    const [object] = found;
    if (object && found.length === 1) return object;
    throw new Error(`expected one ${kind} …${ending}, got ${found.length}`);
  }

  deployment(component: string): Deployment {
    return Deployment.parse(this.only("Deployment", `-${component}`).spec);
  }

  /** The pods of all objects. */
  pods(): readonly PodSpec[] {
    const deployed = this.ofKind("Deployment").map((it) => Deployment.parse(it.spec).template.spec);
    return [...deployed, ...this.ofKind("Pod").map((it) => PodSpec.parse(it.spec))];
  }
}

/** The chart of deploy/kubernetes, as helm sees it. */
export class Chart {
  readonly #helm: string;

  constructor(helm: string) {
    this.#helm = helm;
  }

  /** Renders it with values as of `--set`. @throws Error with what helm says */
  render(values: Readonly<Record<string, string>> = {}, files: readonly string[] = []): Rendering {
    return new Rendering(this.#run("template", ["arena", folder], values, files));
  }

  lint(values: Readonly<Record<string, string>>, files: readonly string[]): void {
    this.#run("lint", ["--strict", folder], values, files);
  }

  #run(
    command: string,
    args: readonly string[],
    values: Readonly<Record<string, string>>,
    files: readonly string[],
  ): string {
    const result = spawnSync(
      this.#helm,
      [
        command,
        ...args,
        "--namespace=people",
        // A helm that was installed by go knows no version of its own.
        `--kube-version=${newestVersion}`,
        ...files.map((file) => `--values=${file}`),
        ...Object.entries(values).map(([name, value]) => `--set=${name}=${value}`),
      ],
      { encoding: "utf8" },
    );
    if (result.status === 0) return result.stdout;
    throw new Error(result.error?.message ?? `${result.stdout}${result.stderr}`);
  }
}

/** The oldest Kubernetes that the chart allows, and newer ones. */
export const kubernetesVersions = ["1.30", "1.34.4", "1.36.3"] as const;
const newestVersion = kubernetesVersions[2];

/** The schema of the chart's values, as far as the checks look into it. */
export function readValuesSchema(): { readonly settings: readonly string[] } {
  const schema = z.object({
    properties: z.object({ settings: z.object({ properties: z.record(z.string(), z.unknown()) }) }),
  });
  const text = readFileSync(join(folder, "values.schema.json"), "utf8");
  return { settings: Object.keys(schema.parse(JSON.parse(text)).properties.settings.properties) };
}
