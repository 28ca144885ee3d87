/** Run as root in namespaces of its own: starts the contents of an image as Kubernetes does, without a network, and calls it. */
import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { runSmoke } from "../../cli/smoke/run-smoke.ts";

/** The argument of this program, as JSON. */
export interface ImageRun {
  /** Folder with the files of the image. */
  readonly root: string;
  /** The part `config` of the image (OCI image specification, "Properties"). */
  readonly config: {
    readonly User: string;
    readonly Env: readonly string[];
    readonly WorkingDir: string;
    readonly Cmd: readonly string[];
  };
}

/** The outcome, printed as JSON in the last line. */
export interface ImageReport {
  readonly user: string | undefined;
  readonly health: unknown;
  readonly smoke: Awaited<ReturnType<typeof runSmoke>>;
  /** The answer to the attempt to write into the home of the user. */
  readonly written: string;
  readonly usesCompileCache: boolean;
  readonly exitCode: number;
}

const { root, config } = JSON.parse(process.argv[2] ?? "") as ImageRun;
const run = (program: string, ...args: string[]): string => {
  const { status, stderr } = spawnSync(program, args, { encoding: "utf8" });
  if (status !== 0) throw new Error(`${program} ${args.join(" ")}: ${stderr}`);
  return stderr;
};
run("ip", "link", "set", "lo", "up");
run("mount", "--bind", root, root);
run("mount", "-o", "remount,bind,ro", root);

const inImage = ["chroot", "--groups=", `--userspec=${config.User}`, root, "env", "-i", "-C", config.WorkingDir];
const variables = [...config.Env, "PORT=8080", "NODE_DEBUG_NATIVE=COMPILE_CACHE"];
const [program = "", ...args] = [...inImage, ...variables, ...config.Cmd];
const server = spawn(program, args, { stdio: ["ignore", "inherit", "pipe"] });
let said = "";
server.stderr.setEncoding("utf8").on("data", (text: string) => {
  said += text;
});
const ended = once(server, "exit").then(([code]): number => code);

async function health(): Promise<unknown> {
  const answer = await fetch("http://127.0.0.1:8080/health").catch(() => undefined);
  if (answer) return answer.json();
  if (server.exitCode !== null) throw new Error(`The server ended: ${said}`);
  await new Promise((resolve) => setTimeout(resolve, 100));
  return health();
}

const answered = await health();
const call = { tool: "greet", arguments: { name: "Ada" } };
const smoke = await runSmoke({ url: "http://127.0.0.1:8080/mcp", call });
const written = spawnSync(program, [...inImage.slice(1), ...config.Env, "sh", "-c", ": > /home/node/written"], {
  encoding: "utf8",
});
const user = /^Uid:\s+(\d+)/m.exec(readFileSync(`/proc/${server.pid}/status`, "utf8"))?.[1];
server.kill("SIGTERM");
const exitCode = await ended;
const usesCompileCache = /V8 code cache for ESM \S+\/index\.mjs was accepted/.test(said);
const report: ImageReport = { user, health: answered, smoke, written: written.stderr, usesCompileCache, exitCode };
process.stdout.write(`\n${JSON.stringify(report)}\n`);
