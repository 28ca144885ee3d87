import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { SECRET } from "../aws/state-keys-stand-in.ts";
import { REVISIONS } from "../conformance/revision.ts";
import { runConformanceAt } from "../conformance/run-conformance.ts";
import { describeVerdict, isAsExpected } from "../conformance/verdict.ts";
import { adapterContract } from "../contract/adapter.ts";
import { type Arm, httpArm, type Traits } from "../contract/arm.ts";
import { startDeployed } from "./deployed-server.ts";
import { type Deployed, type LocalRegion, openLocalRegion } from "./local-region.ts";

let region: LocalRegion;
beforeAll(async () => {
  region = await openLocalRegion();
});
afterAll(() => region?.close());

describe("the stack of the conformance fixture", () => {
  let deployed: Deployed;
  beforeAll(async () => {
    deployed = await region.deploy("test/fixtures/conformance-server.ts");
  });

  test("says all that is needed to serve it", () => {
    const integration = { kind: "AWS_PROXY", streaming: true, timeoutMs: 900_000 };
    const routes = ["/", "/{proxy+}"].map((resource) => ({
      resource,
      method: "ANY",
      authorization: "NONE",
      integration,
    }));
    expect(deployed.deployment).toEqual({
      handler: "index.handler",
      timeoutSeconds: 900,
      memoryMiB: 1024,
      environment: { MCP_ANYCLOUD_TABLE: region.tableName, MCP_ANYCLOUD_STATE_KEYS_SECRET: SECRET },
      stage: "prod",
      restApi: { binaryMediaTypes: ["*/*"], gatewayResponses: [], routes: expect.arrayContaining(routes) },
    });
  });

  test.each(REVISIONS)(
    "passes the official suite for %s on three instances in turn",
    async (revision) => {
      const emulator = await startDeployed({ ...deployed, instances: 3 });
      try {
        const verdict = await runConformanceAt({ url: `${emulator.url}/mcp`, revision });
        process.stdout.write(`stack, 3 instances in turn, ${revision} ${describeVerdict(verdict)}\n`);
        expect(isAsExpected(verdict), describeVerdict(verdict)).toBe(true);
      } finally {
        await emulator.close();
      }
    },
    300_000,
  );
});

/** As in test/adapters.test.ts: a REST API passes queries on sorted and decoded. */
const REST: Traits = {
  canStream: true,
  exactPath: true,
  exactQuery: false,
  tellsDisconnect: false,
  challengeHeader: "x-amzn-remapped-www-authenticate",
  maxRequestBytes: 4_500_000,
  methods: ["GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"],
};

describe.each([
  ["streams", true],
  ["buffers", false],
])("the stack of the contract's handler, which %s", (name, streaming) => {
  const folder = mkdtempSync(join(tmpdir(), "stack-contract-"));
  afterAll(() => rmSync(folder, { recursive: true }));
  const notes = join(folder, name);
  const start = async (): Promise<Arm> => {
    const props = { streaming, environment: { CONTRACT_NOTES: notes } };
    const emulator = await startDeployed(await region.deploy("test/contract/handler.ts", props, "handler"));
    const { origin, pathname: stage } = new URL(emulator.url);
    const arm = httpArm(emulator);
    return { ...arm, origin, send: (request) => arm.send({ ...request, url: `${stage}${request.url}` }) };
  };
  adapterContract(start, { ...REST, canStream: streaming }, notes);
});
