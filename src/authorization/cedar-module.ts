import type * as Cedar from "@cedar-policy/cedar-wasm/nodejs";

/**
 * Loads Cedar: 4.3 MB of WebAssembly. Measured in November 2026, on Node.js 24: 20 ms to load, and 80 ms more for the
 * first policy that it parses; then 0.1 ms a decision. Synchronously, so that a policy which does not parse is found when
 * the server's module is loaded. In a bundle, a file of its own stands in for this module (`cli/build/lazy-cedar-plugin.ts`).
 */
export function loadCedar(): typeof Cedar {
  const { createRequire } = process.getBuiltinModule("node:module");
  return createRequire(import.meta.url)("@cedar-policy/cedar-wasm/nodejs");
}
