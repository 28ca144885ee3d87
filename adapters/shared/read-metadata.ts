import type { IncomingMessage } from "node:http";
import { AnycloudError } from "../../src/adapter.ts";

/** Time limit of one attempt at an endpoint on this machine or next to it. */
const ATTEMPT_MS = 1_500;
/** Longest waits before the second and the third attempt: the platforms ask for retries after 429 and 5xx. */
const DELAYS_MS = [50, 200];

export interface MetadataRequest {
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  /** Makes it a POST. */
  readonly body?: string;
  /** Milliseconds that one attempt may take. Default 1500. */
  readonly attemptMs?: number;
  /** Names the endpoint in the error. */
  readonly name: string;
}

/**
 * Reads a token from the endpoint that a platform offers its own instances. Throws STORE_MISCONFIGURED when it refuses, and
 * STORE_UNAVAILABLE when it fails three times, which takes 5 seconds at most by default. The error holds nothing of the response,
 * because a right response is a secret. It does not use `fetch`, whose first call costs 36 ms.
 */
export async function readMetadata(request: MetadataRequest): Promise<string> {
  for (let attempt = 0; ; attempt++) {
    const outcome = await askOnce(request).catch((error: Error) => error);
    if (!(outcome instanceof Error) && outcome.status === 200) return outcome.body;
    const delayMs = DELAYS_MS[attempt];
    if (delayMs === undefined || !isTransient(outcome)) throw failure(request, outcome);
    await new Promise((resolve) => setTimeout(resolve, delayMs * Math.random()));
  }
}

interface MetadataResponse {
  readonly status: number;
  readonly body: string;
}

function askOnce({ url, headers, body, attemptMs = ATTEMPT_MS }: MetadataRequest): Promise<MetadataResponse> {
  // An import of node:http as an ES module would load undici: 36 ms.
  const { request } = process.getBuiltinModule(url.protocol === "http:" ? "node:http" : "node:https");
  return new Promise((resolve, reject) => {
    const signal = AbortSignal.timeout(attemptMs);
    // The default agent would keep the connection open, and with it the process.
    const options = { method: body === undefined ? "GET" : "POST", headers, agent: false, signal } as const;
    request(url, options, (response) => {
      readText(response).then((text) => resolve({ status: response.statusCode ?? 0, body: text }), reject);
    })
      .on("error", reject)
      .end(body);
  });
}

async function readText(response: IncomingMessage): Promise<string> {
  response.setEncoding("utf8");
  let text = "";
  for await (const chunk of response) text += chunk;
  return text;
}

const isTransient = (outcome: MetadataResponse | Error): boolean =>
  outcome instanceof Error || outcome.status === 429 || outcome.status >= 500;

function failure({ name }: MetadataRequest, outcome: MetadataResponse | Error): AnycloudError {
  const what = outcome instanceof Error ? "did not answer" : `answered with status ${outcome.status}`;
  return new AnycloudError(
    isTransient(outcome) ? "STORE_UNAVAILABLE" : "STORE_MISCONFIGURED",
    `${name} ${what} when it was asked for an identity token: check that the service has an identity and may use it.`,
    outcome instanceof Error ? { cause: outcome } : undefined,
  );
}
