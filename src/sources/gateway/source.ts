import type { ServerDefinition } from "../../define-server.ts";
import type { ServerFactory } from "../../server/server-factory.ts";

/** A server, as a module exports it: a definition, or a factory. */
export type Source = ServerDefinition | ServerFactory;
