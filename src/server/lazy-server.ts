import { McpServer, Server } from "@modelcontextprotocol/server";
import { AnycloudError } from "../errors.ts";
import { factoryContext } from "./factory-context.ts";
import { rememberToolSchemas } from "./json-schema-cache.ts";
import type { Exchange } from "../auth/request-context.ts";
import { Refusal } from "../http/rejection.ts";
import { putBehind } from "../authorization/server-guard.ts";
import { assertServer, type ServerFactory } from "../define-server.ts";
import type { OpenServices } from "../services/services.ts";

/** The server of one exchange. */
export interface MadeServer {
  /** Builds it, once, whoever asks. Rejects with what the factory throws, and with SERVER_INVALID for what is no server here. */
  get(): Promise<McpServer | Server>;
  /** The same, behind the guard of the exchange, for who connects it. Rejects with Refusal, too. */
  behindGuard(): Promise<McpServer | Server>;
  /** Why the message must not reach it, once that is known. */
  readonly refusal: Refusal | undefined;
  /** False when the factory built a server of SDK v1. */
  readonly isModern: boolean;
}

export interface MakeOptions {
  readonly createServer: ServerFactory;
  readonly exchange: Exchange;
  readonly services: OpenServices;
  /** What the factory looks at as the web's `Request`. */
  readonly webRequest: Request;
}

/** Makes a server when it is first asked for. */
export function madeServer({ createServer, exchange, services, webRequest }: MakeOptions): MadeServer {
  let isModern = true;
  let refusal: Refusal | undefined;
  let made: Promise<McpServer | Server> | undefined;
  const make = async (): Promise<McpServer | Server> => {
    const product: unknown = await createServer(
      factoryContext({ era: "modern", visit: exchange, webRequest, services }),
    );
    assertServer(product);
    if (product instanceof McpServer || product instanceof Server) {
      rememberToolSchemas(product);
      return product;
    }
    isModern = false;
    throw new AnycloudError("SERVER_INVALID", "A server of SDK v1 speaks the 2025 protocols only.");
  };
  const get = (): Promise<McpServer | Server> => {
    made ??= make();
    return made;
  };
  return {
    get,
    async behindGuard() {
      const server = await get();
      try {
        await putBehind(server, exchange.guard);
      } catch (error) {
        if (error instanceof Refusal) refusal = error;
        throw error;
      }
      return server;
    },
    get refusal() {
      return refusal;
    },
    get isModern() {
      return isModern;
    },
  };
}
