import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { EntryKind } from "../../cli/build/entry/entry-source.ts";
import { REVISIONS } from "../conformance/revision.ts";
import { runConformanceAt } from "../conformance/run-conformance.ts";
import { describeVerdict, isAsExpected } from "../conformance/verdict.ts";
import { adapterContract } from "../contract/adapter.ts";
import { type Arm, httpArm, type Traits } from "../contract/arm.ts";
import { type IngressOptions, startIngress } from "../support/ingresses.ts";
import { findTerraform, NO_TERRAFORM } from "../templates/run/terraform.ts";
import { type Deployment, deploy } from "./deployment.ts";
import type { OutsideCloud } from "./local-cloud.ts";

const entry = (path: string, kind: EntryKind): Pick<IngressOptions, "entry" | "kind"> => ({
  entry: fileURLToPath(new URL(`../${path}`, import.meta.url)),
  kind,
});
const FIXTURE = entry("fixtures/conformance-server.ts", "server");
const HANDLER = entry("contract/handler.ts", "handler");

/** As in test/adapters.test.ts. */
const PLAIN: Traits = {
  canStream: true,
  exactPath: true,
  exactQuery: true,
  tellsDisconnect: true,
  challengeHeader: "www-authenticate",
  maxRequestBytes: Number.POSITIVE_INFINITY,
  methods: ["GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"],
};
const AZURE: Traits = { ...PLAIN, exactPath: false, tellsDisconnect: false };

/** The first form of each cloud is the one that its document deploys. */
const FORMS: ReadonlyArray<[name: string, OutsideCloud, Traits, Partial<IngressOptions>]> = [
  ["templates/azure", "azure", AZURE, {}],
  ["templates/gcp, as a function", "gcp", PLAIN, { form: "function" }],
  ["templates/gcp, as a container", "gcp", PLAIN, { form: "container" }],
];

test("terraform is there to say what servers are deployed with", ({ skip }) => {
  if (!findTerraform()) skip(NO_TERRAFORM);
});

if (findTerraform()) {
  describe.each(FORMS.slice(0, 2))("with the environment of %s", (name, cloud, _traits, form) => {
    let deployment: Deployment;
    beforeAll(async () => {
      deployment = await deploy(cloud, {});
    });
    afterAll(() => deployment?.close());

    test.each(REVISIONS)(
      "the official suite for %s passes on three instances in turn",
      async (revision) => {
        const { environment, ingress, local } = deployment;
        local.reset();
        const emulator = await startIngress(cloud, { ...FIXTURE, ...ingress, ...form, instances: 3, environment });
        try {
          const verdict = await runConformanceAt({ url: `${emulator.url}/mcp`, revision });
          process.stdout.write(`${name}, 3 instances in turn, ${revision} ${describeVerdict(verdict)}\n`);
          expect(isAsExpected(verdict), describeVerdict(verdict)).toBe(true);
        } finally {
          await emulator.close();
        }
        // Each instance assumed the role once, and the role allows every operation that was called.
        expect(local.sts.tokens).toEqual(local.tokens);
        expect(new Set(local.table.callers).size).toBe(3);
        expect([local.tokens.length, local.table.refused]).toEqual([3, []]);
      },
      300_000,
    );
  });

  const folder = mkdtempSync(join(tmpdir(), "deployed-contract-"));
  afterAll(() => rmSync(folder, { recursive: true }));

  describe.each(FORMS)("with the environment of %s, requests and responses", (name, cloud, traits, form) => {
    const notes = join(folder, name.replaceAll(/\W+/g, "-"));
    const start = async (): Promise<Arm> => {
      const { environment, ingress, close } = await deploy(cloud, { environment: { CONTRACT_NOTES: notes } });
      const emulator = await startIngress(cloud, { ...HANDLER, ...ingress, ...form, environment }).catch(
        async (error: unknown) => {
          await close();
          throw error;
        },
      );
      return httpArm({ ...emulator, close: () => emulator.close().finally(close) });
    };
    adapterContract(start, traits, notes);
  });
}
