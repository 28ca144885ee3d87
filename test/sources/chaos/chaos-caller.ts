import type { HttpHandler, HttpResponse } from "../../../src/adapter.ts";
import { type CallOptions, callerOf, legacyRequest, messagesOf, modernCall } from "../../support/messages.ts";
import type { Era } from "../source-client.ts";

/** One call, and what must not have happened to it. */
export interface CallReport {
  readonly ms: number;
  /** Whether it is a result of the tool. */
  readonly isAnswered: boolean;
  readonly violations: readonly string[];
}

export interface ChaosCaller {
  /** `mustAnswer`: a refusal is a violation. */
  call(upstream: string, mustAnswer: boolean): Promise<CallReport>;
  list(): Promise<CallReport>;
}

interface Message {
  readonly id?: unknown;
  readonly method?: string;
  readonly params?: { readonly progressToken?: unknown; readonly message?: string };
  readonly result?: { readonly content?: readonly { readonly text?: string }[]; readonly isError?: boolean };
}

let lastMark = 0;

/** Somebody who calls a gateway, and looks at every message of every answer. */
export async function createChaosCaller(
  handler: HttpHandler,
  { name, era }: { readonly name: string; readonly era: Era },
): Promise<ChaosCaller> {
  const send = callerOf(handler);
  const authorization = { authorization: `Bearer ${name}`, host: "127.0.0.1" };
  const session = era === "2025-11-25" ? await openSession() : {};

  async function openSession(): Promise<Record<string, string>> {
    const clientInfo = { name, version: "1" };
    const params = { protocolVersion: era, capabilities: {}, clientInfo };
    const response = await send(legacyRequest("initialize", params), { headers: authorization });
    const headers = { "mcp-session-id": String(response.headers["mcp-session-id"]), "mcp-protocol-version": era };
    await send({ jsonrpc: "2.0", method: "notifications/initialized" }, { headers: { ...authorization, ...headers } });
    return headers;
  }

  function toRequest(method: string, params: Record<string, unknown> & { name?: string }): [unknown, CallOptions] {
    const [message, { headers = {} }] =
      era === "2026-07-28" ? modernCall(method, params) : [legacyRequest(method, params), {}];
    return [message, { headers: { ...headers, ...authorization, ...session }, invocation: { clientIp: "127.0.0.1" } }];
  }

  async function ask(method: string, params: Record<string, unknown> & { name?: string }) {
    const startedAt = performance.now();
    const [message, options] = toRequest(method, params);
    const { id } = message as { readonly id: unknown };
    const response: HttpResponse = await send(message, options);
    const messages = (await messagesOf(response)) as readonly Message[];
    const answers = messages.filter((received) => received.method === undefined);
    const violations =
      answers.length === 1 && answers[0]?.id === id ? [] : [`${answers.length} answers to one request`];
    return { messages, answer: answers[0], violations, ms: performance.now() - startedAt };
  }

  return {
    async call(upstream, mustAnswer) {
      const mark = `mark-${++lastMark}`;
      const _meta = { progressToken: `token-of-${mark}` };
      const asked = await ask("tools/call", { name: `${upstream}_echo`, arguments: { mark }, _meta });
      const { ms, messages, answer } = asked;
      const text = answer?.result?.content?.[0]?.text ?? "";
      const isAnswered = text.startsWith(`${upstream} `);
      const violations = [...asked.violations];
      if (isAnswered && !(text.includes(name) && text.endsWith(` ${mark}`))) violations.push(`crossed: ${text}`);
      if (mustAnswer && !isAnswered)
        violations.push(`${upstream} is well and gave no answer: ${JSON.stringify(answer)}`);
      for (const { method, params } of messages) {
        if (method === undefined) continue;
        const isOwn = method === "notifications/progress" && params?.progressToken === _meta.progressToken;
        if (!isOwn || (params.message && params.message !== mark)) {
          violations.push(`not of this request: ${method} ${JSON.stringify(params)}`);
        }
      }
      return { ms, isAnswered, violations };
    },
    async list() {
      const { ms, violations } = await ask("tools/list", {});
      return { ms, isAnswered: false, violations };
    },
  };
}
