import { legacyRequest } from "../support/messages.ts";
import type { AttackRequest, SendAttack } from "./attack.ts";
import { type AttackTarget, goodClaims } from "./attack-target.ts";
import { INITIALIZE, inSession, modern, withState } from "./messages.ts";

/** Text that no output may contain. It is no word, and stands for a token, a key or a user's data. */
export const CANARY = "canary0d0e5c4a1f";

/** A request with canaries in whatever it has, and the way it goes. */
export interface Probe {
  readonly name: string;
  readonly status: number;
  request(target: AttackTarget, send: SendAttack): Promise<AttackRequest> | AttackRequest;
}

type Line = readonly [string, string];

/** Canaries in headers that the endpoint does not expect, and wrong values in headers that it does. */
const HEADERS: readonly Line[] = [
  ["cookie", `session=${CANARY}; other=${CANARY}`],
  ["x-api-key", CANARY],
  ["x-custom", CANARY],
  ["user-agent", CANARY],
  ["referer", `https://app.example/?token=${CANARY}`],
  ["traceparent", CANARY],
  ["tracestate", `a=${CANARY}`],
  ["proxy-authorization", `Basic ${CANARY}`],
  ["x-ms-client-principal", CANARY],
  ["x-goog-iap-jwt-assertion", CANARY],
  ["x-amz-security-token", CANARY],
];

const URL_WITH_CANARY = `/mcp?code=${CANARY}&${CANARY}=1`;

const withLines = (request: AttackRequest, ...lines: readonly Line[]): AttackRequest => ({
  url: URL_WITH_CANARY,
  ...request,
  headers: [...(request.headers ?? []), ...HEADERS, ...lines],
});

async function known(target: AttackTarget, request: AttackRequest, claims = {}): Promise<AttackRequest> {
  const made = { ...goodClaims(target.publicUrl), email: `${CANARY}@example.com`, jti: CANARY, ...claims };
  const token = await target.issuers.good.sign(made);
  return withLines(request, ["authorization", `Bearer ${token}`]);
}

const ARGUMENTS = { secret: CANARY, nested: { [CANARY]: [CANARY] } };
const call = (name: string, args: object = ARGUMENTS): AttackRequest => modern({ name, arguments: args });

const probe = (name: string, status: number, request: Probe["request"]): Probe => ({ name, status, request });

const initialize: AttackRequest = {
  body: INITIALIZE.body?.replace('"attacker"', `"${CANARY}"`) ?? "",
};

async function sessionOf(target: AttackTarget, send: SendAttack): Promise<string> {
  return (await send(await known(target, initialize))).headers["mcp-session-id"] ?? "";
}

/** Google's functions-framework answers this one itself, and writes the body to standard error (SECURITY.md). */
export const NO_JSON: Probe = probe("a body that is no JSON", 400, (target) =>
  known(target, { body: `{"secret":"${CANARY}"` }),
);

