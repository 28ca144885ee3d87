import type { IncomingMessage } from "node:http";
import { AnycloudError } from "../../src/adapter.ts";

/** Milliseconds one attempt may take. The endpoint is on this machine or beside it. */
const ATTEMPT_TIMEOUT_MS = 1_500;
/** Milliseconds before the next attempts: the platforms ask to come back after 429 and 5xx. */
const DELAYS_MS = [50, 200];

export interface MetadataRequest {
  /** Begins with `http://`: platforms serve metadata over no other. */
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  /** What the endpoint is, for the sentence that says it failed. */
  readonly name: string;
}

/**
 * What a platform's metadata endpoint tells its own instances. Throws STORE_UNAVAILABLE, after three attempts that take
 * 5 seconds at most; the message holds nothing of the answer, which is a secret when it is right. Not with `fetch`,
 * whose first use costs 36 ms.
 */
export async function readMetadata(request: MetadataRequest): Promise<string> {
  for (let attempt = 0; ; attempt++) {
    const outcome = await getOnce(request).catch((error: Error) => error);
    if (!(outcome instanceof Error) && outcome.status === 200) return outcome.body;
    const delayMs = DELAYS_MS[attempt];
    if (delayMs === undefined || !isTransient(outcome)) throw failure(request, outcome);
    await new Promise((resolve) => setTimeout(resolve, delayMs * Math.random()));
  }
}

interface Answer {
  readonly status: number;
  readonly body: string;
}

function getOnce({ url, headers }: MetadataRequest): Promise<Answer> {
  // Imported as an ES module, node:http would load undici: 36 ms.
  const { get } = process.getBuiltinModule("node:http");
  return new Promise((resolve, reject) => {
    const signal = AbortSignal.timeout(ATTEMPT_TIMEOUT_MS);
    // Without the agent, which would keep the connection and the process alive.
    const request = get(url, { headers, agent: false, signal }, (response) => {
      readText(response).then((body) => resolve({ status: response.statusCode ?? 0, body }), reject);
    });
    request.on("error", reject);
  });
}

async function readText(response: IncomingMessage): Promise<string> {
  response.setEncoding("utf8");
  let text = "";
  for await (const chunk of response) text += chunk;
  return text;
}

const isTransient = (outcome: Answer | Error): boolean =>
  outcome instanceof Error || outcome.status === 429 || outcome.status >= 500;

function failure({ name }: MetadataRequest, outcome: Answer | Error): AnycloudError {
  const what = outcome instanceof Error ? "did not answer" : `answered with status ${outcome.status}`;
  return new AnycloudError(
    "STORE_UNAVAILABLE",
    `${name} ${what} when it was asked for an identity token: check that the service has an identity and may use it.`,
    outcome instanceof Error ? { cause: outcome } : undefined,
  );
}
