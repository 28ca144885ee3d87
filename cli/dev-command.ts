import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { AWS_SETTINGS } from "../adapters/aws/settings.ts";
import { readConfig } from "../src/adapter.ts";
import { checkEntry } from "./build/start/check-entry.ts";
import type { Cloud } from "./clouds.ts";
import type { DevCommand } from "./command.ts";
import { makeFirstCall } from "./dev/first-call.ts";
import { type Ingress, openIngress } from "./dev/ingresses.ts";
import { toReadable } from "./dev/output-line.ts";
import { openSharedState, type SharedState } from "./dev/shared-state.ts";
import { stopSignal } from "./dev/stop-signal.ts";
import { type Watch, watchEntry } from "./dev/watch-entry.ts";
import { findEntry } from "./entry.ts";
import { sentenceOf } from "./failure.ts";
import { shownPath } from "./shown-path.ts";
import { toTable } from "./table.ts";

const DEFAULT_PORTS: Readonly<Record<Cloud, number>> = { aws: 8787, azure: 8788, gcp: 8789 };

/** `mcp-anycloud dev`: serves through every ingress until it is asked to stop, then removes everything that it made. */
export async function devCommand(command: DevCommand): Promise<void> {
  const entry = findEntry(command.entry);
  const { path } = readConfig({ ...process.env, ...command.environment }, AWS_SETTINGS);
  const stop = stopSignal();
  const folder = mkdtempSync(join(tmpdir(), "mcp-anycloud-"));
  // A second Ctrl-C ends the process at once, and then only this handler runs.
  process.once("exit", () => rmSync(folder, { recursive: true, force: true }));
  // The table starts while the entry is bundled.
  const state = openSharedState(command);
  state.catch(() => {});
  const session: Session = { command, entry, path, folder, stop, state, closers: [] };
  try {
    await serve(session);
    if (!stop.aborted) await once(stop, "abort");
  } catch (error) {
    // A terminal's Ctrl-C reaches the instances too, so an instance that is starting fails.
    if (!stop.aborted) throw error;
  } finally {
    await Promise.allSettled(session.closers.map((close) => close()));
    // Closed last, because requests that are finishing need it.
    await state.then(
      ({ close }) => close(),
      () => {},
    );
  }
}

interface Session {
  readonly command: DevCommand;
  readonly entry: string;
  /** Path of the MCP endpoint. */
  readonly path: string;
  /** For the artefacts; removed at the end. */
  readonly folder: string;
  readonly stop: AbortSignal;
  readonly state: Promise<SharedState>;
  /** Functions that stop what was started. */
  readonly closers: Array<() => Promise<void>>;
}

async function serve(session: Session): Promise<void> {
  const { command, entry, path, folder, stop, closers } = session;
  const ingresses: Ingress[] = [];
  const watch: Watch = await watchEntry({
    entry,
    folder: join(folder, "entry"),
    async onChange() {
      const { environment } = await session.state;
      await checkEntry({ entry, bundle: watch.bundle, environment });
      await Promise.all(ingresses.map((ingress) => ingress.renew()));
      say("\nThe sources changed: the ingresses serve the new code.\n");
    },
    onFailure: (error) => say(`\n${sentenceOf(error)}\nThe ingresses go on with what they served before.\n`),
  });
  closers.push(() => watch.close());
  const { environment, row, notice } = await session.state;
  await checkEntry({ entry, bundle: watch.bundle, environment });
  stop.throwIfAborted();
  ingresses.push(...(await openAll(session, environment)));
  say(`\n${tableOf(ingresses, path, row)}\n`);
  if (notice) say(`${notice}\n`);
  if (command.call) await callAll(ingresses, session);
  stop.throwIfAborted();
  await watch.start();
  say(`Serving ${shownPath(entry)}, and again whenever it changes. Ctrl-C stops.\n`);
}

async function openAll(
  { command, entry, folder, closers }: Session,
  environment: SharedState["environment"],
): Promise<Ingress[]> {
  const opening = command.clouds.map((cloud, index) => {
    const { instances, amnesia } = command;
    const first = command.port === undefined ? DEFAULT_PORTS[cloud] : command.port;
    const port = command.port ? first + index : first;
    const onOutput = (line: string): void => say(toReadable(line).replaceAll(/^/gm, `${cloud.padEnd(5)} | `), "\n");
    return openIngress({ cloud, entry, folder, port, instances, amnesia, environment, onOutput });
  });
  for (const ingress of opening) closers.push(async () => (await ingress).close());
  return Promise.all(opening);
}

function tableOf(ingresses: readonly Ingress[], path: string, state: SharedState["row"]): string {
  const rows = ingresses.map(({ cloud, url, imitates }) => [cloud, url + path, imitates]);
  return toTable([{ title: "cloud" }, { title: "url" }, { title: "imitates" }], state ? [...rows, state] : rows);
}

async function callAll(ingresses: readonly Ingress[], { command: { call }, path }: Session): Promise<void> {
  if (!call) return;
  for (const { cloud, url } of ingresses) {
    const outcome = await makeFirstCall(url + path, call).then(
      (text) => `answered: ${text}`,
      (error: unknown) => `failed: ${error instanceof Error ? error.message : error}`,
    );
    say(`${cloud.padEnd(5)}  tools/call ${call.tool} ${outcome}\n`);
  }
  say("\n");
}

const say = (...texts: readonly string[]): void => void process.stdout.write(texts.join(""));
