import { bodyOf, type NoAnswer, sendTo } from "../chaos/client-http.ts";
import { isUnlucky } from "./drill-server.ts";

/** How the calls of all clients ended. */
export interface CallsReport {
  readonly calls: number;
  /** Calls whose tool failed, of clients that a flaky version fails. */
  readonly failed: number;
  /** Sessions that were not known any more. */
  readonly lostSessions: number;
  /** A sentence for each other answer that was not the right one. */
  readonly wrong: readonly string[];
}

/** Clients with sessions, which call without end. */
export interface Callers {
  report(): CallsReport;
  /** Resolves after so many more calls have ended. */
  after(calls: number): Promise<void>;
  stop(): Promise<CallsReport>;
}

/** A client opens another session after so many calls, so that each version opens some. */
const CALLS_OF_SESSION = 25;

/** Starts clients of 2025-11-25, of which `inFlight` call at a time. */
export function startCallers(port: number, { clients, inFlight }: { clients: number; inFlight: number }): Callers {
  const counts = { calls: 0, failed: 0, lostSessions: 0 };
  const wrong: string[] = [];
  const sessions = new Map<string, { id: string; calls: number }>();
  const waiting = Array.from({ length: clients }, (_, index) => `client-${index}`);
  let isOver = false;
  let ended = (): void => {};

  async function callOnce(name: string): Promise<void> {
    const session = sessions.get(name) ?? { id: await openSession(port, name), calls: 0 };
    sessions.set(name, session);
    const nonce = `${session.id}/${++session.calls}`;
    const headers = { "mcp-session-id": session.id, "mcp-protocol-version": "2025-11-25" };
    const params = { name: "echo", arguments: { nonce } };
    const { status, text } = await post(
      port,
      { jsonrpc: "2.0", id: session.calls, method: "tools/call", params },
      headers,
    );
    const { id, result } = toAnswer(text);
    counts.calls += 1;
    const isAnswered = status === 200 && id === session.calls;
    if (status === 404) counts.lostSessions += 1;
    else if (isAnswered && result?.isError && isUnlucky(name)) counts.failed += 1;
    else if (!isAnswered || result?.content?.[0]?.text !== `${name} ${nonce}`) wrong.push(`${name}: ${status} ${text}`);
    if (session.calls >= CALLS_OF_SESSION || status === 404) sessions.delete(name);
  }

  async function work(): Promise<void> {
    while (!isOver) {
      const name = waiting.shift() as string;
      await callOnce(name).catch((error: unknown) => wrong.push(`${name}: ${error}`));
      waiting.push(name);
      ended();
    }
  }

  const working = Array.from({ length: Math.min(inFlight, clients) }, work);
  const report = (): CallsReport => ({ ...counts, wrong: [...wrong] });
  return {
    report,
    async after(more) {
      const until = counts.calls + more;
      while (counts.calls < until && wrong.length === 0) {
        const next = Promise.withResolvers<void>();
        ended = next.resolve;
        await next.promise;
      }
    },
    async stop() {
      isOver = true;
      await Promise.all(working);
      return report();
    },
  };
}

async function openSession(port: number, name: string): Promise<string> {
  const params = { protocolVersion: "2025-11-25", capabilities: {}, clientInfo: { name, version: "1.0.0" } };
  const { status, text, sessionId } = await post(port, { jsonrpc: "2.0", id: 0, method: "initialize", params }, {});
  if (sessionId === undefined) throw new Error(`no session: ${status} ${text}`);
  return sessionId;
}

async function post(
  port: number,
  message: object,
  headers: Readonly<Record<string, string>>,
): Promise<{ readonly status: number | undefined; readonly text: string; readonly sessionId?: string }> {
  const response = await sendTo(port, { method: "POST", message, headers });
  const text = await bodyOf(response).catch((error: NoAnswer) => `broken off: ${error.message}`);
  const sessionId = response.headers["mcp-session-id"]?.toString();
  return { status: response.statusCode, text, ...(sessionId !== undefined && { sessionId }) };
}

interface Answer {
  readonly id?: unknown;
  readonly result?: { readonly isError?: boolean; readonly content?: readonly { readonly text?: string }[] };
}

/** The message in a body: JSON, or the last event of a stream. */
function toAnswer(text: string): Answer {
  const data = text.startsWith("{")
    ? text
    : text
        .match(/^data: (\{.*)$/gm)
        ?.at(-1)
        ?.slice("data: ".length);
  try {
    return JSON.parse(data ?? "{}") as Answer;
  } catch {
    return {};
  }
}
