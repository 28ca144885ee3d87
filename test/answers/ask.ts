import { setTimeout as sleep } from "node:timers/promises";
import { createEndpoint } from "../../src/endpoint.ts";
import { createMemoryStore } from "../../src/index.ts";
import { type Caller, callerOf, textOf } from "../support/messages.ts";
import type { Behaviour } from "./behaviour.ts";
import { createServerOf, PRIMITIVES, type Primitive, type ServerKind } from "./servers.ts";

export const MODES = [
  "2026-07-28",
  "2026-07-28, through the SDK",
  "2025-11-25, without a session",
  "2025-11-25, in a session",
  "2025-03-26, in a batch",
] as const;
type Mode = (typeof MODES)[number];
const SESSION: Mode = "2025-11-25, in a session";
const BATCH: Mode = "2025-03-26, in a batch";

/** One request, and the server that it is sent to. Plain data, so that it can be repeated. */
export interface Case {
  readonly server: ServerKind;
  readonly primitive: Primitive;
  readonly mode: Mode;
  readonly canStream: boolean;
  /** Whether its messages pass through a policy and the audit log. */
  readonly isGuarded: boolean;
  readonly id: string | number;
  readonly behaviour: Behaviour;
}

/** The platform's deadline in milliseconds. Handlers that end must not need it. */
const deadlineMsOf = ({ end }: Behaviour): number => (end === "never" ? 200 : 10_000);
/** How long after it the answer may come. */
const GRACE_MS = 1_000;

/** Small enough that "a text over the limit" is over it. */
const MAX_OUTPUT_BYTES = 200_000;

const GUARDED = { policy: { decide: () => ({ allowed: true, policies: [] }) }, audit: () => {} };

/** Sends the request of a case to a server of its own, and tells the flaw of its answer; undefined for a sound one. */
export async function flawOf(asked: Case): Promise<string | undefined> {
  const { server, mode, canStream, isGuarded, behaviour, id } = asked;
  const hasSession = mode === SESSION || mode === BATCH;
  const endpoint = createEndpoint(
    { createServer: createServerOf(server, behaviour), ...(isGuarded && GUARDED) },
    {
      logLevel: "silent",
      ...(!isGuarded && { audit: "off" }),
      heartbeatSeconds: 0.05,
      maxOutputBytes: MAX_OUTPUT_BYTES,
      fastPath: mode === "2026-07-28",
      ...(hasSession && { store: createMemoryStore() }),
    },
    { timings: { streamAfterMs: 40 } },
  );
  const call = callerOf(endpoint);
  const session = hasSession ? await openSession(call, mode.slice(0, 10)) : {};
  const timeUp = new AbortController();
  const { signal: deadline } = timeUp;
  const pending = answerTo(call, asked, session, { canStream, deadline, exclusive: true });
  const answer = await Promise.race([pending, lateAfter(timeUp, deadlineMsOf(behaviour))]);
  const isLate = deadline.aborted;
  // Stops the clock.
  timeUp.abort();
  if (!answer) return "no answer until a second after the deadline";
  const ids = mode === BATCH ? [id, BESIDE] : [id];
  const flaw = answerFlaw(answer, ids);
  if (flaw || behaviour.end === "never") return flaw;
  if (isLate) return "an answer only at the deadline";
  return answer.status >= 500 ? `an undeclared ${answer.status}` : undefined;
}

/** Fires the deadline after so many milliseconds, and resolves when the time that is left after it is over, too. */
async function lateAfter(timeUp: AbortController, deadlineMs: number): Promise<undefined> {
  await elapse(deadlineMs, timeUp.signal);
  if (timeUp.signal.aborted) return;
  timeUp.abort();
  await elapse(GRACE_MS);
}

/** Waits for time in which this process ran. The tests of a busy machine stand still for seconds. */
async function elapse(ms: number, signal?: AbortSignal): Promise<void> {
  for (let elapsedMs = 0; elapsedMs < ms && !signal?.aborted; elapsedMs += TICK_MS) await sleep(TICK_MS);
}
const TICK_MS = 10;

async function openSession(call: Caller, protocolVersion: string): Promise<Record<string, string>> {
  const clientInfo = { name: "test", version: "1" };
  const params = { protocolVersion, capabilities: {}, clientInfo };
  const { headers } = await call({ jsonrpc: "2.0", id: "open", method: "initialize", params });
  return { "mcp-session-id": String(headers["mcp-session-id"]), "mcp-protocol-version": protocolVersion };
}

/** The id of the request that is sent in the same batch. */
const BESIDE = "beside the other";

/** A response as it was read to its end. */
export interface Answer {
  readonly status: number;
  /** All that came, notifications too. */
  readonly messages: readonly object[];
  /** Why it could not be read to its end. */
  readonly broken?: string;
}

async function answerTo(
  call: Caller,
  { primitive, mode, id }: Case,
  session: Readonly<Record<string, string>>,
  invocation: object,
): Promise<Answer> {
  const { method, params } = PRIMITIVES[primitive];
  const isModern = mode.startsWith("2026");
  const modernMeta = {
    "io.modelcontextprotocol/protocolVersion": "2026-07-28",
    "io.modelcontextprotocol/clientCapabilities": {},
    "io.modelcontextprotocol/clientInfo": { name: "test", version: "1" },
  };
  const named = params.name ?? params.uri;
  const modernHeaders = {
    "mcp-protocol-version": "2026-07-28",
    "mcp-method": method,
    ...(named && { "mcp-name": named }),
  };
  const _meta = { progressToken: 1, ...(isModern && modernMeta) };
  const request = { jsonrpc: "2.0", id, method, params: { ...params, _meta } };
  const message = mode === BATCH ? [request, { jsonrpc: "2.0", id: BESIDE, method: "ping" }] : request;
  let status = 0;
  try {
    const response = await call(message, { headers: isModern ? modernHeaders : session, invocation });
    status = response.status;
    const text = await textOf(response);
    const isStream = response.headers["content-type"] === "text/event-stream";
    const texts = isStream ? [...text.matchAll(/^data: (.+)$/gm)].map(([, data]) => data ?? "") : [text];
    return { status, messages: texts.flatMap((data) => JSON.parse(data) as object | object[]) };
  } catch (error) {
    return { status, messages: [], broken: String(error) };
  }
}

/** A message of any kind. */
interface Message {
  readonly id?: unknown;
  readonly method?: unknown;
  readonly result?: unknown;
  readonly error?: { readonly code?: unknown; readonly message?: unknown };
}

/** Why an answer is not one response to each of these requests; undefined when it is. */
export function answerFlaw({ status, messages, broken }: Answer, ids: readonly unknown[]): string | undefined {
  if (broken !== undefined) return `status ${status}, broken off: ${broken}`;
  const responses = (messages as readonly Message[]).filter(({ method }) => method === undefined);
  const isAnswered = (id: unknown): boolean =>
    responses.filter((one) => one.id === id && isWellFormed(one)).length === 1;
  if (responses.length === ids.length && ids.every(isAnswered)) return undefined;
  return `status ${status}, responses ${JSON.stringify(responses).slice(0, 300)}`;
}

/** Whether a response has a result or an error of the form that JSON-RPC 2.0 (§5) and MCP give them. */
function isWellFormed({ result, error }: Message): boolean {
  if (error === undefined) return typeof result === "object" && result !== null && !Array.isArray(result);
  return result === undefined && Number.isSafeInteger(error.code) && typeof error.message === "string";
}
