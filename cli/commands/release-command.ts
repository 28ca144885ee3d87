import { AnycloudError } from "../../src/adapter.ts";
import type { CloudRelease } from "../release/cloud-release.ts";
import { CLOUD_RELEASES } from "../release/clouds/cloud-releases.ts";
import { deploy, promote } from "../release/deploy.ts";
import { type CheckResult, examine, requireAll, requireHealthy } from "../release/doctor.ts";
import { findInfrastructure, type Infrastructure } from "../release/infrastructure.ts";
import type { ReleaseCommand } from "../release/parse-release.ts";
import { type LoopOptions, refuseBreaking } from "../release/release-loop.ts";
import { diff } from "../release/surface/diff.ts";
import { createTools, type Tools } from "../release/tool.ts";
import { Interruption } from "../signals/interruption.ts";
import { toTable } from "../table.ts";

/** The outcome of a verb: for machines, and the lines that people read. */
interface Result {
  readonly result: object;
  readonly lines: readonly string[];
}

/** `mcp-anycloud deploy`, `promote`, `rollback`, `status`, `logs`, `outputs`, `destroy`, `doctor` and `diff`. */
export async function releaseCommand(command: ReleaseCommand): Promise<void> {
  const { json } = command;
  // With --json, standard output is one JSON object.
  const print = (line: string): void => void (json ? process.stderr : process.stdout).write(`${line}\n`);
  try {
    const { result, lines } = await carryOut(command, print);
    if (json) process.stdout.write(`${JSON.stringify({ ok: true, ...result })}\n`);
    else for (const line of lines) print(line);
  } catch (error) {
    if (json && error instanceof AnycloudError) {
      const { code, message } = error;
      process.stdout.write(`${JSON.stringify({ ok: false, error: { code, message } })}\n`);
    }
    throw error;
  }
}

async function carryOut(command: ReleaseCommand, print: (line: string) => void): Promise<Result> {
  const folder = process.cwd();
  const { cloud, url, dryRun, headers, allowBreaking } = command;
  if (!cloud || url) {
    const changes = await diff(url as URL, folder, headers);
    refuseBreaking(changes, allowBreaking, print);
    return { result: { changes }, lines: [] };
  }
  const infrastructure = findInfrastructure(cloud, folder);
  const tools = createTools({ folder, dryRun, print });
  const release = CLOUD_RELEASES[cloud](infrastructure, tools, command.yes);
  return carryOutOn({ command, infrastructure, tools, release, print });
}

interface Work {
  readonly command: ReleaseCommand;
  readonly infrastructure: Infrastructure;
  readonly tools: Tools;
  readonly release: CloudRelease;
  readonly print: (line: string) => void;
}

async function carryOutOn({ command, infrastructure, tools, release, print }: Work): Promise<Result> {
  const { verb, dryRun, headers, allowBreaking, call, timeoutSeconds } = command;
  const smoke = { ...(call && { call }), ...(timeoutSeconds !== undefined && { timeoutSeconds }) };
  const options: LoopOptions = { headers, allowBreaking, dryRun, print, smoke };
  if (verb === "doctor") return toDoctor(await examine(infrastructure, tools));
  if (verb !== "outputs") await requireHealthy(infrastructure, tools);
  if (verb === "deploy") {
    const deployed = await deploy(infrastructure, release, { ...options, candidate: command.candidate });
    const next = deployed.candidate ? ` Give it traffic with mcp-anycloud promote ${infrastructure.cloud}.` : "";
    return { result: deployed, lines: [`${deployed.version} answers at ${deployed.mcpUrl}.${next}`] };
  }
  if (verb === "promote") {
    const version = await promote(release, options);
    return { result: { version }, lines: [`All traffic goes to ${version}.`] };
  }
  if (verb === "rollback") {
    const version = await release.rollback();
    return { result: { version }, lines: [`All traffic is at ${version}.`] };
  }
  if (verb === "status") {
    const versions = await release.status();
    const rows = versions.map(({ version, percent, note }) => [version, String(percent), note]);
    const columns = [{ title: "version" }, { title: "%", align: "right" as const }, { title: "" }];
    return { result: { versions }, lines: [toTable(columns, rows).trimEnd()] };
  }
  if (verb === "outputs") {
    const outputs = await release.outputs();
    return { result: { outputs }, lines: Object.entries(outputs).map(([name, value]) => `${name} = ${String(value)}`) };
  }
  if (verb === "logs") await release.logs(command.follow).catch(unlessInterrupted);
  else await release.destroy();
  return { result: {}, lines: [] };
}

/** Ctrl-C is how one stops following. */
function unlessInterrupted(error: unknown): void {
  if (!(error instanceof Interruption)) throw error;
}

function toDoctor(checks: readonly CheckResult[]): Result {
  const rows = checks.map(({ what, ok, remedy }) => [what, ok ? "ok" : remedy]);
  const table = toTable([{ title: "what" }, { title: "state" }], rows).trimEnd();
  if (checks.some(({ ok }) => !ok)) process.stderr.write(`${table}\n`);
  requireAll(checks);
  return { result: { checks }, lines: [table] };
}
