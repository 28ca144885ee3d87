import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { cpSync, mkdirSync, writeFileSync } from "node:fs";
import { delimiter, join } from "node:path";

/** A package manager and a Node.js, as a newcomer has them. */
export interface Tools {
  readonly manager: "npm" | "pnpm";
  /** Exact versions of the npm packages `node` and `pnpm`. */
  readonly node: string;
  readonly pnpm: string;
}

export interface NewcomerProject {
  readonly folder: string;
  /** Runs a command to its end. Rejects with all that it printed when its exit code is not 0. */
  run(command: string): Promise<string>;
  /** Starts a command in a process group of its own. */
  start(command: string): { printed(pattern: RegExp): Promise<string>; stop(): Promise<number | null> };
}

/** A new folder with the packed package in it, where only these tools and the system's are on the path. */
export async function createNewcomerProject(work: string, tarball: string, tools: Tools): Promise<NewcomerProject> {
  const toolbox = join(work, `tools-${tools.node}`);
  const folder = join(work, `notes-${tools.manager}`);
  for (const made of [toolbox, folder]) mkdirSync(made, { recursive: true });
  writeFileSync(join(toolbox, "package.json"), '{ "private": true, "allowScripts": { "node": true } }\n');
  cpSync(tarball, join(folder, "mcp-anycloud.tgz"));
  // The system's folders only: nothing of this repository is on the path.
  const system = (process.env.PATH ?? "").split(delimiter).filter((part) => !part.includes("node_modules"));
  // Keeps the settings of this machine's user for npm and certificates, and drops those of npm and of the tests' Node.js.
  const inherited = Object.entries(process.env).filter(
    ([name]) => !/^(CI$|npm_|NODE_OPTIONS$|NODE_ENV$|AWS_|VITEST)/.test(name),
  );
  const env = {
    ...Object.fromEntries(inherited),
    PATH: [join(toolbox, "node_modules/.bin"), ...system].join(delimiter),
    AWS_EC2_METADATA_DISABLED: "true",
    CDK_DISABLE_CLI_TELEMETRY: "true",
  };
  const runIn = (cwd: string, command: string): Promise<string> =>
    new Promise((resolve, reject) => {
      execFile("sh", ["-c", command], { cwd, env, maxBuffer: 2 ** 26 }, (error, stdout, stderr) => {
        if (error) reject(new Error(`\`${command}\` failed:\n${stdout}${stderr}`));
        else resolve(stdout + stderr);
      });
    });
  await runIn(toolbox, `npm install --no-audit --no-fund node@${tools.node} pnpm@${tools.pnpm}`);
  return {
    folder,
    run: (command) => runIn(folder, command),
    start(command) {
      // The group ends when this process does: its shell reads from a pipe that closes with it.
      const script = `exec 3<&0; { read -r line <&3; kill -KILL 0; } >/dev/null 2>&1 & ${command} 3<&- </dev/null`;
      const child = spawn("sh", ["-c", script], { cwd: folder, env, stdio: ["pipe", "pipe", "pipe"], detached: true });
      let output = "";
      for (const stream of [child.stdout, child.stderr]) stream.on("data", (chunk) => (output += chunk));
      const exited = once(child, "exit");
      return {
        async printed(pattern) {
          while (!pattern.test(output)) {
            if (child.exitCode !== null) throw new Error(`\`${command}\` ended:\n${output}`);
            await new Promise((resolve) => setTimeout(resolve, 50));
          }
          return output;
        },
        async stop() {
          if (child.exitCode === null) child.stdin.end();
          await exited;
          return child.exitCode;
        },
      };
    },
  };
}
