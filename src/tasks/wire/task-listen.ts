import { type JSONRPCRequest, SUBSCRIPTION_ID_META_KEY } from "@modelcontextprotocol/server";
import { streamSecondsOf } from "../../config/stream-seconds.ts";
import { failureResponse } from "../../http/error-response.ts";
import type { HttpResponse } from "../../http/http-handler.ts";
import { invocationEnd } from "../../http/invocation-end.ts";
import { isRecord } from "../../http/json-rpc.ts";
import { sseFrame, sseMessages } from "../../http/sse.ts";
import { TextStream } from "../../http/text-stream.ts";
import { endAfter } from "../../protocol-2026/listen.ts";
import type { McpRequest, ProtocolHandler } from "../../server/mcp-request.ts";
import { pollDelayMs } from "../../store/observed-store.ts";
import { accessTo } from "../task-access.ts";
import { isTerminal } from "../task-record.ts";
import type { StoredTask } from "../task-store.ts";
import { describeTask, type MethodOptions } from "./task-methods.ts";

/** Tasks that one subscription follows at most. */
const MAX_TASKS = 50;

/** The ids of tasks that a `subscriptions/listen` asks for; undefined where it asks for none. */
export function taskIdsIn({ params }: JSONRPCRequest): readonly string[] | undefined {
  const notifications = params?.notifications;
  const ids = isRecord(notifications) ? notifications.taskIds : undefined;
  if (!Array.isArray(ids)) return undefined;
  return [...new Set(ids.filter((id): id is string => typeof id === "string"))].slice(0, MAX_TASKS);
}

/**
 * Serves a subscription to tasks: everything else of it is the SDK's, whose stream gets the notifications of tasks, too.
 * They are read from the store, so that it does not matter which instance works on them. Throws STORE_UNAVAILABLE.
 */
export async function listenToTasks(
  mcpRequest: McpRequest,
  ids: readonly string[],
  inner: ProtocolHandler,
  options: MethodOptions,
): Promise<HttpResponse> {
  const { engine } = options;
  const found = await Promise.all(ids.map((id) => engine.tasks.get(id)));
  const agreed = found.filter(
    (task) => task !== undefined && accessTo(task.record, mcpRequest.caller, engine.rules) === "allowed",
  ) as StoredTask[];
  const listen = mcpRequest.message as JSONRPCRequest;
  const { taskIds: _ids, ...notifications } = (listen.params?.notifications ?? {}) as Record<string, unknown>;
  const message = { ...listen, params: { ...listen.params, notifications } };
  const response = await inner.serve({ ...mcpRequest, message });
  if (typeof response.body !== "object") return response;
  const source = response.body[Symbol.asyncIterator]();
  const left = new AbortController();
  const stream = new TextStream(() => {
    left.abort();
    void source.return?.();
  });
  void relay({ source, stream, listen, agreed, mcpRequest, options, left })
    .catch((error: unknown) => {
      mcpRequest.reportFailure(error);
      stream.push(sseFrame(failureResponse(error, listen).body));
    })
    .finally(() => {
      left.abort();
      stream.end();
    });
  return { ...response, body: stream };
}

interface Relay {
  readonly source: AsyncIterator<string>;
  readonly stream: TextStream;
  readonly listen: JSONRPCRequest;
  readonly agreed: readonly StoredTask[];
  readonly mcpRequest: McpRequest;
  readonly options: MethodOptions;
  /** Fires when nobody reads the stream any more. */
  readonly left: AbortController;
}

/** Sends what the SDK sends, and the notifications of tasks behind its acknowledgement. */
async function relay({ source, stream, listen, agreed, mcpRequest, options, left }: Relay): Promise<void> {
  const notify = (params: Record<string, unknown>): void => stream.push(notificationOf(listen, params));
  let isOnlyTasks = false;
  let followed: Promise<unknown> = Promise.resolve();
  for (let next = await source.next(); !next.done; next = await source.next()) {
    for (const text of sseMessages(next.value)) {
      const message = JSON.parse(text);
      if (message.method === "notifications/subscriptions/acknowledged") {
        const { notifications } = message.params;
        isOnlyTasks = Object.keys(notifications).length === 0;
        message.params.notifications = { ...notifications, taskIds: agreed.map(({ id }) => id) };
        stream.push(sseFrame(JSON.stringify(message)));
        const { signal } = left;
        followed = Promise.all(agreed.map((task) => follow(task, { mcpRequest, options, notify, signal })));
        continue;
      }
      // The SDK ends a subscription at once if it knows none of the filters.
      if (isOnlyTasks && "result" in message) await Promise.race([followed, timeUp(mcpRequest, options, left.signal)]);
      stream.push(sseFrame(text));
    }
  }
}

/** Settles when the subscription's time is up, which is that of every other subscription. */
function timeUp({ invocation }: McpRequest, { streamSeconds }: MethodOptions, ended: AbortSignal): Promise<void> {
  const seconds = streamSecondsOf(streamSeconds, invocation);
  return new Promise((resolve) => endAfter(resolve, { seconds, deadline: invocationEnd(invocation), ended }));
}

function notificationOf({ id }: JSONRPCRequest, task: Record<string, unknown>): string {
  const params = { ...task, _meta: { [SUBSCRIPTION_ID_META_KEY]: id } };
  return sseFrame(JSON.stringify({ jsonrpc: "2.0", method: "notifications/tasks", params }));
}

interface Following {
  readonly mcpRequest: McpRequest;
  readonly options: MethodOptions;
  readonly notify: (task: Record<string, unknown>) => void;
  readonly signal: AbortSignal;
}

/** Tells of a task as it is, and of every change, until it has ended. */
async function follow(first: StoredTask, { mcpRequest, options, notify, signal }: Following): Promise<void> {
  const { tasks, rescue } = options.engine;
  let told = "";
  let quietSince = tasks.now();
  for (let task: StoredTask | undefined = first; !signal.aborted; ) {
    const { watched, pollMs } = task.record;
    const changed = tasks.changed(first.id, watched ? pollMs : pollDelayMs(tasks.now() - quietSince), signal);
    try {
      task = await tasks.get(first.id);
      if (!task) return;
      if (watched && !isTerminal(task.record)) task = await options.refresh(task, mcpRequest);
      // A client that listens need not poll.
      await rescue(task, mcpRequest.invocation).catch(mcpRequest.reportFailure);
      const described = await describeTask(task, options);
      const text = JSON.stringify(described);
      if (signal.aborted) return;
      if (text !== told) notify(described);
      if (isTerminal(task.record)) return;
      if (text !== told) quietSince = tasks.now();
      told = text;
    } catch {
      // A store that cannot be asked is asked again.
      task ??= first;
    }
    await changed;
  }
}
