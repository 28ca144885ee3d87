import {
  type JSONRPCMessage,
  type JSONRPCNotification,
  type JSONRPCResponse,
  serializeMessage,
} from "@modelcontextprotocol/server";
import { answerFor } from "../forwarding/answer-for.ts";
import type { DeclaredClient, ForwardedRequest, JsonObject } from "../forwarding/forwarded-request.ts";
import { createIdleTimer, type IdleTimer } from "../forwarding/idle-timer.ts";
import { toInitialize, toLegacyMessage } from "../forwarding/request-message.ts";
import { toResult } from "../forwarding/result.ts";
import { UpstreamFailure } from "../remote/upstream-failure.ts";
import { createFloodGuard } from "../remote/wire/flood-guard.ts";
import { type StartedProcess, startProcess } from "./start-process.ts";
import type { ProcessesOptions } from "./stdio-options.ts";

interface Pending {
  readonly request: Pick<ForwardedRequest, "notify" | "ask">;
  readonly onSessionNotification: (notification: JSONRPCNotification) => void;
  resolve(response: JSONRPCResponse): void;
  reject(error: unknown): void;
  readonly timer: IdleTimer;
  readonly progressToken: unknown;
}

/** One process, its session of the 2025 protocols, and the requests that are in flight. */
export class ChildServer {
  hasEnded = false;
  readonly #process: StartedProcess;
  readonly #limits: ProcessesOptions["limits"];
  readonly #pending = new Map<number, Pending>();
  readonly #count = createFloodGuard();
  readonly #ready: Promise<unknown>;
  /** Requests of the caller. One of them may wait for something else of the process before it is sent. */
  #requests = 0;
  #lastId = 0;
  #idleTimer: NodeJS.Timeout | undefined;
  #logLevel: string | undefined;
  /** Given with the request before: the process has one caller, who may hear what it tells later. */
  #tellCaller: Pending["onSessionNotification"] | undefined;

  constructor(options: ProcessesOptions, client: DeclaredClient, onEnd: (how: string | undefined) => void) {
    this.#limits = options.limits;
    this.#process = startProcess(options, {
      onMessage: (message) => void this.#receive(message).catch((error) => this.#fail(error)),
      onEnd: (how) => {
        this.hasEnded = true;
        clearTimeout(this.#idleTimer);
        this.#rejectAll(hasEnded());
        onEnd(how);
      },
    });
    this.#ready = this.#initialize(client);
    this.#ready.catch(() => this.end());
  }

  get isIdle(): boolean {
    return this.#requests === 0;
  }

  /** Throws ProtocolError and UpstreamFailure. */
  async request(
    request: ForwardedRequest,
    onSessionNotification: (notification: JSONRPCNotification) => void,
  ): Promise<JsonObject> {
    clearTimeout(this.#idleTimer);
    this.#requests++;
    this.#tellCaller = onSessionNotification;
    try {
      await this.#ready;
      const { logLevel } = request.client;
      if (logLevel !== undefined && logLevel !== this.#logLevel) {
        this.#logLevel = logLevel;
        const level = toLegacyMessage({ method: "logging/setLevel", params: { level: logLevel } }, ++this.#lastId);
        await this.#send(level, QUIET).catch(() => {});
      }
      const message = toLegacyMessage(request, ++this.#lastId);
      return await this.#send(message, { ...request, onSessionNotification });
    } finally {
      this.#requests--;
      if (this.isIdle) this.#idleTimer = setTimeout(() => this.end(), this.#limits.idleMs).unref();
    }
  }

  /** Ends the process; one that does not end by itself is killed. */
  end(): void {
    this.#process.end();
  }

  /** One that sends without end is ended: all callers of the instance wait for what it sends. */
  #fail(error: unknown): void {
    this.#rejectAll(error);
    this.end();
  }

  #rejectAll(error: unknown): void {
    for (const { reject } of this.#pending.values()) reject(error);
    this.#pending.clear();
  }

  async #initialize(client: DeclaredClient): Promise<void> {
    await this.#send(toInitialize(client, ++this.#lastId), QUIET);
    this.#process.write(serializeMessage({ jsonrpc: "2.0", method: "notifications/initialized" }));
  }

  async #send(message: ReturnType<typeof toLegacyMessage>, asked: Asked): Promise<JsonObject> {
    if (this.hasEnded) throw hasEnded();
    const id = message.id as number;
    const { promise, resolve, reject } = Promise.withResolvers<JSONRPCResponse>();
    const { timeoutMs } = this.#limits;
    const silent = (): void => reject(new UpstreamFailure("unavailable", `It was silent for ${timeoutMs / 1000} s.`));
    const timer = createIdleTimer(timeoutMs, silent);
    const { progressToken } = (message.params?._meta ?? {}) as { readonly progressToken?: unknown };
    this.#pending.set(id, { ...asked, request: asked, resolve, reject, timer, progressToken });
    const onAbort = (): void => reject(asked.signal?.reason);
    asked.signal?.addEventListener("abort", onAbort, { once: true });
    let response: JSONRPCResponse;
    try {
      asked.signal?.throwIfAborted();
      this.#process.write(serializeMessage(withProgressToken(message, progressToken === undefined ? undefined : id)));
      response = await promise;
    } catch (error) {
      const cancelled = { jsonrpc: "2.0", method: "notifications/cancelled", params: { requestId: id } } as const;
      if (!this.hasEnded && message.method !== "initialize") this.#process.write(serializeMessage(cancelled));
      throw error;
    } finally {
      timer.stop();
      asked.signal?.removeEventListener("abort", onAbort);
      this.#pending.delete(id);
    }
    return toResult(response);
  }

  async #receive(message: JSONRPCMessage): Promise<void> {
    if (!("method" in message)) return this.#pending.get(Number(message.id))?.resolve(message);
    // Over standard output, nothing says which request a message belongs to: with one caller, it is the newest.
    const newest = [...this.#pending.values()].at(-1);
    this.#count();
    if ("id" in message) {
      const asked = answerFor(newest?.request ?? QUIET, message);
      const reply = await (newest ? newest.timer.pausedFor(asked) : asked);
      if (!this.hasEnded) this.#process.write(serializeMessage(reply));
      return;
    }
    const { method, params } = message;
    if (method === "notifications/progress") {
      const pending = this.#pending.get(Number(params?.progressToken));
      pending?.timer.restart();
      const own = { ...message, params: { ...params, progressToken: pending?.progressToken } };
      await pending?.request.notify(own).catch(() => {});
    } else if (method === "notifications/message") await newest?.request.notify(message).catch(() => {});
    else this.#tellCaller?.(message);
  }
}

const hasEnded = (): UpstreamFailure => new UpstreamFailure("unavailable", "It ended.");

type Asked = Pick<ForwardedRequest, "notify" | "ask"> &
  Pick<Pending, "onSessionNotification"> & { readonly signal?: AbortSignal };

/** For requests of our own. */
const QUIET: Asked = {
  notify: async () => {},
  ask: () => Promise.reject(new Error("The client cannot be asked now.")),
  onSessionNotification: () => {},
};

/** Tokens of several requests may be the same. */
function withProgressToken(
  message: ReturnType<typeof toLegacyMessage>,
  progressToken: number | undefined,
): ReturnType<typeof toLegacyMessage> {
  if (progressToken === undefined) return message;
  return { ...message, params: { ...message.params, _meta: { ...message.params?._meta, progressToken } } };
}
