import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { freePort } from "../../emulators/free-port.ts";
import { readConfig } from "../../src/adapter.ts";
import { checkEntry } from "../build/start/check-entry.ts";
import type { Cloud } from "../clouds.ts";
import { openConsole } from "../console/console.ts";
import { type Activity, createActivity } from "../dev/activity.ts";
import { clientConfigurations, serverName } from "../dev/client-configurations.ts";
import { makeFirstCall } from "../dev/first-call.ts";
import { type Ingress, openIngress } from "../dev/ingresses.ts";
import { keysLine, readKeys } from "../dev/keys.ts";
import { missingVariables } from "../dev/missing-variables.ts";
import { colored, partsOf, toReadable } from "../dev/output-line.ts";
import type { DevCommand } from "../dev/parse-dev.ts";
import { openSharedState, type SharedState } from "../dev/shared-state.ts";
import { terminalKeys } from "../dev/terminal-keys.ts";
import { type Watch, watchEntry } from "../dev/watch-entry.ts";
import { findEntry } from "../entry.ts";
import { sentenceOf } from "../failure.ts";
import { shownPath } from "../files/shown-path.ts";
import { ownPackage } from "../package-json.ts";
import { ADAPTER_SETTINGS } from "../settings.ts";
import { type StopSignal, stopSignal } from "../signals/stop-signal.ts";
import { writeStdioEntry } from "../stdio-entry.ts";
import { toTable } from "../table.ts";

/** Port where debuggers look for Node.js. */
const DEBUG_PORT = 9229;
const DEFAULT_PORTS: Readonly<Record<Cloud, number>> = { aws: 8787, azure: 8788, gcp: 8789 };

