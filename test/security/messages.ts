import { legacyRequest, modernCall } from "../support/messages.ts";
import type { AttackRequest } from "./attack.ts";
import type { AttackTarget } from "./attack-target.ts";
import { goodClaims } from "./attack-target.ts";
import type { LocalIssuer } from "./local-issuer.ts";

type Lines = ReadonlyArray<readonly [string, string]>;

/** A request that carries the token of a user. */
export async function asUser(
  { issuers, publicUrl }: AttackTarget,
  user: string,
  { headers = [], ...request }: AttackRequest,
  issuer: LocalIssuer = issuers.good,
): Promise<AttackRequest> {
  const token = await issuer.sign({ ...goodClaims(publicUrl), sub: user });
  return { ...request, headers: [...headers, ["authorization", `Bearer ${token}`]] };
}

export interface ModernParams extends Record<string, unknown> {
  readonly name: string;
}

/** A 2026-07-28 call of a tool, whose client can be asked. `instead` has headers that take the place of the right ones. */
export function modern(
  params: ModernParams,
  instead: Readonly<Record<string, string | undefined>> = {},
): AttackRequest {
  const [message, { headers }] = modernCall("tools/call", params);
  const { params: sent } = message as { params: { _meta: Record<string, unknown> } };
  sent._meta["io.modelcontextprotocol/clientCapabilities"] = { elicitation: { form: {} } };
  return { headers: linesOf({ ...headers, ...instead }), body: JSON.stringify(message) };
}

/** A message of the 2025 protocols in a session. */
export function inSession(sessionId: string, method: string, params: object = {}): AttackRequest {
  const headers = { "mcp-session-id": sessionId, "mcp-protocol-version": "2025-11-25" };
  return { headers: linesOf(headers), body: JSON.stringify(legacyRequest(method, params)) };
}

export const INITIALIZE: AttackRequest = {
  body: JSON.stringify(
    legacyRequest("initialize", {
      protocolVersion: "2025-11-25",
      capabilities: {},
      clientInfo: { name: "attacker", version: "1" },
    }),
  ),
};

const linesOf = (headers: Readonly<Record<string, string | undefined>>): Lines =>
  Object.entries(headers).filter((line): line is [string, string] => line[1] !== undefined);

/** Parameters of the second round of a call, with the state of the first. */
export const withState = (params: ModernParams, requestState: string): ModernParams => ({
  ...params,
  requestState,
  inputResponses: { sure: { action: "accept", content: { ok: true } } },
});
