import { setTimeout as sleep } from "node:timers/promises";
import { createChaosClient } from "../chaos/chaos-client.ts";
import { bodyOf, type ClientRequest, eventsOf, NoAnswer, sendTo } from "../chaos/client-http.ts";
import { runSession } from "../chaos/session-run.ts";
import { type Caller, messagesOf, modernCall } from "../support/messages.ts";
import { TasksClient } from "../tasks/tasks-client.ts";
import { NOTE } from "./soak-server.ts";

/** The clients' work so far. */
export interface SoakActivity {
  /** Numbers of what was carried through, by kind. */
  readonly done: Record<string, number>;
  /** Changes that listeners were told of. */
  heard: number;
  readonly failures: string[];
}

export interface SoakClientsOptions {
  readonly activity: SoakActivity;
  readonly pickPort: () => number;
  /** Fires when no client shall begin anything any more. */
  readonly over: AbortSignal;
  /** Their pauses, as parts of those that are written here. */
  readonly pace: number;
}

/** A session that takes so many seconds hangs. */
const LONGEST_SECONDS = 120;
const MOST_POLLS = 300;

/** Runs calls, sessions with a standalone stream and questions, tasks, and listeners. Resolves when the last of them has ended. */
export async function runClients({ activity, pickPort, over, pace }: SoakClientsOptions): Promise<void> {
  const { done, failures } = activity;

  const call: Caller = async (message, { headers = {}, method = "POST" } = {}) => {
    const request = { method: method as ClientRequest["method"], headers, message };
    const response = await sendTo(pickPort(), request);
    return {
      status: response.statusCode ?? 0,
      headers: response.headers as Record<string, string>,
      body: await bodyOf(response),
    };
  };

  async function repeat(kind: string, pauseMs: number, act: (turn: number) => Promise<void>): Promise<void> {
    for (let turn = 0; !over.aborted; turn++) {
      try {
        await act(turn);
        done[kind] = (done[kind] ?? 0) + 1;
      } catch (error) {
        failures.push(`${kind}: ${error}`);
      }
      await sleep(pauseMs * pace, undefined, { signal: over }).catch(() => {});
    }
  }

  async function callTool(turn: number): Promise<void> {
    const word = `word-${turn}`;
    const params = turn % 10 === 9 ? { name: "change" } : { name: "echo", arguments: { word } };
    const [answer] = await messagesOf(await call(...modernCall("tools/call", params)));
    expectText(answer?.result, turn % 10 === 9 ? "changed" : word);
  }

  async function liveInSession(turn: number): Promise<void> {
    const client = createChaosClient({ pickPort, deadline: AbortSignal.timeout(LONGEST_SECONDS * 1000) });
    const pausesMs = [2_000, 10_000, 10_000].map((ms) => ms * pace);
    const { failed, reasons, violations } = await runSession(client, { name: "soak", steps: 2, gapMs: 50, pausesMs });
    // The other clients are never heard of again.
    if (turn % 2 === 0) await client.end();
    if (failed > 0 || violations.length > 0) throw new Error([...reasons, ...violations].join("; ").slice(0, 500));
  }

  async function doTask(turn: number): Promise<void> {
    const client = new TasksClient([call]);
    const { taskId } = await client.call("job", { word: "known" });
    for (let poll = 0; poll < MOST_POLLS; poll++) {
      const task = await client.get(taskId);
      const asked = Object.keys(task.inputRequests ?? {});
      const answer = { action: "accept", content: { word: `${turn}` } };
      if (asked.length > 0) await client.answer(taskId, Object.fromEntries(asked.map((key) => [key, answer])));
      else if (task.status !== "working") return expectText(task.result, `known ${turn}`);
      await sleep(200);
    }
    throw new Error(`${taskId} never ended`);
  }

  async function listen(): Promise<void> {
    const notifications = { resourceSubscriptions: [NOTE] };
    const [message, { headers = {} }] = modernCall("subscriptions/listen", { notifications });
    const response = await sendTo(pickPort(), { method: "POST", headers, message });
    let isLeaving = false;
    const leave = setTimeout(() => {
      isLeaving = true;
      response.destroy();
    }, 30_000 * pace);
    try {
      for await (const { message: told } of eventsOf(response)) {
        if (told?.method === "notifications/resources/updated") activity.heard++;
      }
      throw new Error(`its stream ended with status ${response.statusCode}`);
    } catch (error) {
      if (!isLeaving || !(error instanceof NoAnswer)) throw error;
    } finally {
      clearTimeout(leave);
    }
  }

  await Promise.all([
    repeat("calls", 500, callTool),
    ...Array.from({ length: 4 }, () => repeat("sessions", 2_000, liveInSession)),
    ...Array.from({ length: 2 }, () => repeat("tasks", 5_000, doTask)),
    ...Array.from({ length: 4 }, () => repeat("listeners", 500, listen)),
  ]);
}

function expectText(result: unknown, expected: string): void {
  const text = (result as { content?: Array<{ text?: string }> } | undefined)?.content?.[0]?.text;
  if (text !== expected) throw new Error(`"${text}" instead of "${expected}"`);
}
