import { otel } from "../../adapters/otel/otel.ts";
import { defineServer, type ServerDefinition } from "../../src/index.ts";
import { createToolServer } from "./tools.ts";

/** A server whose spans and metrics are sent to a receiver. */
const server: ServerDefinition = defineServer({ createServer: () => createToolServer(), telemetry: otel() });
export default server;
