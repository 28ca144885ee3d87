import { mkdtemp, rm } from "node:fs/promises";
import { Agent, type IncomingMessage } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { buildTarget } from "../../cli/build/build-target.ts";
import { type ArtefactForm, describeArtefact } from "../../emulators/gcp/artefact.ts";
import { type ServiceInstance, startServiceInstance } from "../../emulators/gcp/service-instance.ts";
import { startLocalTable } from "../../emulators/local-table.ts";
import { startFaultProxy } from "../store/fault-proxy.ts";
import { bodyOf, eventsOf, sendTo } from "./client-http.ts";
import { countOf } from "./count-of.ts";

export interface EndingOptions {
  readonly form: ArtefactForm;
  /** Requests in flight when the signal comes: half of them calls, a quarter `initialize`, a quarter replies. */
  readonly inFlight: number;
  /** How far the store is. */
  readonly storeMs: number;
}

export interface EndingReport {
  /** How many requests were answered with each status. */
  readonly statuses: Readonly<Record<string, number>>;
  /** Replies of users whose tool, on the other instance, never heard of them. */
  readonly lostReplies: number;
  /** Sessions that were opened and that the other instance does not know. */
  readonly lostSessions: number;
  /** "exit code 0" for an instance that ended by itself. */
  readonly ended: string;
}

type Headers = Readonly<Record<string, string>>;

const ENTRY = fileURLToPath(new URL("./ending-server.ts", import.meta.url));
const INITIALIZE = {
  protocolVersion: "2025-11-25",
  capabilities: { elicitation: {} },
  clientInfo: { name: "ending", version: "1.0.0" },
};
/** Time from SIGTERM to SIGKILL ("Container runtime contract", instance shutdown). */
const GRACE_MS = 10_000;
/** How long the other instance may take to hand over what it heard. */
const PATIENCE_MS = 20_000;

let lastId = 0;
const request = (method: string, params: object): object => ({ jsonrpc: "2.0", id: ++lastId, method, params });

/** Ends one of two instances with SIGTERM while its requests wait for a distant store, and reports what became of them. */
export async function runEnding({ form, inFlight, storeMs }: EndingOptions): Promise<EndingReport> {
  await using resources = new AsyncDisposableStack();
  const artefact = await mkdtemp(join(tmpdir(), "ending-"));
  resources.defer(() => rm(artefact, { recursive: true }));
  await buildTarget({ platform: "gcp", entry: ENTRY, outDir: artefact });
  const table = await startLocalTable();
  resources.defer(() => table.close());
  const store = await startFaultProxy(table.url);
  resources.defer(() => store.close());
  store.plan = () => sleep(storeMs, "passes");
  const environment = { ...table.environment, AWS_ENDPOINT_URL_DYNAMODB: store.endpoint };
  const start = async (): Promise<ServiceInstance> => {
    const instance = await startServiceInstance({
      artefact: await describeArtefact({ artefact, form, environment, timeoutSeconds: 300, revision: 1 }),
      startupMs: 60_000,
      signal: new AbortController().signal,
    });
    resources.defer(() => instance.stop());
    return instance;
  };
  const [ending, other] = [await start(), await start()];

  const quarter = Math.floor(inFlight / 4);
  const headers = await openSession(other.port);
  const questions = await Promise.all(Array.from({ length: quarter }, () => ask(other.port, headers)));
  // Half of the requests come on connections that the instance knows, half on new ones.
  const agent = new Agent({ keepAlive: true, maxSockets: Number.POSITIVE_INFINITY, maxFreeSockets: inFlight / 2 });
  resources.defer(() => agent.destroy());
  await Promise.all(Array.from({ length: inFlight }, () => health(ending.port, agent)));

  const sending: Promise<void>[] = [];
  const post = (message: object, own: Headers = headers): Promise<IncomingMessage> => {
    const { promise, resolve } = Promise.withResolvers<void>();
    sending.push(promise);
    return sendTo(ending.port, { method: "POST", headers: own, message, agent, onSent: resolve });
  };
  // The store answers nobody before the signal, so that every request is in flight when it comes.
  const { promise: signalled, resolve: signal } = Promise.withResolvers<void>();
  store.plan = () => signalled.then(() => sleep(storeMs, "passes"));
  const sent = [
    ...Array.from({ length: inFlight - 2 * quarter }, () =>
      post(request("tools/call", { name: "echo", arguments: { word: "hello" } })),
    ),
    ...Array.from({ length: quarter }, () => post(request("initialize", INITIALIZE), {})),
    ...questions.map(({ id }) => post({ jsonrpc: "2.0", id, result: { action: "accept", content: { word: "yes" } } })),
  ];
  const answering = Promise.all(sent.map(outcomeOf));
  await Promise.all(sending);
  const ended = ending.stop(GRACE_MS).then(() => ending.exited);
  signal();
  const outcomes = await answering;

  const heard = await Promise.all(questions.map(({ word }) => Promise.race([word, sleep(PATIENCE_MS)])));
  const sessions = outcomes.flatMap(({ sessionId }) => sessionId ?? []);
  const known = await Promise.all(sessions.map((id) => pinged(other.port, { ...headers, "mcp-session-id": id })));
  return {
    statuses: countOf(outcomes.map(({ status }) => status)),
    lostReplies: heard.filter((word) => word !== "yes").length,
    lostSessions: known.filter((isKnown) => !isKnown).length,
    ended: await ended,
  };
}

async function openSession(port: number): Promise<Headers> {
  const response = await sendTo(port, { method: "POST", headers: {}, message: request("initialize", INITIALIZE) });
  await bodyOf(response);
  return { "mcp-session-id": String(response.headers["mcp-session-id"]), "mcp-protocol-version": "2025-11-25" };
}

interface Question {
  readonly id: unknown;
  /** The answer of the tool when it has heard the reply. */
  readonly word: Promise<unknown>;
}

/** Calls the tool that asks, and reads its stream to the question. */
async function ask(port: number, headers: Headers): Promise<Question> {
  const message = request("tools/call", { name: "ask", arguments: {} });
  const events = eventsOf(await sendTo(port, { method: "POST", headers, message }));
  const next = async (): Promise<Record<string, unknown>> => {
    for (;;) {
      const { value } = await events.next();
      if (!value) throw new Error("the stream of a question ended");
      if (value.message) return value.message;
    }
  };
  const { id } = await next();
  const word = next().then(({ result }) => (result as { content: [{ text: string }] } | undefined)?.content[0].text);
  return { id, word: word.catch(() => undefined) };
}

async function health(port: number, agent: Agent): Promise<void> {
  await bodyOf(await sendTo(port, { method: "GET", path: "/health", headers: {}, agent }));
}

async function pinged(port: number, headers: Headers): Promise<boolean> {
  const response = await sendTo(port, { method: "POST", headers, message: request("ping", {}) });
  await bodyOf(response);
  return response.statusCode === 200;
}

interface Outcome {
  /** The status, or the reason why there is none. */
  readonly status: string;
  readonly sessionId?: string | undefined;
}

async function outcomeOf(sent: Promise<IncomingMessage>): Promise<Outcome> {
  try {
    const response = await sent;
    const text = await bodyOf(response);
    const failed = text.includes('"error"') ? ` ${text}` : "";
    return { status: `${response.statusCode}${failed}`, sessionId: response.headers["mcp-session-id"]?.toString() };
  } catch (error) {
    return { status: String(error) };
  }
}
