import { defineConfig, type ViteUserConfig } from "vitest/config";

const config: ViteUserConfig = defineConfig({
  ssr: { resolve: { conditions: ["@mcp-anycloud/source", "node", "import", "default"] } },
  resolve: { conditions: ["@mcp-anycloud/source"] },
  test: {
    include: ["test/**/*.test.ts"],
    reporters: ["default", "./test/summary-reporter.ts"],
    // Vitest leaves a processor free, which is half of a machine with two; most files here wait for processes of their own.
    maxWorkers: "100%",
    // Emulators start processes, and a shared machine may be slow to give them a turn.
    testTimeout: 60_000,
    hookTimeout: 120_000,
  },
});
export default config;
