import { AnycloudError } from "../../src/adapter.ts";

/** An error and what it was caused by, the outermost first. */
function* causesOf(error: unknown): Generator<Failure> {
  for (let cause = error; cause instanceof Error; cause = cause.cause) yield cause;
}

/** The fields by which the errors of the MCP SDK, of `fetch` and of Node.js tell what happened. */
interface Failure extends Error {
  readonly code?: unknown;
  readonly data?: { readonly status?: number };
}

/** Statuses whose meaning is explained. */
const BY_STATUS: Readonly<Record<number, (where: string) => string>> = {
  401: (where) => `${where} asks who is calling: give it a token with --header 'authorization=Bearer …'.`,
  403: (where) => `${where} refuses this client: check the token's rights, and that the server serves this host.`,
  404: (where) => `There is no MCP server at ${where}: check the address and its path.`,
  405: (where) => `There is no MCP server at ${where}: check the address and its path.`,
  429: (where) => `${where} has too many requests: try again later, or raise its limits.`,
};

/** The SDK's own for an answer that is not MCP, and those of the parsers it uses. */
const NOT_MCP = /CLIENT_HTTP_UNEXPECTED_CONTENT|ZodError|SyntaxError|CLIENT_HTTP_NOT_IMPLEMENTED/;

/** Codes of Node.js, of its `fetch` and of TLS for what happens before there is an answer. */
const NOT_REACHED = /^(E[A-Z]+|EAI_[A-Z]+|UND_ERR_\w+|\w*CERT\w*)$/;

/** One sentence that says what is wrong with the server at `where` and what to do. */
export function sentenceFor(error: unknown, where: string): string {
  const causes = [...causesOf(error)];
  const own = causes.find((cause) => cause instanceof AnycloudError);
  if (own) return own.message;
  // The SDK keeps only the text of what breaks a stream off.
  const brokenOff = causes.find(({ message }) => message.startsWith(STREAM_BROKEN))?.message;
  if (brokenOff) return /AnycloudError: (.*)/.exec(brokenOff)?.[1] ?? `${where} broke its answer off: see its log.`;
  const status = statusIn(causes);
  if (status !== undefined) {
    return BY_STATUS[status]?.(where) ?? `${where} answers with HTTP status ${status}: see the server's log.`;
  }
  if (causes.some(({ name, code }) => NOT_MCP.test(`${name} ${code}`))) {
    return `${where} answers, but not as an MCP server: check the address and its path.`;
  }
  const code = causes.map((cause) => String(cause.code)).findLast((found) => NOT_REACHED.test(found));
  if (code !== undefined) return `${where} cannot be reached (${code}): check the address, and that the server runs.`;
  return `${where} answers with an error: ${(causes[0]?.message ?? String(error)).replace(/\s+/g, " ").slice(0, 200)}`;
}

/** Whether the server is up, and asks for a token that it was not given. */
export const asksForToken = (error: unknown): boolean => statusIn([...causesOf(error)]) === 401;

/** Whether the answer was 403: the platform, or the server, does not let this client in. */
export const isRefused = (error: unknown): boolean => statusIn([...causesOf(error)]) === 403;

/** Whether IAM does not allow to invoke the function (Lambda API Reference, "Common errors"). */
export const isAccessDenied = (error: unknown): boolean =>
  [...causesOf(error)].some(({ name }) => /^(AccessDenied|NotAuthorized)/.test(name));

const statusIn = (causes: readonly Failure[]): number | undefined =>
  causes.map(({ data }) => data?.status).find((found) => found !== undefined);

/** The beginning of the SDK's message about a stream that broke off. */
export const STREAM_BROKEN = "SSE stream disconnected";
