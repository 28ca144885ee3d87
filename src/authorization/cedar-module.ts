import type * as Cedar from "@cedar-policy/cedar-wasm/nodejs";
import { AnycloudError } from "../errors.ts";

/**
 * Loads Cedar: 4.3 MB of WebAssembly. Measured in November 2026, on Node.js 24: 20 ms to load, and 80 ms more for the
 * first policy that it parses; then 0.1 ms a decision. Synchronously, so that a policy which does not parse is found when
 * the server's module is loaded. A bundle has another module in its place (`cli/build/plugins/lazy-cedar-plugin.ts`). Throws
 * SERVER_INVALID where Cedar, an optional peer, is not installed.
 */
export function loadCedar(): typeof Cedar {
  const { createRequire } = process.getBuiltinModule("node:module");
  try {
    return createRequire(import.meta.url)("@cedar-policy/cedar-wasm/nodejs");
  } catch (cause) {
    const message = "cedarPolicy takes Cedar, an optional package: npm install @cedar-policy/cedar-wasm.";
    throw new AnycloudError("SERVER_INVALID", message, { cause });
  }
}
