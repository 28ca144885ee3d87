import { toLambda } from "../../adapters/aws/entry.ts";
import { createMcpEndpoint, createMemoryStore, defineServer } from "../../src/index.ts";
import type { LambdaFunction } from "./lambda-client.ts";
import { createToolServer } from "./tool-server.ts";

/** On Lambda the state is in a table, which does not push. */
const { watch: _, ...store } = createMemoryStore();

/**
 * The function that is measured, with a store for sessions; calls of 2026-07-28 ask it nothing. To be imported once the
 * recorder is installed, and the runtime's global in place.
 */
const serve: LambdaFunction = toLambda(
  createMcpEndpoint(
    defineServer({ createServer: () => createToolServer() }),
    // Lines of the log would mix with the table.
    { store, log: () => {} },
  ),
);
export default serve;
