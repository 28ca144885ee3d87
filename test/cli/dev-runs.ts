import { execFileSync } from "node:child_process";
import { Client, StreamableHTTPClientTransport } from "@modelcontextprotocol/client";
import { createProject, type Project } from "./project.ts";
import { type CliOptions, type RunningCli, startCli } from "./run-cli.ts";

/** Projects and runs of `dev` on free ports, to be ended after each test. */
export interface DevRuns {
  project(files: Readonly<Record<string, string>>): Project;
  start(args: readonly string[], options: CliOptions): RunningCli;
  end(): Promise<void>;
}

export function createDevRuns(): DevRuns {
  const running: RunningCli[] = [];
  const projects: Project[] = [];
  return {
    project(files) {
      const created = createProject(files);
      projects.push(created);
      return created;
    },
    start(args, options) {
      const cli = startCli(["dev", "--port", "0", ...args], options);
      running.push(cli);
      return cli;
    },
    async end() {
      for (const cli of running.splice(0)) {
        // A signal lets it remove its artefacts. The preload guard ends the instances that it leaves behind.
        cli.process.kill("SIGTERM");
        await cli.ended;
      }
      for (const project of projects.splice(0)) project.remove();
    },
  };
}

/** The processes of a group that have not ended: a zombie has, and waits for the process that inherited it. */
export function processesOfGroup(group: number): ReadonlyArray<{ readonly id: number; readonly command: string }> {
  const lines = execFileSync("ps", ["-A", "-o", "pid=,pgid=,stat=,command="], { encoding: "utf8" }).split("\n");
  const rows = lines.map((line) => line.trim().split(/ +/));
  const alive = rows.filter(([, groupId, state]) => Number(groupId) === group && !state?.startsWith("Z"));
  return alive.map(([id, , , ...command]) => ({ id: Number(id), command: command.join(" ") }));
}

/** Calls the tool `greet` and returns its response. */
export async function greet(url: string): Promise<string> {
  const client = new Client({ name: "test", version: "1" }, { versionNegotiation: { mode: "auto" } });
  try {
    await client.connect(new StreamableHTTPClientTransport(new URL(url)));
    const { content } = await client.callTool({ name: "greet", arguments: { name: "Ada" } });
    return content.map((block) => (block.type === "text" ? block.text : block.type)).join("");
  } finally {
    await client.close();
  }
}
