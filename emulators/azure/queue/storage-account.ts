import { randomUUID } from "node:crypto";
import type { IncomingMessage, RequestListener, ServerResponse } from "node:http";
import { closeIngress } from "../../ingress.ts";
import { openPrivateService } from "../../private-service.ts";
import { type PutMessage, readPutMessage } from "./put-message.ts";

/** The storage account of an emulated function app, with one queue, and the identity with which the app reaches it. */
export interface StorageAccount {
  /** Variables with which the app finds them. */
  readonly environment: Readonly<Record<string, string>>;
  close(): Promise<void>;
}

export const QUEUE = "mcp-tasks";
const RESOURCE = "https://storage.azure.com/";
const MAX_REQUEST_BYTES = 262_144;
const TOKEN_SECONDS = 86_400;

/** Opens it on loopback, where no web page finds it. `put` takes the messages. */
export async function openStorageAccount(put: (message: PutMessage) => void): Promise<StorageAccount> {
  const secret = randomUUID();
  const token = randomUUID();

  /** "App Service and Azure Functions: REST endpoint reference" of managed identities. */
  function giveToken({ headers }: IncomingMessage, query: URLSearchParams, response: ServerResponse): void {
    if (headers["x-identity-header"] !== secret) return void response.writeHead(401).end();
    if (!query.has("api-version") || !query.has("resource")) return void response.writeHead(400).end();
    const isStorage = query.get("resource") === RESOURCE;
    const expiresOn = Math.floor(Date.now() / 1000) + TOKEN_SECONDS;
    const answer = { access_token: isStorage ? token : "other", expires_on: String(expiresOn), token_type: "Bearer" };
    response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify(answer));
  }

  async function putMessage(incoming: IncomingMessage, url: URL, response: ServerResponse): Promise<void> {
    const { headers } = incoming;
    const body = await read(incoming);
    if (headers.authorization !== `Bearer ${token}`) return fail(response, 401, "InvalidAuthenticationInfo");
    if (url.pathname !== `/${QUEUE}/messages`) return fail(response, 404, "QueueNotFound");
    const message = readPutMessage({ query: url.searchParams, headers, body });
    if ("code" in message) return fail(response, message.status, message.code);
    put(message);
    const id = `<MessageId>${randomUUID()}</MessageId>`;
    response.writeHead(201, { "content-type": "application/xml" });
    response.end(`<?xml version="1.0"?><QueueMessagesList><QueueMessage>${id}</QueueMessage></QueueMessagesList>`);
  }

  const listener: RequestListener = (incoming, response) => {
    const url = new URL(incoming.url ?? "/", "http://account");
    if (incoming.method === "GET" && url.pathname === "/msi/token")
      return giveToken(incoming, url.searchParams, response);
    if (incoming.method !== "POST" || !/^\/[^/]+\/messages$/.test(url.pathname)) {
      return fail(response, 400, "InvalidUri");
    }
    putMessage(incoming, url, response).catch(() => response.destroy());
  };
  const { server, url } = await openPrivateService(listener);
  return {
    environment: {
      AzureWebJobsStorage__queueServiceUri: url,
      IDENTITY_ENDPOINT: `${url}/msi/token`,
      IDENTITY_HEADER: secret,
      MCP_ANYCLOUD_STORAGE_QUEUE: QUEUE,
    },
    close: () => closeIngress(server),
  };
}

async function read(incoming: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of incoming) {
    length += chunk.length;
    if (length <= MAX_REQUEST_BYTES) chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString();
}

function fail(response: ServerResponse, status: number, code: string): void {
  response.writeHead(status, { "x-ms-error-code": code, "content-type": "application/xml" });
  response.end(`<?xml version="1.0"?><Error><Code>${code}</Code></Error>`);
}
