import { availableParallelism } from "node:os";
import { configDefaults, defineConfig, type ViteUserConfig } from "vitest/config";

/** Rooms whose tests share processes. Telemetry is not among them: OpenTelemetry is registered once in a process. */
const ROOMS =
  "architecture|audit|auth|authorization|config|generate|http|kept-state|limits|pipeline|protocol-2025|protocol-2026|release|scale|server|services|sources";

/** Tests of single rooms, most of which start no process and build no artefact: `npm run test:unit`. */
const UNIT = `test/@(${ROOMS})/**/*.test.ts`;
const NO_UNIT = `test/{*.test.ts,!(${ROOMS})/**/*.test.ts}`;

/** Files in their folders that start processes, or need one that no other test has used. */
const OWN_PROCESS = [
  "test/{config/own-entry,http/request-schema,server/warm-up,services/lease}.test.ts",
  "test/{protocol-2026/other-internals,sources/chaos/chaos,sources/example,sources/stdio,sources/stdio-process}.test.ts",
];

/** Tests that take minutes together, such as users' projects from their first command on: `npm run test:long`. */
const LONG = [
  "test/{bundle-parts,bundle-tool-list,otel-ingresses,package,package-types}.test.ts",
  "test/{sdk-versions,session-clients,session-scale,smoke,smoke-cli,smoke-hook}.test.ts",
  "test/newcomer/*.test.ts",
  "test/scale/day.test.ts",
  "test/build/{assets,desktop-servers,packages,real-servers,start}.test.ts",
  "test/container/image.test.ts",
  "test/cli/{dev,dev-environment,dev-kept-state,dev-output,dev-state,init}.test.ts",
  "test/aws/{gateway-rules,ingresses}.test.ts",
  "test/drill/*.test.ts",
  "test/gcp/{emulator,release-commands}.test.ts",
  "test/isolation/callers-at-length.test.ts",
  "test/sources/conformance/*.test.ts",
  "test/stacks/{emulated-stack,own-app}.test.ts",
  "test/deployed/*.test.ts",
  "test/templates/{as-module,aws-ecs-provider,aws-provider,lifecycle,own-tests,parity-access,parity-values,seeded-faults}.test.ts",
];

const config: ViteUserConfig = defineConfig({
  ssr: { resolve: { conditions: ["@mcp-anycloud/source", "node", "import", "default"] } },
  resolve: { conditions: ["@mcp-anycloud/source"] },
  test: {
    projects: [
      {
        extends: true,
        // Files after one another in one process: most of the time would go into loading the same modules again.
        test: {
          name: "unit",
          include: [UNIT],
          exclude: [...configDefaults.exclude, ...OWN_PROCESS, ...LONG],
          isolate: false,
        },
      },
      {
        extends: true,
        test: {
          name: "platform",
          include: [NO_UNIT, ...OWN_PROCESS],
          exclude: [...configDefaults.exclude, ...LONG],
        },
      },
      { extends: true, test: { name: "long", include: LONG } },
    ],
    globalSetup: ["./test/support/artefacts.ts"],
    reporters: ["default", "./test/summary-reporter.ts"],
    // More than the processors: most files here wait for processes of their own.
    maxWorkers: Math.ceil(availableParallelism() * 1.5),
    // Emulators start processes, and a shared machine may be slow to give them a turn.
    testTimeout: 60_000,
    expect: { poll: { timeout: 50_000 } },
    hookTimeout: 120_000,
  },
});
export default config;
