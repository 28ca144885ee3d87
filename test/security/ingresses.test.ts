import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Attack, type AttackRequest, verdictOn } from "./attack.ts";
import { type AttackTarget, createAttackTarget } from "./attack-target.ts";
import { ATTACKS } from "./attacks.ts";
import { checkedIdToken, easyAuthHeaders } from "./identity-attacks.ts";
import { MESSAGE_ATTACKS } from "./message-attacks.ts";
import { IN_PROCESS, INGRESSES, type SecuredIngress, startSecured } from "./secured-ingresses.ts";
import { STATE_ATTACKS } from "./state-attacks.ts";

const ALL: readonly Attack[] = [...ATTACKS, ...MESSAGE_ATTACKS, ...STATE_ATTACKS];

let target: AttackTarget;
beforeAll(async () => {
  target = await createAttackTarget("https://mcp.example/mcp");
});
afterAll(() => target?.close());

describe.each([IN_PROCESS, ...INGRESSES])("through $name, an endpoint that asks for tokens", (variant) => {
  let ingress: SecuredIngress;
  beforeAll(async () => {
    ingress = await startSecured(variant, target.environment);
  });
  afterAll(() => ingress?.close());

  test.each(ALL)("withstands $name", async ({ request, expected }) => {
    const sent = await request(target, ingress.send);
    expect(verdictOn(await ingress.send(sent), expected(target))).toEqual([]);
  });

  test("writes of all that neither a token nor an address that a client made up", async () => {
    const requests = (): number => ingress.output.filter((line) => line.includes('"message":"request"')).length;
    await expect.poll(requests).toBeGreaterThan(50);
    expect(ingress.output.join("\n")).not.toMatch(/eyJ[\w-]+\.|203\.0\.113\.66/);
    expect(ingress.output.join("\n")).toContain('"message":"audit"');
  });
});

describe.each(INGRESSES)("through $name, an endpoint that limits addresses", (variant) => {
  test("counts all for one who make up where they come from", async () => {
    const ingress = await startSecured(variant, { ...target.environment, MCP_ANYCLOUD_RATE_LIMITS: "address=2/3600" });
    try {
      const made = (address: string): AttackRequest => ({
        headers: ["x-forwarded-for", "forwarded", "x-real-ip", "client-ip", "x-client-ip", "true-client-ip"].map(
          (name) => [name, name === "forwarded" ? `for=${address}` : address],
        ),
      });
      const statuses: number[] = [];
      for (const last of [1, 2, 3, 4]) statuses.push((await ingress.send(made(`203.0.113.${last}`))).status);
      expect(statuses).toEqual([401, 401, 429, 429]);
    } finally {
      await ingress.close();
    }
  });
});

/** Without scopes, which callers of most platforms do not have. */
const OPEN_SERVER = fileURLToPath(new URL("../../examples/greeter/server.ts", import.meta.url));

/** Headers of a client that pretends to be attested by each platform. */
const FORGED = {
  "aws-iam": [
    ["x-amzn-request-context", btoa(JSON.stringify({ identity: { userArn: "arn:aws:iam::123456789012:root" } }))],
    ["authorization", "AWS4-HMAC-SHA256 Credential=AKIA/20260101/us-east-1/execute-api/aws4_request, Signature=0"],
  ],
  "azure-easy-auth": easyAuthHeaders("admin"),
  "google-iap": [["x-goog-iap-jwt-assertion", checkedIdToken("admin")]],
  "google-iam": [["authorization", `Bearer ${checkedIdToken("admin")}`]],
} as const;

type Kind = keyof typeof FORGED;

const settingsOf = (kind: Kind): Record<string, string> => ({
  MCP_ANYCLOUD_PLATFORM_IDENTITY: kind,
  ...(kind === "google-iap" && { MCP_ANYCLOUD_PLATFORM_AUDIENCE: "/projects/1/apps/x" }),
});

/** Kinds whose proof no client can write, so that they need no ingress that removes headers. */
const PROVEN: Readonly<Record<string, Kind>> = { aws: "aws-iam", gcp: "google-iap" };

const ATTESTED = INGRESSES.flatMap((variant) => {
  const kind = PROVEN[variant.cloud ?? ""];
  return kind ? [{ ...variant, kind, options: { ...variant.options, entry: OPEN_SERVER } }] : [];
});

test.each(ATTESTED)("through $name, an endpoint that believes $kind does not believe a client", async (variant) => {
  const ingress = await startSecured(variant, settingsOf(variant.kind));
  try {
    for (const headers of [[], FORGED[variant.kind]]) {
      const { status, body } = await ingress.send({ headers });
      expect([status, body]).toEqual([403, expect.stringContaining("The platform does not say who calls.")]);
    }
  } finally {
    await ingress.close();
  }
});

/** Kinds whose headers another cloud passes on as a client wrote them. */
const FOREIGN: Readonly<Record<string, Kind>> = { aws: "azure-easy-auth", azure: "google-iam", gcp: "azure-easy-auth" };

test.each(INGRESSES)("through $name, an endpoint that is to believe another cloud does not start", async (variant) => {
  const kind = FOREIGN[variant.cloud ?? ""] ?? expect.unreachable();
  const start = startSecured({ ...variant, options: { ...variant.options, entry: OPEN_SERVER } }, settingsOf(kind));
  await expect(start).rejects.toThrow(`MCP_ANYCLOUD_PLATFORM_IDENTITY is ${kind}, and this entry offers `);
});
