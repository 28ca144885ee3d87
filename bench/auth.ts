/** `npm run bench:auth`: what it costs to know who calls, beside the same call where nobody is asked. */
import { Console } from "node:console";
import { createMcpEndpoint, defineServer } from "../src/index.ts";
import { startLocalIssuer } from "../test/security/local-issuer.ts";
import { type Instance, modernRequest, toInstance } from "./bench-instances.ts";
import { createBenchServer } from "./bench-server.ts";
import { quantile } from "./quantile.ts";

const WARM_UP = 500;
const ROUNDS = 3_000;
const PUBLIC_URL = "https://mcp.example/mcp";

/** One way to call, a call at a time. */
interface Variant {
  readonly name: string;
  readonly instance: Instance;
  /** Of the next call. */
  readonly token?: () => string | undefined;
  readonly timesMs: number[];
}

const issuer = await startLocalIssuer();
try {
  const total = WARM_UP + ROUNDS;
  const tokens: string[] = [];
  for (let number = 0; number <= total; number++) tokens.push(await sign(`${number}`));
  const lasting = await sign("lasting");
  const variants: readonly Variant[] = [
    { name: "nobody is asked", instance: open({}), timesMs: [] },
    { name: "a token that is known", instance: asking("off"), token: () => lasting, timesMs: [] },
    { name: "the same, audited", instance: asking("on"), token: () => lasting, timesMs: [] },
    { name: "a new token for each call", instance: asking("off"), token: () => tokens.pop(), timesMs: [] },
  ];
  for (let round = 0; round < total; round++) {
    // Whoever comes behind another finds its caches warm: nobody always does.
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
  // What a record costs is what it takes to make it: where it goes is the platform's.
  const server = defineServer({ createServer: createBenchServer, audit: () => {} });
  return toInstance(createMcpEndpoint(server, { audit: "off", ...settings, log: () => {} }));
}

function asking(audit: "on" | "off"): Instance {
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

function shuffled<Item>(items: readonly Item[]): Item[] {
  return items
    .map((item) => ({ item, at: Math.random() }))
    .sort((one, other) => one.at - other.at)
    .map(({ item }) => item);
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
