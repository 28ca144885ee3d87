import { fileURLToPath } from "node:url";
import type { HttpHandler } from "../../src/adapter.ts";
import { createMcpEndpoint, createMemoryStore, defineServer } from "../../src/index.ts";
import { gateway, type StdioOptions, stdio } from "../../src/sources/sources.ts";
import { anyUser } from "../protocol-2026/instances.ts";

/** A desktop server. */
export const PROGRAM: string = fileURLToPath(new URL("./desktop-server.ts", import.meta.url));

/** A gateway over that server, for callers who are their tokens. */
export const endpointOf = (options: StdioOptions = {}, args: readonly string[] = []): HttpHandler =>
  createMcpEndpoint(
    defineServer({
      ...gateway({ desk: stdio("node", [PROGRAM, ...args], options) }, { listSeconds: 60 }),
      verifier: anyUser,
    }),
    {
      store: createMemoryStore(),
      logLevel: "silent",
      audit: "off",
    },
  );

/** Options of the client of a caller. */
export const as = (caller: string): { headers: { authorization: string } } => ({
  headers: { authorization: `Bearer ${caller}` },
});
