import { spawn } from "node:child_process";
import { once } from "node:events";
import { AnycloudError } from "../../../src/adapter.ts";
import { ownModule } from "../../own-module.ts";
import { endingInOrder } from "../../signals/ending-in-order.ts";
import type { Cpu } from "./platform.ts";

/** Version of Node.js on every platform, for which native code is fetched. */
const NODE_MAJOR = 24;

/** Whether this very Node.js loads the native code of the platforms, if that is for its processor. */
export const isNodeOfPlatforms: boolean = process.versions.node.startsWith(`${NODE_MAJOR}.`);

/** In the place of node-gyp: a program that fails. */
const NO_COMPILER = ownModule("cli/build/packages/no-compiler");

/** The most time that npm has, in milliseconds. Scripts of packages may wait for a place that cannot be reached. */
const LIMIT_MS = { scripts: 60_000, none: 180_000 };

export interface NpmRun {
  /** The processor that packages are installed for, with Linux and glibc. */
  readonly cpu: Cpu;
  /** Whether the packages' own install scripts run. */
  readonly scripts: boolean;
}

/** Runs `npm install` in a folder for another platform than this machine's. Throws BUILD_FAILED with npm's first sentence. */
export async function runNpm(folder: string, { cpu, scripts }: NpmRun): Promise<void> {
  const flags = ["--omit=dev", "--no-audit", "--no-fund", "--install-links", "--loglevel=error"];
  const platform = ["--os=linux", `--cpu=${cpu}`, "--libc=glibc", ...(scripts ? [] : ["--ignore-scripts"])];
  const isWindows = process.platform === "win32";
  const npm = spawn("npm", ["install", ...flags, ...platform], {
    cwd: folder,
    env: { ...process.env, ...environmentFor(cpu) },
    stdio: ["ignore", "ignore", "pipe"],
    shell: isWindows,
    // With a process group, its scripts end with it.
    detached: !isWindows,
  });
  let said = "";
  npm.stderr.on("data", (chunk) => {
    said += chunk;
  });
  const end = (): void => {
    if (npm.pid !== undefined && npm.exitCode === null) process.kill(isWindows ? npm.pid : -npm.pid, "SIGKILL");
  };
  const limitMs = scripts ? LIMIT_MS.scripts : LIMIT_MS.none;
  const timer = setTimeout(end, limitMs);
  // Before its folder is removed.
  process.prependOnceListener("exit", end);
  let reason: string | undefined;
  try {
    const [code, signal] = await endingInOrder(() => once(npm, "close"));
    if (signal) reason = `npm did not end within ${limitMs / 1000} s, so look what it cannot reach`;
    else if (code !== 0) reason = reasonIn(said, cpu);
  } catch {
    reason = "npm is not installed";
  } finally {
    clearTimeout(timer);
    process.off("exit", end);
  }
  if (reason === undefined) return;
  const message = `The packages beside the bundle cannot be installed for Linux on ${cpu}: ${reason}.`;
  throw new AnycloudError("BUILD_FAILED", message);
}

const environmentFor = (cpu: Cpu): Record<string, string> => ({
  // prebuild-install reads these.
  npm_config_platform: "linux",
  npm_config_arch: cpu,
  npm_config_libc: "glibc",
  ...(!isNodeOfPlatforms && { npm_config_runtime: "node", npm_config_target: `${NODE_MAJOR}.0.0` }),
  // A compiler here makes code for here, after minutes.
  ...((process.platform !== "linux" || process.arch !== cpu) && { npm_config_node_gyp: NO_COMPILER }),
});

function reasonIn(said: string, cpu: Cpu): string {
  const lines = said.split("\n").map((line) => line.replace(/^npm (error|ERR!) ?/, ""));
  const script = /^path .*node_modules[\\/](.*)/m.exec(lines.join("\n"))?.[1];
  if (script && lines.includes("command failed"))
    return `${script} has no code for it that can be fetched, so build on a machine with Linux on ${cpu}`;
  const [first = "npm failed"] = lines.filter((line) => line !== "" && !/^(code|errno|path|command) /.test(line));
  return first.replace(/\.$/, "");
}
