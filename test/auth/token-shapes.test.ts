import { afterAll, beforeAll, expect, test } from "vitest";
import type { FactoryContext } from "../../src/index.ts";
import { instanceOf } from "../protocol-2026/instances.ts";
import { type LocalIssuer, startLocalIssuer } from "../security/local-issuer.ts";
import { type Caller, legacyRequest } from "../support/messages.ts";
import { createV2Server } from "../support/servers.ts";
import { TOKEN_SHAPES, type TokenShape } from "./token-shapes.ts";

// One endpoint takes tokens of all of them at once, each by the rules of its own issuer.

const issuers = new Map<string, LocalIssuer>();
const callers: FactoryContext["caller"][] = [];
let call: Caller;

beforeAll(async () => {
  for (const { issuer } of TOKEN_SHAPES) issuers.set(issuer, await startLocalIssuer({ issuer }));
  const tokenIssuers = TOKEN_SHAPES.map(({ issuer, settings }) => ({
    ...settings,
    issuer,
    jwksUri: jwksUriOf(issuer),
  }));
  const createServer = (context: FactoryContext) => {
    callers.push(context.caller);
    return createV2Server(context);
  };
  call = instanceOf(createServer, { publicUrl: "https://mcp.example/mcp", tokenIssuers, audit: "off" });
});
afterAll(async () => {
  for (const issuer of issuers.values()) await issuer.close();
});

const jwksUriOf = (issuer: string): string => issuers.get(issuer)?.jwksUri ?? "";

const callWith = (token: string | undefined): ReturnType<Caller> =>
  call(legacyRequest("tools/list"), { headers: { authorization: `Bearer ${token}` } });

const sign = ({ issuer, type }: TokenShape, claims: TokenShape["claims"]): Promise<string> | undefined =>
  issuers.get(issuer)?.sign(claims, type === undefined ? {} : { typ: type });

test.each(TOKEN_SHAPES)("an access token of $name lets its subject in", async (shape) => {
  const { issuer, claims, expected } = shape;
  expect((await callWith(await sign(shape, claims))).status).toBe(200);
  expect(callers.pop()).toMatchObject({ issuer, ...expected, claims });
});

const others = TOKEN_SHAPES.flatMap((shape) =>
  Object.entries(shape.others).map(([what, claims]) => ({ shape, name: shape.name, what, claims })),
);

test.each(others)("$what of $name does not", async ({ shape, claims }) => {
  const response = await callWith(await sign({ ...shape, type: "JWT" }, claims));
  expect(response.status).toBe(401);
  expect(response.headers["www-authenticate"]).toMatch(/^Bearer error="invalid_token"/);
});

test("a token of one issuer that is signed by another is nobody's", async () => {
  const [cognito, entra] = TOKEN_SHAPES;
  if (!cognito || !entra) return expect.unreachable();
  const forged = await issuers.get(cognito.issuer)?.sign({ ...entra.claims, iss: entra.issuer });
  expect((await callWith(forged)).status).toBe(401);
});

test("callers are told apart by issuer and subject", async () => {
  const principals = new Set<string>();
  for (const shape of TOKEN_SHAPES) {
    for (const sub of ["ada", "bob"]) {
      await callWith(await sign(shape, { ...shape.claims, sub }));
      principals.add(callers.pop()?.principal ?? "");
    }
  }
  expect(principals.size).toBe(2 * TOKEN_SHAPES.length);
});
