import type { StateStore } from "../../src/adapter.ts";
import { createEndpoint } from "../../src/endpoint.ts";
import { openSession } from "../protocol-2025/instances.ts";
import { readStream } from "../protocol-2025/stream-reader.ts";
import { type Caller, callerOf, messagesOf, modernCall } from "../support/messages.ts";
import { createManualQueue, drain } from "../tasks/manual-queue.ts";
import { TasksClient } from "../tasks/tasks-client.ts";
import { server } from "./server.ts";

/** The state that clients left, as they know it. */
export interface ClientFacts {
  readonly session: string;
  /** Id of the last event of a call whose result its client did not wait for. */
  readonly streamEvent: string;
  /** Id of the last event of the session's own stream. */
  readonly sessionEvent: string;
  readonly handle: string;
  readonly requestState: string;
  readonly endedTask: string;
  readonly askingTask: string;
}

/** The resource that the session hears about. */
export const RESOURCE = "note://1";
const KEY = { id: "a", secret: new Uint8Array(32).fill(97) };

const ASKABLE = { "io.modelcontextprotocol/clientCapabilities": { elicitation: { form: {} } } };

interface Started {
  readonly instances: readonly Caller[];
  readonly tasks: TasksClient;
  /** Calls a tool of the first one, by 2026-07-28. */
  call(name: string, args?: object, more?: object): Promise<Result>;
  /** Works on the tasks that are due. */
  work(): Promise<void>;
}

/** Instances as they start, and the queue that they share. */
export function start(store: StateStore): Started {
  const workQueue = createManualQueue();
  const options = { store, workQueue, stateKeys: [KEY], logLevel: "silent", audit: "off" } as const;
  const instance = (): Caller => callerOf(createEndpoint(server, options));
  const instances = [instance(), instance(), instance()] as const;
  const call = async (name: string, args: object = {}, more: object = {}): Promise<Result> => {
    const [message] = await messagesOf(
      await instances[0](...modernCall("tools/call", { name, arguments: args, ...more, _meta: ASKABLE })),
    );
    return message?.result as Result;
  };
  return { instances, call, tasks: new TasksClient(instances), work: () => drain(workQueue, instances) };
}

export interface Result {
  readonly content: readonly [{ readonly text: string }];
  readonly requestState: string;
}

/** Leaves state of every kind in a store. */
export async function leaveState(store: StateStore): Promise<ClientFacts> {
  const { instances, call, tasks, work } = start(store);
  const session = await openSession(instances);
  await session.ask(1, "logging/setLevel", { level: "error" });
  await session.ask(1, "resources/subscribe", { uri: RESOURCE });

  const own = await session.listen(2);
  await session.call(0, "change", { word: RESOURCE });
  await own.message();
  const sessionEvent = own.lastEventId ?? "";
  await own.leave();

  const stream = readStream(await session.call(0, "steps"));
  await stream.message();
  const streamEvent = stream.lastEventId ?? "";
  await stream.leave();
  await (await session.listen(1, streamEvent)).rest();

  await call("once", { word: "first" });
  const handle = (await call("keep", { word: "kept" })).content[0].text;
  const { requestState } = await call("ask");

  const { taskId: endedTask } = await tasks.call("work", { asks: false });
  const { taskId: askingTask } = await tasks.call("work", { asks: true });
  await work();
  return { session: session.id, streamEvent, sessionEvent, handle, requestState, endedTask, askingTask };
}
