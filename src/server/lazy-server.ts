import { McpServer, Server } from "@modelcontextprotocol/server";
import type { McpRequest } from "../auth/request-context.ts";
import { putBehind } from "../authorization/server-guard.ts";
import { assertServer, type ServerFactory } from "../define-server.ts";
import { AnycloudError } from "../errors.ts";
import { Rejection } from "../http/rejection.ts";
import type { OpenServices } from "../services/services.ts";
import { factoryContext } from "./factory-context.ts";
import { rememberToolSchemas } from "./json-schema-cache.ts";

/** The server of one exchange. */
export interface LazyServer {
  /** Builds it, once, whoever asks. Rejects with what the factory throws, and with SERVER_INVALID for what is no server here. */
  get(): Promise<McpServer | Server>;
  /** The same, behind the guard of the exchange, for who connects it. Rejects with Rejection, too. */
  behindGuard(): Promise<McpServer | Server>;
  /** Why the message must not reach it, once that is known. */
  readonly refusal: Rejection | undefined;
  /** False when the factory built a server of SDK v1. */
  readonly isModern: boolean;
}

export interface MakeOptions {
  readonly createServer: ServerFactory;
  readonly mcpRequest: McpRequest;
  readonly services: OpenServices;
  /** What the factory looks at as the web's `Request`. */
  readonly webRequest: Request;
}

/** Makes a server when it is first asked for. */
export function createLazyServer({ createServer, mcpRequest, services, webRequest }: MakeOptions): LazyServer {
  let isModern = true;
  let refusal: Rejection | undefined;
  let made: Promise<McpServer | Server> | undefined;
  const make = async (): Promise<McpServer | Server> => {
    const product: unknown = await createServer(
      factoryContext({ era: "modern", requestContext: mcpRequest, webRequest, services }),
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
        await putBehind(server, mcpRequest.guard);
      } catch (error) {
        if (error instanceof Rejection) refusal = error;
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
