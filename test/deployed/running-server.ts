import type { Emulator } from "../../emulators/emulator.ts";
import { type IngressOptions, startIngress } from "../support/ingresses.ts";
import type { OutsideCloud } from "./local-cloud.ts";

/** An answer to a request, read to its end. */
interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  /** The JSON of its body. */
  readonly message: unknown;
}

/** A built artefact behind its cloud's ingress. Keeps all that it says, so that tests can look for what it must not. */
export interface RunningServer extends Emulator {
  /** Lines of its log. */
  readonly log: string[];
  /** Every answer that a client got from `post`, as text. */
  readonly said: string[];
  /** Sends a JSON-RPC message to the MCP endpoint. */
  post(message: object, headers?: Readonly<Record<string, string>>): Promise<Answer>;
}

export async function startServer(cloud: OutsideCloud, options: IngressOptions): Promise<RunningServer> {
  const log: string[] = [];
  const said: string[] = [];
  const emulator = await startIngress(cloud, { ...options, onOutput: (line) => log.push(line) });
  return {
    ...emulator,
    log,
    said,
    async post(message, headers = {}) {
      const response = await fetch(`${emulator.url}/mcp`, {
        method: "POST",
        headers: { "content-type": "application/json", accept: "application/json, text/event-stream", ...headers },
        body: JSON.stringify(message),
      });
      const answered = { status: response.status, headers: Object.fromEntries(response.headers) };
      const text = await response.text();
      said.push(JSON.stringify(answered), text);
      return { ...answered, message: JSON.parse(/^data: (\{.*)$/m.exec(text)?.[1] ?? text) };
    },
  };
}

/** Opens a 2025-11-25 session, which needs the table. */
export const INITIALIZE = {
  jsonrpc: "2.0",
  id: 1,
  method: "initialize",
  params: { protocolVersion: "2025-11-25", capabilities: {}, clientInfo: { name: "test", version: "1.0.0" } },
};
