import type { Attack, AttackOutcome, AttackRequest } from "./attack.ts";
import type { AttackTarget } from "./attack-target.ts";
import { asUser, modern } from "./messages.ts";

const WELL_KNOWN = "/.well-known/oauth-protected-resource";
const ECHO = { name: "echo", arguments: { text: "in" } };

/** A row about a user who may call. */
const known = (name: string, outcome: AttackOutcome, make: (target: AttackTarget) => AttackRequest): Attack => ({
  name,
  request: (target) => asUser(target, "ada", make(target)),
  expected: () => outcome,
});

const MISMATCH: AttackOutcome = { status: [400], body: /"code":-32\d\d\d/, never: /"result"/ };

/** Headers by which gateways route and bill, and a body that says something else (MCP 2026-07-28, SEP-2243). */
const MISMATCHES: readonly Attack[] = [
  known("Mcp-Method that is not the body's", MISMATCH, () => modern(ECHO, { "mcp-method": "tools/list" })),
  known("Mcp-Name that is not the body's", MISMATCH, () => modern(ECHO, { "mcp-name": "whoami" })),
  known("Mcp-Name in other letters", MISMATCH, () => modern(ECHO, { "mcp-name": "Echo" })),
  known("Mcp-Name that is another's in base64", MISMATCH, () =>
    modern(ECHO, { "mcp-name": `=?base64?${btoa("whoami")}?=` }),
  ),
  known("no Mcp-Method", MISMATCH, () => modern(ECHO, { "mcp-method": undefined })),
  known("no Mcp-Name", MISMATCH, () => modern(ECHO, { "mcp-name": undefined })),
  known("two Mcp-Names", MISMATCH, () => {
    const request = modern(ECHO);
    return { ...request, headers: [...(request.headers ?? []), ["mcp-name", "whoami"]] };
  }),
  known("a revision that is not the body's", MISMATCH, () => modern(ECHO, { "mcp-protocol-version": "2025-11-25" })),
  known("a forbidden tool under an allowed name", { status: [200, 400], body: /not found/, never: /never/ }, () =>
    modern({ name: "forbidden", arguments: {} }, { "mcp-name": "echo" }),
  ),
];

const FORBIDDEN: AttackOutcome = { status: [403, 400], never: /"result"|rebound|evil/ };
type Line = readonly [string, string];
const HOST: Line = ["host", "rebound.example"];

/** A good request of a caller on this machine, who is where a rebound name leads, with these headers. */
const local = (name: string, headers: readonly Line[], more: AttackRequest = {}): Attack =>
  known(name, FORBIDDEN, () => {
    const request = modern(ECHO);
    return { ...request, ...more, headers: [...(request.headers ?? []), ...headers] };
  });

/** Callers on loopback, as a browser is whose page had its own name pointed at this machine. */
const REBINDING: readonly Attack[] = [
  local("a rebound name", [HOST]),
  local("a rebound name with a port", [["host", "rebound.example:8787"]]),
  local("a rebound name and its page", [HOST, ["origin", "http://rebound.example"]]),
  local("a rebound name, forwarded as localhost", [HOST, ["x-forwarded-host", "localhost"]]),
  local("a rebound name, from far away", [HOST, ["x-forwarded-for", "203.0.113.66"], ["x-real-ip", "203.0.113.66"]]),
  local("a rebound name, forwarded by RFC 7239", [HOST, ["forwarded", "for=203.0.113.66;host=localhost"]]),
  local("a name that begins like ours", [["host", "localhost.rebound.example"]]),
  local("a name behind ours", [["host", "localhost@rebound.example"]]),
  local("a page whose name begins like ours", [["origin", "http://localhost.rebound.example"]]),
  local("a page behind a user", [["origin", "http://localhost@rebound.example"]]),
  local("the metadata under a rebound name", [HOST], { method: "GET", url: WELL_KNOWN, body: "" }),
];

/** Attacks by single messages of an authenticated caller. */
export const MESSAGE_ATTACKS: readonly Attack[] = [...MISMATCHES, ...REBINDING];
