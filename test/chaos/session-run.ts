import { setTimeout as sleep } from "node:timers/promises";
import type { CallOutcome, ChaosClient } from "./chaos-client.ts";

export interface SessionPlan {
  /** Names the session in what is reported. */
  readonly name: string;
  /** How long to wait before each call, one after the other, in milliseconds. */
  readonly pausesMs: readonly number[];
  /** Progress notifications before the question, and as many after it. */
  readonly steps: number;
  readonly gapMs: number;
}

/** The outcome of a session. */
export interface SessionReport {
  readonly succeeded: number;
  /** Calls that the client was told had failed. */
  readonly failed: number;
  /** Why those had, each reason once for every call. */
  readonly reasons: readonly string[];
  readonly resumed: number;
  /** A sentence for each violation. */
  readonly violations: readonly string[];
}

/** How long an announcement of a call that succeeded may take to arrive, in milliseconds. */
const ANNOUNCEMENT_MS = 60_000;

/** Runs a session's calls and checks that nothing of them was lost, repeated, or answered twice. */
export async function runSession(
  client: ChaosClient,
  { name, pausesMs, steps, gapMs }: SessionPlan,
): Promise<SessionReport> {
  const violations: string[] = [];
  const outcomes: CallOutcome[] = [];
  const acknowledged: string[] = [];
  await client.open();
  const over = new AbortController();
  const listening = client
    .listen(over.signal)
    .catch((error: unknown) => violations.push(`${name}: listening: ${error}`));
  for (const [index, pauseMs] of pausesMs.entries()) {
    await sleep(pauseMs);
    const id = index + 1;
    const nonce = `${name}/${id}`;
    const params = { name: "work", arguments: { nonce, steps, gapMs }, _meta: { progressToken: nonce } };
    const outcome = await client.call({ jsonrpc: "2.0", id, method: "tools/call", params }, () => ({
      result: { action: "accept", content: { word: nonce } },
    }));
    outcomes.push(outcome);
    const problem = problemWith(outcome, nonce, steps);
    if (problem) violations.push(`${nonce}: ${problem}: ${JSON.stringify(outcome)}`);
    if (succeeded(outcome)) acknowledged.push(nonce);
  }
  const told = (): string[] =>
    client.announced.map(({ params }) => String((params as { data?: unknown } | undefined)?.data));
  const giveUpAt = Date.now() + ANNOUNCEMENT_MS;
  while (acknowledged.some((nonce) => !told().includes(nonce)) && Date.now() < giveUpAt) await sleep(50);
  over.abort();
  await listening;
  const heard = told();
  for (const nonce of acknowledged) if (!heard.includes(nonce)) violations.push(`${nonce}: its announcement was lost`);
  const repeated = heard.filter((nonce, index) => heard.indexOf(nonce) !== index);
  for (const nonce of repeated) violations.push(`${nonce}: its announcement was repeated`);
  return {
    succeeded: acknowledged.length,
    failed: outcomes.length - acknowledged.length,
    reasons: outcomes.filter((outcome) => !succeeded(outcome)).map(({ answer }) => reasonOf(answer)),
    resumed: outcomes.reduce((sum, { resumed }) => sum + resumed, 0),
    violations,
  };
}

const succeeded = ({ answer }: CallOutcome): boolean => answer !== undefined && "result" in answer;

const reasonOf = (answer: CallOutcome["answer"]): string =>
  String((answer?.error as { message?: unknown } | undefined)?.message);

/** Says what is wrong with a call's messages. A call that failed may have stopped anywhere, but without a gap. */
function problemWith(outcome: CallOutcome, nonce: string, steps: number): string | undefined {
  const whole = [
    ...range(1, steps).map((step) => `progress ${step}`),
    "elicitation/create",
    ...range(steps + 1, 2 * steps).map((step) => `progress ${step}`),
  ];
  const heard = outcome.heard.map(({ method, params }) =>
    method === "notifications/progress" ? `progress ${(params as { progress: number }).progress}` : String(method),
  );
  // A server that gives up a question sends a cancellation.
  const told = heard.filter((what) => what !== "notifications/cancelled");
  if (succeeded(outcome)) {
    if (told.join() !== whole.join()) return "its messages were lost, repeated or out of order";
    const { result } = outcome.answer as { result: { content: [{ text: string }] } };
    return result.content[0].text === nonce ? undefined : "its question got another answer";
  }
  return whole.join().startsWith(told.join()) ? undefined : "its messages were repeated or out of order";
}

const range = (from: number, to: number): number[] => Array.from({ length: to - from + 1 }, (_, index) => from + index);