/** `mcp-anycloud dev`: serves through every ingress until it is asked to stop, then removes everything that it made. */
export async function devCommand(command: DevCommand): Promise<void> {
  const entry = command.stdio === undefined ? findEntry(command.entry) : await writeStdioEntry(command.stdio);
  const { path } = readConfig({ ...process.env, ...command.environment }, ADAPTER_SETTINGS);
  say(`mcp-anycloud ${ownPackage.version} builds ${shownPath(entry)} for ${command.clouds.join(", ")}.\n`);
  const stop = stopSignal();
  const folder = mkdtempSync(join(tmpdir(), "mcp-anycloud-"));
  // A second Ctrl-C ends the process at once, and then only this handler runs.
  process.once("exit", () => rmSync(folder, { recursive: true, force: true }));
  // The table starts while the entry is bundled.
  const state = openSharedState(command);
  state.catch(() => {});
  const session: Session = { command, entry, path, folder, stop, state, activity: createActivity(), closers: [] };
  try {
    await serve(session);
    if (!stop.signal.aborted) await once(stop.signal, "abort");
  } catch (error) {
    // A terminal's Ctrl-C reaches the instances too, so an instance that is starting fails.
    if (!stop.signal.aborted) throw error;
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
  readonly stop: StopSignal;
  readonly activity: Activity;
  readonly state: Promise<SharedState>;
  /** Functions that stop what was started. */
  readonly closers: Array<() => Promise<void>>;
}

async function serve(session: Session): Promise<void> {
  const { command, entry, path, folder, stop, closers } = session;
  const ingresses: Ingress[] = [];
  let renewal = Promise.resolve();
  const renew = (why: string): Promise<void> => {
    renewal = renewal
      .catch(() => {})
      .then(() => Promise.all(ingresses.map((ingress) => ingress.renew())))
      .then(() => tell(session, why));
    return renewal;
  };
  const onFailure = (error: unknown): void =>
    tell(session, `${sentenceOf(error)}\nThe ingresses go on with what they served before.`);
  const watch: Watch = await watchEntry({
    entry,
    folder: join(folder, "entry"),
    async onChange() {
      const { environment } = await session.state;
      await checkEntry({ entry, bundle: watch.bundle, environment });
      await renew("The sources changed: the ingresses serve the new code.");
    },
    onFailure,
  });
  closers.push(() => watch.close());
  const { environment, row, notice } = await session.state;
  await checkEntry({ entry, bundle: watch.bundle, environment });
  stop.signal.throwIfAborted();
  const debugPort = command.inspect ? await freePort(DEBUG_PORT) : undefined;
  ingresses.push(...(await openAll(session, environment, debugPort)));
  stop.signal.throwIfAborted();
  const consoleUrl = await openPage(session, ingresses);
  const rows = [...ingresses.map(({ cloud, url, imitates }) => [cloud, url + path, imitates])];
  if (row) rows.push([...row]);
  if (debugPort !== undefined) rows.push(["debug", `127.0.0.1:${debugPort}`, `Node.js of ${command.clouds[0]}`]);
  if (consoleUrl) rows.push(["console", consoleUrl, "requests, sessions, tools, log"]);
  say(`\n${toTable([{ title: "cloud" }, { title: "url" }, { title: "imitates" }], rows)}\n`);
  if (notice) say(`${notice}\n`);
  for (const sentence of await missingVariables(watch.bundle, environment)) say(`${sentence}\n`);
  if (command.call) await callAll(ingresses, session);
  stop.signal.throwIfAborted();
  await watch.start();
  const keys = terminalKeys({
    urls: ingresses.map(({ url }) => url + path),
    consoleUrl,
    say,
    restart: () => void renew("The ingresses have new instances.").catch(onFailure),
    quit: () => stop.stop(),
  });
  const end = readKeys(process.stdin, keys, () => stop.stop());
  if (end) closers.push(async () => end());
  say(`Serving ${shownPath(entry)}, and again whenever it changes. Ctrl-C stops.\n`);
  if (end) say(colored("dim", `${keysLine(keys)}\n`));
}

/** Opens the console and settles with its URL; undefined where none is wanted. */
async function openPage(session: Session, opened: readonly Ingress[]): Promise<string | undefined> {
  const { command, entry, path, activity, closers } = session;
  if (command.consolePort === undefined) return undefined;
  const ingresses = opened.map(({ cloud, url, imitates }) => ({
    cloud,
    url: url + path,
    imitates,
    configurations: clientConfigurations(url + path, serverName()),
  }));
  const { table } = await session.state;
  const page = await openConsole({ port: command.consolePort, activity, ingresses, entry: shownPath(entry), table });
  closers.push(() => page.close());
  return page.url;
}

/** Says what happened to the ingresses, here and in the log. */
function tell({ activity }: Session, what: string): void {
  activity.note(what);
  say(`\n${what}\n`);
}

async function openAll(
  { command, entry, folder, activity, closers }: Session,
  environment: SharedState["environment"],
  debugPort: number | undefined,
): Promise<Ingress[]> {
  // Each cloud's artefact has the same ones.
  const told = new Set<string>();
  const onWarnings = (warnings: readonly string[]): void => {
    for (const warning of warnings) if (!told.has(warning)) say(`${warning}\n`);
    for (const warning of warnings) told.add(warning);
  };
  const opening = command.clouds.map((cloud, index) => {
    const { instances, amnesia } = command;
    const first = command.port === undefined ? DEFAULT_PORTS[cloud] : command.port;
    const port = command.port ? first + index : first;
    const prefix = `${cloud.padEnd(5)} ${colored("dim", "|")} `;
    const onOutput = (line: string): void => {
      for (const part of partsOf(line)) {
        const printed = activity.take(cloud, part);
        if (printed) say(toReadable(printed).replaceAll(/^/gm, prefix), "\n");
      }
    };
    const debugged = index === 0 ? debugPort : undefined;
    const shared = { instances, amnesia, environment, onOutput, onWarnings };
    return openIngress({ cloud, entry, folder, port, debugPort: debugged, ...shared });
  });
  for (const ingress of opening) closers.push(async () => (await ingress).close());
  return Promise.all(opening);
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
