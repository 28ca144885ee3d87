/** `npm run bench:auth`: the cost of authentication and audit, beside the same call without them. */
import { Console } from "node:console";
import { createMcpEndpoint, defineServer } from "../src/index.ts";
import { type Instance, toInstance } from "./bench-instances.ts";
import { createBenchServer } from "./bench-server.ts";
import { modernRequest } from "./messages.ts";
import { quantile } from "./quantile.ts";
import { shuffled } from "./report/sample.ts";
import { startTokenIssuer } from "./token-issuer.ts";

const WARM_UP = 500;
const ROUNDS = 3_000;
const PUBLIC_URL = "https://mcp.example/mcp";

/** One configuration, called once at a time. */
interface Variant {
  readonly name: string;
  readonly instance: Instance;
  /** The bearer token of the next call. */
  readonly token?: () => string | undefined;
  readonly timesMs: number[];
}

const issuer = await startTokenIssuer();
try {
  const total = WARM_UP + ROUNDS;
  const tokens: string[] = [];
  for (let number = 0; number <= total; number++) tokens.push(await sign(`${number}`));
  const reused = await sign("reused");
  const variants: readonly Variant[] = [
    { name: "without authentication", instance: open({}), timesMs: [] },
    { name: "a token that was verified before", instance: authenticating("off"), token: () => reused, timesMs: [] },
    { name: "the same, audited", instance: authenticating("on"), token: () => reused, timesMs: [] },
    { name: "a new token for each call", instance: authenticating("off"), token: () => tokens.pop(), timesMs: [] },
  ];
  for (let round = 0; round < total; round++) {
    // In random order, so that none always finds the CPU caches as the same neighbour left them.
    for (const variant of shuffled(variants)) await measure(variant, round >= WARM_UP);
  }
  report(variants);
} finally {
  await issuer.close();
}

function sign(jti: string): Promise<string> {
  const exp = Math.floor(Date.now() / 1000) + 3600;
  return issuer.sign({ sub: "ada", aud: PUBLIC_URL, client_id: "bench", scope: "notes", jti, exp });
}

function open(settings: Parameters<typeof createMcpEndpoint>[1] & { readonly audit?: "on" | "off" }): Instance {
  // Only the making of a record is measured: the platform decides what its writing costs.
  const server = defineServer({ createServer: createBenchServer, audit: () => {} });
  return toInstance(createMcpEndpoint(server, { audit: "off", ...settings, log: () => {} }));
}

function authenticating(audit: "on" | "off"): Instance {
  const tokenIssuers = [{ issuer: issuer.url }];
  return open({ tokenIssuers, publicUrl: PUBLIC_URL, requiredScopes: ["notes"], audit });
}

async function measure({ instance, token, timesMs }: Variant, counts: boolean): Promise<void> {
  const [message, headers] = modernRequest("tools/call", { name: "echo", arguments: { text: "hi" } });
  const bearer = token?.();
  const sent = { ...headers, accept: "application/json", ...(bearer && { authorization: `Bearer ${bearer}` }) };
  const startedAt = performance.now();
  const { status } = await instance(message, sent);
  const tookMs = performance.now() - startedAt;
  if (status !== 200) throw new Error(`A call was answered with ${status}.`);
  if (counts) timesMs.push(tookMs);
}

function report([plain, ...others]: readonly Variant[]): void {
  if (!plain) return;
  const medianOf = ({ timesMs }: Variant): number => quantile(timesMs, 0.5) * 1000;
  const rows = [plain, ...others].map((variant) => ({
    call: variant.name,
    "median (µs)": Math.round(medianOf(variant)),
    "p99 (µs)": Math.round(quantile(variant.timesMs, 0.99) * 1000),
    "more (µs)": Math.round(medianOf(variant) - medianOf(plain)),
    ratio: Math.round((medianOf(variant) / medianOf(plain)) * 1000) / 1000,
  }));
  const output = new Console(process.stdout);
  output.log(`\nA plain 2026-07-28 call, ${ROUNDS} times each, in turns of random order:`);
  output.table(rows);
}