/** Every way in which a request ends. */
export const PROBES: readonly Probe[] = [
  probe("no token", 401, () => withLines(call("whoami"))),
  probe("a token that is none", 401, () => withLines(call("whoami"), ["authorization", `Bearer ${CANARY}`])),
  probe("a password", 401, () => withLines(call("whoami"), ["authorization", `Basic ${CANARY}`])),
  probe("two tokens", 400, () =>
    withLines(call("whoami"), ["authorization", `Bearer ${CANARY}`], ["authorization", `Bearer ${CANARY}`]),
  ),
  probe("a token in the query", 400, (target) =>
    known(target, { ...call("whoami"), url: `/mcp?access_token=${CANARY}` }),
  ),
  probe("a token of nobody's", 401, (target) => known(target, call("whoami"), { iss: `https://${CANARY}.example` })),
  probe("a token for others", 401, (target) => known(target, call("whoami"), { aud: CANARY })),
  probe("a token of an issuer that is down", 503, async (target) => {
    const token = await target.issuers.down.sign({ ...goodClaims(target.publicUrl), email: CANARY });
    return withLines(call("whoami"), ["authorization", `Bearer ${token}`]);
  }),
  probe("too few scopes", 403, (target) => known(target, call("whoami"), { scope: CANARY })),
  probe("too few scopes for a tool", 403, (target) => known(target, call("write"))),
  probe("a call that is answered", 200, (target) => known(target, call("whoami"))),
  probe("a call that fails", 200, (target) => known(target, call("fail"))),
  probe("a call that the policy denies", 200, (target) => known(target, call("forbidden"))),
  probe("a call of no tool", 200, (target) => known(target, call("nothing"))),
  probe("arguments of a wrong type", 200, (target) => known(target, call("echo", { text: { [CANARY]: CANARY } }))),
  probe("a batch", 400, (target) =>
    known(target, { body: JSON.stringify([legacyRequest("ping", { _meta: { [CANARY]: CANARY } })]) }),
  ),
  probe("a requestState that was made up", 200, (target) =>
    known(target, modern(withState({ name: "confirm", arguments: ARGUMENTS }, `a.${CANARY}`))),
  ),
  probe("a handle that was made up", 200, (target) => known(target, call("kept", { handle: CANARY }))),
  probe("a session that was made up", 404, (target) => known(target, inSession(CANARY, "tools/list"))),
  probe("an event that was made up", 400, async (target, send) => {
    const { headers = [] } = await known(target, inSession(await sessionOf(target, send), "ping"));
    return { method: "GET", url: "/mcp", body: "", headers: [...headers, ["last-event-id", CANARY]] };
  }),
  probe("a session that is opened", 200, (target) => known(target, initialize)),
  probe("a call in a session", 200, async (target, send) =>
    known(target, inSession(await sessionOf(target, send), "tools/call", { name: "whoami", arguments: ARGUMENTS })),
  ),
  probe("a notification in a session", 202, async (target, send) => {
    const id = await sessionOf(target, send);
    return known(target, notification(id));
  }),
  NO_JSON,
  probe("a body that is no message", 400, (target) => known(target, { body: `{"secret":"${CANARY}"}` })),
  probe("a body that is too large", 413, (target) =>
    known(target, call("whoami", { ...ARGUMENTS, large: CANARY.repeat(2000) })),
  ),
  probe("a body that is too deep", 400, (target) =>
    known(target, { body: `{"a":${"[".repeat(100)}"${CANARY}"${"]".repeat(100)}}` }),
  ),
  probe("an id that is too long", 400, (target) =>
    known(target, { body: JSON.stringify({ jsonrpc: "2.0", id: CANARY.repeat(20), method: "ping" }) }),
  ),
  probe("headers that are too large", 431, (target) =>
    known(target, { ...call("whoami"), headers: [["x-large", CANARY.repeat(1100)]] }),
  ),
  probe("a body of another type", 415, async (target) => {
    const { headers = [], ...rest } = await known(target, { body: `secret=${CANARY}` });
    return { ...rest, headers: [...headers, ["content-type", `text/${CANARY}`]] };
  }),
  probe("a header that is not the body's", 400, (target) =>
    known(target, modern({ name: "whoami", arguments: ARGUMENTS }, { "mcp-name": "echo" })),
  ),
  probe("another method", 405, (target) => known(target, { method: "PUT", body: JSON.stringify(ARGUMENTS) })),
  probe("another path", 404, (target) => known(target, { url: `/other?${CANARY}`, body: JSON.stringify(ARGUMENTS) })),
  probe("another origin", 403, (target) =>
    known(target, { ...call("whoami"), headers: [["origin", `https://${CANARY}.example`]] }),
  ),
  probe("another host", 403, (target) =>
    known(target, { ...call("whoami"), headers: [["host", `${CANARY}.example`]] }),
  ),
];

function notification(sessionId: string): AttackRequest {
  const { body = "", ...request } = inSession(sessionId, "notifications/cancelled", { requestId: 1, reason: CANARY });
  const { id: _none, ...message } = JSON.parse(body);
  return { ...request, body: JSON.stringify(message) };
}
