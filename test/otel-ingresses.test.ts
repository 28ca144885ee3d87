import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { buildTarget } from "../cli/build/build-target.ts";
import { CLOUDS } from "../cli/clouds.ts";
import { startIngress } from "./support/ingresses.ts";
import { modernCall } from "./support/messages.ts";
import { startReceiver } from "./telemetry/otlp-receiver.ts";

const ENTRY = fileURLToPath(new URL("fixtures/otel-server.ts", import.meta.url));
const PLAIN = fileURLToPath(new URL("fixtures/marking-server.ts", import.meta.url));

describe.each(CLOUDS)("an artefact for %s", (cloud) => {
  test("has sent the spans of every answer when its platform has ended it", async () => {
    await using receiver = await startReceiver();
    const environment = {
      OTEL_EXPORTER_OTLP_ENDPOINT: receiver.address,
      OTEL_EXPORTER_OTLP_PROTOCOL: "http/json",
      MCP_ANYCLOUD_AUDIT: "off",
    };
    const { url, close } = await startIngress(cloud, { entry: ENTRY, environment });
    const [message, { headers = {} }] = modernCall("tools/call", { name: "hi", arguments: {} });
    try {
      for (let n = 0; n < 3; n++) {
        const sent = { "content-type": "application/json", accept: "application/json, text/event-stream", ...headers };
        const answer = await fetch(new URL("/mcp", url), {
          method: "POST",
          headers: sent,
          body: JSON.stringify(message),
        });
        expect(await answer.text()).toContain('"result"');
        // Lambda freezes a process with the end of its invocation: nothing may be left to be sent later.
        if (cloud === "aws") await expect.poll(() => receiver.spans.length).toBeGreaterThanOrEqual(2 * (n + 1));
      }
    } finally {
      await close();
    }
    const calls = receiver.spans.filter(({ name }) => name === "tools/call hi");
    const own = receiver.spans.filter(({ name }) => name === "own");
    expect([calls.length, own.length]).toEqual([3, 3]);
    expect(own.map(({ parentSpanId }) => parentSpanId).sort()).toEqual(calls.map(({ spanId }) => spanId).sort());
  });
});

test("a server without telemetry has nothing of it in its bundle", async () => {
  const outDir = mkdtempSync(join(tmpdir(), "no-telemetry-"));
  try {
    const { files } = await buildTarget({ cloud: "gcp", entry: PLAIN, outDir });
    const inputs = files.flatMap((file) => file.inputs);
    expect(inputs.filter((input) => /opentelemetry|src\/telemetry\/|adapters\/otel/.test(input))).toEqual([]);
    expect(files.map(({ name }) => name)).not.toContain("otel-sdk.cjs");
    expect(readFileSync(join(outDir, "index.mjs"), "utf8")).not.toContain("opentelemetry");
  } finally {
    rmSync(outDir, { recursive: true });
  }
});
