/** Run in a process of its own: loads the module that it is given, calls its server, and tells its parent how that went. */
import { pathToFileURL } from "node:url";
import { inspect } from "node:util";
import type { HttpHandler, readConfig } from "../../../src/adapter.ts";
import type { createMcpEndpoint, ServerFactory } from "../../../src/index.ts";
import { type Outcome, outcomeOf, problemOf, QUESTIONS, type Question } from "./questions.ts";

/** How loading and calling a server went, told over the IPC channel. */
export type CheckReport =
  | { readonly ok: true; readonly warning?: string }
  | { readonly ok: false; readonly failure: LoadFailure };

export interface LoadFailure {
  /** Whether the module failed, or the server that it exports. */
  readonly phase: "load" | "call";
  /** The toolkit's own code, when it was the toolkit that refused. */
  readonly code: string | undefined;
  readonly name: string;
  readonly message: string;
  readonly stack: string;
}

/** The exports of the bundle that `checkSource` makes. */
interface CheckedBundle {
  readonly entry: Parameters<typeof createMcpEndpoint>[0];
  /** Whether the server asks who calls. */
  readonly hasCallers: boolean;
  readonly createMcpEndpoint: typeof createMcpEndpoint;
  readonly readConfig: typeof readConfig;
}

/** Ends long after the check, in seconds since 1970. */
const EXPIRES_AT = 32_503_680_000;
const CALLER = { token: "check", clientId: "mcp-anycloud", scopes: [], expiresAt: EXPIRES_AT, extra: { sub: "check" } };

async function check(file: string): Promise<CheckReport> {
  try {
    const bundle: CheckedBundle = await import(pathToFileURL(file).href);
    return await callServer(bundle);
  } catch (error) {
    return { ok: false, failure: describe("load", error) };
  }
}

/** Calls the server without the settings of a deployment: no store is asked, and no policy. */
async function callServer({ entry, hasCallers, ...bundle }: CheckedBundle): Promise<CheckReport> {
  const thrown: unknown[] = [];
  const createServer = typeof entry === "function" ? entry : "createServer" in entry ? entry.createServer : undefined;
  const failures: string[] = [];
  const endpoint = bundle.createMcpEndpoint(createServer ? watched(createServer, thrown) : entry, {
    config: bundle.readConfig({}),
    log: ({ error }) => void (error && failures.push(error)),
    ...(hasCallers && { verifier: { verifyAccessToken: async () => CALLER } }),
  });
  const outcomes: Outcome[] = [];
  for (const question of QUESTIONS) outcomes.push(await ask(endpoint, question));
  if (thrown.length > 0) {
    const failure = describe("call", thrown[0]);
    // The server may want to know more of its callers than can be made up here.
    if (!hasCallers) return { ok: false, failure };
    return {
      ok: true,
      warning: `createServer threw for a caller that was made up: ${failure.name}: ${failure.message}`,
    };
  }
  const problem = problemOf(outcomes);
  if (problem === undefined) return { ok: true };
  const [said = problem] = (failures[0] ?? problem).split("\n");
  const isOurs = said.startsWith("AnycloudError: ");
  const message = isOurs ? said.replace("AnycloudError: ", "") : said;
  const code = isOurs ? "SERVER_INVALID" : undefined;
  return { ok: false, failure: { phase: "call", code, name: "", message, stack: failures[0] ?? "" } };
}

/** The same factory, which keeps the errors that it throws. */
const watched =
  (createServer: ServerFactory, thrown: unknown[]): ServerFactory =>
  async (context) => {
    try {
      return await createServer(context);
    } catch (error) {
      thrown.push(error);
      throw error;
    }
  };

async function ask(endpoint: HttpHandler, question: Question): Promise<Outcome> {
  const headers = { host: "localhost", authorization: `Bearer ${CALLER.token}`, ...question.headers };
  const request = { method: "POST", url: "/mcp", headers, body: question.body };
  const { status, body = "" } = await endpoint(request, { requestId: question.method, canStream: true });
  let text = "";
  if (typeof body === "string") text = body;
  else for await (const chunk of body) text += chunk;
  return outcomeOf(question, status, text);
}

function describe(phase: LoadFailure["phase"], error: unknown): LoadFailure {
  const message = messageOf(error).slice(0, MOST_CHARACTERS);
  if (!(error instanceof Error)) return { phase, code: undefined, name: "thrown", message, stack: "" };
  const { code } = error as NodeJS.ErrnoException;
  return {
    phase,
    code: typeof code === "string" ? code : undefined,
    name: toText(error.name),
    message,
    stack: typeof error.stack === "string" ? error.stack : "",
  };
}

/** The most that is told of a message. */
const MOST_CHARACTERS = 1_000;

/** The message of an error with those of its causes: "fetch failed" alone says nothing, and some have none of their own. */
function messageOf(error: unknown, depth = 3): string {
  if (!(error instanceof Error)) return toText(error);
  const parts: unknown[] = error instanceof AggregateError ? error.errors : [];
  const own = toText(error.message) || parts.map((part) => messageOf(part, 0)).join("; ");
  const hasCause = error.cause !== undefined && depth > 0 && error.name !== "AnycloudError";
  return hasCause ? `${own}, because ${messageOf(error.cause, depth - 1)}` : own;
}

/** An author may put anything into an error, or throw it. */
const toText = (value: unknown): string =>
  typeof value === "string" ? value : inspect(value, { depth: 0, breakLength: Number.POSITIVE_INFINITY });

const report: CheckReport = await check(process.argv[2] ?? "");
// Sockets and timers that the module opened must not keep the process alive.
process.send?.(report, () => process.exit(0));
