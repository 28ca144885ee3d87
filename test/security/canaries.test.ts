import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { readConfig } from "../../src/adapter.ts";
import { type AttackTarget, createAttackTarget } from "./attack-target.ts";
import { CANARY, NO_JSON, PROBES } from "./canaries.ts";
import { IN_PROCESS, INGRESSES, type SecuredIngress, startSecured } from "./secured-ingresses.ts";

const KEY = Buffer.from(CANARY.repeat(2)).toString("base64");

/** Tokens end in a signature, which nobody else has. */
const LEAKS = new RegExp(`${CANARY}|eyJ[\\w-]+\\.[\\w-]+\\.|${KEY.replaceAll("+", "\\+")}`);

let target: AttackTarget;
beforeAll(async () => {
  target = await createAttackTarget("https://mcp.example/mcp");
});
afterAll(() => target?.close());

describe.each([IN_PROCESS, ...INGRESSES])("through $name", (variant) => {
  let ingress: SecuredIngress;
  const spoken: string[] = [];
  beforeAll(async () => {
    // In process, output outside the log goes to the console alone.
    for (const stream of [process.stdout, process.stderr]) {
      vi.spyOn(stream, "write").mockImplementation((text) => spoken.push(String(text)) > 0);
    }
    for (const method of ["log", "info", "warn", "error"] as const) {
      vi.spyOn(console, method).mockImplementation((...texts) => void spoken.push(texts.map(String).join(" ")));
    }
    ingress = await startSecured(variant, {
      ...target.environment,
      MCP_ANYCLOUD_STATE_KEYS: `a:${KEY}`,
      MCP_ANYCLOUD_MAX_BODY_BYTES: "20000",
    });
  });
  afterAll(async () => {
    vi.restoreAllMocks();
    await ingress?.close();
  });

  const probes = PROBES.filter((probe) => variant.options?.form !== "function" || probe !== NO_JSON);

  test.each(probes)("nothing of what came in is in the answer to $name", async ({ status, request }) => {
    const answer = await ingress.send(await request(target, ingress.send));
    expect(answer.status).toBe(status);
    expect(JSON.stringify(answer)).not.toMatch(LEAKS);
  });

  test("nothing of what came in is in the log, the audit trail, or what else is written", async () => {
    const requests = (): number => ingress.output.filter((line) => line.includes('"message":"request"')).length;
    await expect.poll(requests).toBeGreaterThan(probes.length - 2);
    // The line names the client on purpose, in at most 64 characters.
    const all = [...ingress.output, ...spoken].map((line) => line.replace(/"clientName":"[^"]{0,64}",/, ""));
    expect(all.filter((line) => LEAKS.test(line))).toEqual([]);
    expect(all.join("\n")).toContain('"secret":"[redacted]"');
  });
});

test.each(["MCP_ANYCLOUD_STATE_KEYS", "MCP_ANYCLOUD_STATE_KEYS_SECRET"])(
  "a wrong %s is not in the error that says so",
  (name) => {
    expect(() => readConfig({ [name]: `${CANARY}:${CANARY}` })).toThrow(name);
    expect(() => readConfig({ [name]: `${CANARY}:${CANARY}` })).not.toThrow(CANARY);
  },
);
