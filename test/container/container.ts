import { spawnSync } from "node:child_process";
import { RunningServer } from "./running-server.ts";

/** The command of buildah, with the place where its images are. */
const [buildah = "buildah", ...buildahOptions] = (process.env["BUILDAH"] ?? "buildah").split(" ");

/** What the image says about itself. */
export interface ImageConfig {
  readonly user: string;
  readonly workingDirectory: string;
  readonly command: readonly string[];
  readonly healthcheck: readonly string[];
  readonly environment: readonly string[];
  readonly ports: readonly string[];
  readonly volumes: readonly string[];
}

/** What a container is started with. */
export interface RunOptions {
  readonly environment?: Readonly<Record<string, string>>;
  /** SOURCE:TARGET, read-only. */
  readonly volumes?: readonly string[];
  readonly input?: string;
}

/** A container made of an image; buildah runs its processes with the image's user and settings. */
export class Container {
  readonly config: ImageConfig;
  readonly #name: string;

  constructor(image: string) {
    this.#name = callBuildah("from", "--pull-never", image).trim();
    this.config = readConfig(image);
  }

  /** Runs a command to its end. */
  run(command: readonly string[], options: RunOptions = {}) {
    const args = this.#runArguments(command, options);
    const { input = "" } = options;
    const { status, stdout, stderr } = spawnSync(buildah, args, { encoding: "utf8", input });
    return { status, stdout, stderr };
  }

  /** Runs the image's command and resolves when its log says "serving". */
  serve(options: RunOptions = {}): Promise<RunningServer> {
    return RunningServer.start(buildah, this.#runArguments(this.config.command, options));
  }

  /**
   * As `serve`, as strict as compose.yaml: process 1 of its namespace, nothing
   * of the image writable but its volumes, no capabilities, no new privileges.
   */
  serveLocked(environment: Readonly<Record<string, string>>): Promise<RunningServer> {
    const root = callBuildah("mount", this.#name).trim();
    const { user, workingDirectory, command, volumes } = this.config;
    const lock = `
      mount --bind "$0" "$0" && mount -o remount,bind,ro "$0"
      for volume in ${volumes.join(" ")}; do
        mount -t tmpfs -o mode=700 tmpfs "$0$volume" && chroot "$0" chown "$1" "$volume"
      done
      mount --rbind /dev "$0/dev" && mount -t proc proc "$0/proc" && mount -t tmpfs tmpfs "$0/tmp"
      exec chroot "$0" setpriv --reuid="$1" --regid="$1" --clear-groups --no-new-privs \\
        --bounding-set=-all --inh-caps=-all env --ignore-environment --chdir="$2" "\${@:3}"`;
    const variables = Object.entries(environment).map(([name, value]) => `${name}=${value}`);
    return RunningServer.start("unshare", [
      ...["--mount", "--pid", "--fork", "--kill-child"],
      ...["bash", "-e", "-c", lock, root, user, workingDirectory],
      ...[...this.config.environment, ...variables, ...command],
    ]);
  }

  remove(): void {
    callBuildah("rm", this.#name);
  }

  #runArguments(command: readonly string[], { environment = {}, volumes = [] }: RunOptions) {
    return [
      ...buildahOptions,
      "run",
      ...Object.entries(environment).flatMap(([name, value]) => ["--env", `${name}=${value}`]),
      ...volumes.flatMap((volume) => ["--volume", `${volume}:ro`]),
      ...[this.#name, "--", ...command],
    ];
  }
}

function readConfig(image: string): ImageConfig {
  const { Docker } = JSON.parse(callBuildah("inspect", "--type", "image", image));
  const { User, WorkingDir, Cmd, Env, ExposedPorts, Healthcheck, Volumes } = Docker.config;
  return {
    user: User,
    workingDirectory: WorkingDir,
    command: Cmd,
    environment: Env,
    ports: Object.keys(ExposedPorts),
    volumes: Object.keys(Volumes),
    // The first word is CMD: no shell.
    healthcheck: Healthcheck.Test.slice(1),
  };
}

function callBuildah(...args: string[]): string {
  const { status, stdout, stderr } = spawnSync(buildah, [...buildahOptions, ...args], {
    encoding: "utf8",
  });
  if (status !== 0) throw new Error(`buildah ${args.join(" ")} failed: ${stderr}`);
  return stdout;
}
