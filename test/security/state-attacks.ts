import type { Attack, AttackOutcome, SendAttack } from "./attack.ts";
import type { AttackTarget } from "./attack-target.ts";
import { asUser, INITIALIZE, inSession, type ModernParams, modern, withState } from "./messages.ts";

const NOTE = "what ada wrote";

/** Opens a session of ada's; its id. */
async function sessionOfAda(target: AttackTarget, send: SendAttack): Promise<string> {
  const { headers } = await send(await asUser(target, "ada", INITIALIZE));
  return headers["mcp-session-id"] ?? "";
}

/** Keeps a note for ada; its handle. */
async function handleOfAda(target: AttackTarget, send: SendAttack): Promise<string> {
  const { body } = await send(await asUser(target, "ada", modern({ name: "keep", arguments: { text: NOTE } })));
  return /"text":"([\w-]{24})"/.exec(body)?.[1] ?? "";
}

const CONFIRM: ModernParams = { name: "confirm", arguments: { text: "a" } };

/** Has ada asked; the state that her client is to bring back. */
async function stateOfAda(target: AttackTarget, send: SendAttack): Promise<string> {
  const { body } = await send(await asUser(target, "ada", modern(CONFIRM)));
  return /"requestState":"([^"]+)"/.exec(body)?.[1] ?? "";
}

type Make<What> = (target: AttackTarget, what: What, send: SendAttack) => ReturnType<Attack["request"]>;

const row =
  <What>(prepare: (target: AttackTarget, send: SendAttack) => Promise<What>) =>
  (name: string, outcome: AttackOutcome, make: Make<What>): Attack => ({
    name,
    request: async (target, send) => make(target, await prepare(target, send), send),
    expected: () => outcome,
  });

const ECHO = { name: "echo", arguments: { text: NOTE } };
const UNKNOWN: AttackOutcome = { status: [404], never: /"result"|what ada/ };
const DONE: AttackOutcome = { status: [200], body: /done: swordfish/ };
const REFUSED: AttackOutcome = { status: [200], body: /"code":-32602.*invalid_request_state/, never: /swordfish/ };

const session = row(sessionOfAda);
const handle = row(handleOfAda);
const state = row(stateOfAda);

/** Attacks on state of another principal. The last one of `asUser` has the same subject at another issuer. */
export const STATE_ATTACKS: readonly Attack[] = [
  session("nothing: a session of one's own", { status: [200], body: /what ada wrote/ }, (target, id) =>
    asUser(target, "ada", inSession(id, "tools/call", ECHO)),
  ),
  session("another's session", UNKNOWN, (target, id) => asUser(target, "bob", inSession(id, "tools/call", ECHO))),
  session("the session of a namesake at another issuer", UNKNOWN, (target, id) =>
    asUser(target, "ada", inSession(id, "tools/call", ECHO), target.issuers.second),
  ),
  session("listening to another's session", UNKNOWN, async (target, id) => {
    const { headers = [] } = await asUser(target, "bob", inSession(id, "ping"));
    return { method: "GET", headers: [...headers, ["accept", "text/event-stream"]], body: "" };
  }),
  session("ending another's session", UNKNOWN, async (target, id) => {
    const { headers = [] } = await asUser(target, "bob", inSession(id, "ping"));
    return { method: "DELETE", headers, body: "" };
  }),
  session("word to another's session", UNKNOWN, (target, id) =>
    asUser(target, "bob", inSession(id, "notifications/cancelled", { requestId: 1 })),
  ),
  session("two sessions in one request", UNKNOWN, (target, id) =>
    asUser(target, "ada", {
      ...inSession(id, "tools/call", ECHO),
      headers: [
        ["mcp-session-id", id],
        ["mcp-session-id", id],
        ["mcp-protocol-version", "2025-11-25"],
      ],
    }),
  ),
  session("an event of another's session", { ...UNKNOWN, status: [400] }, async (target, id, send) => {
    const events = await send(await asUser(target, "ada", withStream(inSession(id, "tools/call", ECHO))));
    const eventId = /^id: ?(.+)$/m.exec(events.body)?.[1] ?? "none";
    const own = await send(await asUser(target, "bob", INITIALIZE));
    const { headers = [] } = await asUser(target, "bob", inSession(own.headers["mcp-session-id"] ?? "", "ping"));
    return {
      method: "GET",
      headers: [...headers, ["accept", "text/event-stream"], ["last-event-id", eventId]],
      body: "",
    };
  }),
  session("a session that was made up", UNKNOWN, (target) =>
    asUser(target, "ada", inSession(crypto.randomUUID(), "tools/call", ECHO)),
  ),
  session("a session id that is a path", UNKNOWN, (target, id) =>
    asUser(target, "ada", inSession(`../session/${id}`, "tools/call", ECHO)),
  ),
  handle("nothing: a handle of one's own", { status: [200], body: /what ada wrote/ }, (target, handle) =>
    asUser(target, "ada", modern({ name: "kept", arguments: { handle } })),
  ),
  handle("another's handle", { status: [200], body: /there is nothing/, never: /what ada/ }, (target, handle) =>
    asUser(target, "bob", modern({ name: "kept", arguments: { handle } })),
  ),
  handle(
    "the handle of a namesake at another issuer",
    { status: [200], body: /there is nothing/, never: /what ada/ },
    (target, handle) => asUser(target, "ada", modern({ name: "kept", arguments: { handle } }), target.issuers.second),
  ),
  state("nothing: a requestState of one's own", DONE, (target, state) =>
    asUser(target, "ada", modern(withState(CONFIRM, state))),
  ),
  state("another's requestState", REFUSED, (target, state) => asUser(target, "bob", modern(withState(CONFIRM, state)))),
  state("the requestState of a namesake at another issuer", REFUSED, (target, state) =>
    asUser(target, "ada", modern(withState(CONFIRM, state)), target.issuers.second),
  ),
  state("a requestState that was used", REFUSED, async (target, state, send) => {
    await send(await asUser(target, "ada", modern(withState(CONFIRM, state))));
    return asUser(target, "ada", modern(withState(CONFIRM, state)));
  }),
  state("a requestState that was tampered with", REFUSED, (target, state) => {
    const at = Math.floor(state.length / 2);
    const tampered = `${state.slice(0, at)}${state[at] === "A" ? "B" : "A"}${state.slice(at + 1)}`;
    return asUser(target, "ada", modern(withState(CONFIRM, tampered)));
  }),
  state("a requestState without its end", REFUSED, (target, state) =>
    asUser(target, "ada", modern(withState(CONFIRM, state.slice(0, -4)))),
  ),
  state("a requestState for other arguments", REFUSED, (target, state) =>
    asUser(target, "ada", modern(withState({ ...CONFIRM, arguments: { text: "b" } }, state))),
  ),
  state("a requestState for another tool", REFUSED, (target, state) =>
    asUser(target, "ada", modern(withState({ ...CONFIRM, name: "publish" }, state))),
  ),
  state("a requestState that was made up", REFUSED, (target) =>
    asUser(target, "ada", modern(withState(CONFIRM, btoa(JSON.stringify({ secret: "guessed" }))))),
  ),
];

const withStream = (request: ReturnType<typeof inSession>): ReturnType<typeof inSession> => ({
  ...request,
  headers: [...(request.headers ?? []), ["accept", "application/json, text/event-stream"]],
});
