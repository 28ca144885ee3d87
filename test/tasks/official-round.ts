import { resultFromTaskOutcome } from "@modelcontextprotocol/ext-tasks/client";
import { connectOfficialClient, listenToTask, type OfficialClient } from "./official-client.ts";

/** A call as the official client saw it: how it ran, how it ended, and with which text. */
type Seen = readonly [kind: string, status: string, text: string | undefined];

/** The outcome of a round of the official client where the extension is served rightly. */
export const EXPECTED_ROUND = {
  ordinary: ["immediate", "completed", "Hello, Ada!"],
  task: ["task", "completed", "work took 0.2 s."],
  toolError: ["task", "completed", "The job failed."],
  protocolError: ["task", "failed", undefined],
  question: ["task", "completed", 'a: accept {"confirm":true}'],
  questions: ["task", "completed", "accept,accept"],
  asked: ["Delete a?", "One?", "Two?"],
  cancelled: ["task", "cancelled", undefined],
  heard: ["notifications/subscriptions/acknowledged", "completed"],
} as const;

/** Runs the official client through an ordinary call, tasks that end in each way, questions, and a subscription. */
export async function officialRound(url: string): Promise<Record<keyof typeof EXPECTED_ROUND, readonly unknown[]>> {
  const official = await connectOfficialClient(url);
  try {
    return {
      ordinary: await settle(official, "greet", { name: "Ada" }),
      task: await settle(official, "slow_compute", { seconds: 0.2, label: "work" }),
      toolError: await settle(official, "failing_job"),
      protocolError: await settle(official, "protocol_error_job"),
      question: await settle(official, "confirm_delete", { filename: "a" }),
      questions: await settle(official, "multi_input"),
      asked: [...official.asked],
      cancelled: await cancel(official),
      heard: await subscribe(official, url),
    };
  } finally {
    await official.close();
  }
}

async function settle(
  { session }: OfficialClient,
  tool: string,
  args: Record<string, string | number> = {},
): Promise<Seen> {
  const execution = await session.callTool(tool, args);
  const { outcome } = await execution.settle();
  if (outcome.status !== "completed") return [execution.kind, outcome.status, undefined];
  const { content, isError } = resultFromTaskOutcome(outcome) as {
    content?: Array<{ text?: string }>;
    isError?: boolean;
  };
  if ((tool === "failing_job") !== (isError === true)) throw new Error(`isError of ${tool} is ${isError}.`);
  return [execution.kind, outcome.status, content?.[0]?.text];
}

async function cancel({ session }: OfficialClient): Promise<Seen> {
  const execution = await session.callTool("slow_compute", { seconds: 60 });
  await execution.cancel();
  return [execution.kind, (await execution.settle()).outcome.status, undefined];
}

/** A task that is heard of to its end. */
async function subscribe({ session }: OfficialClient, url: string): Promise<readonly string[]> {
  const execution = await session.callTool("slow_compute", { seconds: 1 });
  if (execution.kind !== "task") throw new Error("A task was expected.");
  const heard = await listenToTask(url, execution.handle.taskId);
  await execution.settle();
  // A slow machine subscribes to a task that has ended; listen.test.ts expects each status.
  return heard.filter((told) => told !== "working" && told !== "ended");
}
