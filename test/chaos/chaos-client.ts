import type { IncomingMessage } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import { bodyOf, type ClientRequest, eventsOf, NoAnswer, sendTo } from "./client-http.ts";

type Message = Record<string, unknown>;

export interface ChaosClientOptions {
  /** Picks the instance for the next request; undefined while there is none. */
  readonly pickPort: () => number | undefined;
  /** The time by which all calls must have ended. */
  readonly deadline: AbortSignal;
}

/** How one request ended, and what came before that. */
export interface CallOutcome {
  /** Messages of the server before the end, in order: notifications and questions. */
  readonly heard: readonly Message[];
  /** The answer, or the word that it failed, which the client's user gets to see. */
  readonly answer: Message | undefined;
  /** How often the stream was resumed. */
  readonly resumed: number;
}

/** A client of the 2025-11-25 protocol that does what the specification expects of one whose connections break. */
export interface ChaosClient {
  open(): Promise<void>;
  /** Sends a request and sees it through; `onQuestion` answers what the server asks. */
  call(request: Message, onQuestion: (question: Message) => Message): Promise<CallOutcome>;
  /** Everything the standalone stream said so far. */
  readonly announced: readonly Message[];
  /** Listens on the standalone stream until `signal` fires. */
  listen(signal: AbortSignal): Promise<void>;
  /** Ends the session. */
  end(): Promise<void>;
}

const RETRY_MS = 100;

export function createChaosClient({ pickPort, deadline }: ChaosClientOptions): ChaosClient {
  const announced: Message[] = [];
  let session: Readonly<Record<string, string>> = {};

  /** As a load balancer would: an instance that takes no connections is passed over, and so is one that says 503. */
  async function send(request: Omit<ClientRequest, "headers">, headers = {}): Promise<IncomingMessage> {
    for (;;) {
      deadline.throwIfAborted();
      const port = pickPort();
      if (port !== undefined) {
        try {
          const response = await sendTo(port, { ...request, headers: { ...session, ...headers } });
          if (response.statusCode !== 503) return response;
          await bodyOf(response);
        } catch (error) {
          if (!(error instanceof NoAnswer) || error.message !== "ECONNREFUSED") throw error;
        }
      }
      await sleep(RETRY_MS);
    }
  }

  /** For what may be sent twice: until an instance has taken it. */
  async function insist(request: Omit<ClientRequest, "headers">, headers = {}): Promise<IncomingMessage> {
    for (;;) {
      try {
        return await send(request, headers);
      } catch (error) {
        if (!(error instanceof NoAnswer)) throw error;
        await sleep(RETRY_MS);
      }
    }
  }

  async function reply(message: Message): Promise<void> {
    for (;;) {
      const response = await insist({ method: "POST", message });
      const text = await bodyOf(response).catch(() => undefined);
      if (text === undefined) continue;
      if (response.statusCode !== 202) throw new Error(`a reply was answered with ${response.statusCode}: ${text}`);
      return;
    }
  }

  async function call(request: Message, onQuestion: (question: Message) => Message): Promise<CallOutcome> {
    const heard: Message[] = [];
    let resumed = 0;
    let lastEventId: string | undefined;
    const failed = (reason: string): CallOutcome => ({ heard, answer: { error: { message: reason } }, resumed });
    let response: IncomingMessage;
    try {
      response = await send({ method: "POST", message: request });
      if (!isStream(response)) return { heard, answer: JSON.parse(await bodyOf(response)), resumed };
    } catch (error) {
      if (error instanceof NoAnswer) return failed(`no answer: ${error.message}`);
      throw error;
    }
    for (;;) {
      try {
        for await (const { id, message } of eventsOf(response)) {
          lastEventId = id ?? lastEventId;
          if (!message) continue;
          if (!("method" in message)) return { heard, answer: message, resumed };
          heard.push(message);
          if ("id" in message) void reply({ jsonrpc: "2.0", id: message.id, ...onQuestion(message) }).catch(() => {});
        }
      } catch (error) {
        if (!(error instanceof NoAnswer)) throw error;
      }
      if (lastEventId === undefined) return failed("the stream broke before it could be resumed");
      resumed += 1;
      response = await insist({ method: "GET" }, { "last-event-id": lastEventId });
      if (response.statusCode !== 200) throw new Error(`resuming ${lastEventId}: ${await bodyOf(response)}`);
    }
  }

  async function listen(signal: AbortSignal): Promise<void> {
    let lastEventId: string | undefined;
    while (!signal.aborted) {
      const response = await insist({ method: "GET" }, lastEventId ? { "last-event-id": lastEventId } : {});
      const stop = (): void => void response.destroy();
      signal.addEventListener("abort", stop, { once: true });
      try {
        for await (const { id, message } of eventsOf(response)) {
          lastEventId = id ?? lastEventId;
          if (message) announced.push(message);
        }
      } catch (error) {
        if (!(error instanceof NoAnswer)) throw error;
      } finally {
        signal.removeEventListener("abort", stop);
      }
      if (!signal.aborted) await sleep(RETRY_MS);
    }
  }

  return {
    announced,
    async open() {
      const params = {
        protocolVersion: "2025-11-25",
        capabilities: { elicitation: {} },
        clientInfo: { name: "chaos", version: "1.0.0" },
      };
      for (;;) {
        const response = await insist({
          method: "POST",
          message: { jsonrpc: "2.0", id: 0, method: "initialize", params },
        });
        const body = await bodyOf(response).catch(() => undefined);
        const id = response.headers["mcp-session-id"];
        if (body === undefined) continue;
        if (typeof id !== "string") throw new Error(`no session: ${response.statusCode} ${body}`);
        session = { "mcp-session-id": id, "mcp-protocol-version": "2025-11-25" };
        return;
      }
    },
    call,
    listen,
    async end() {
      await bodyOf(await insist({ method: "DELETE" }));
    },
  };
}

const isStream = ({ headers }: IncomingMessage): boolean => headers["content-type"] === "text/event-stream";
