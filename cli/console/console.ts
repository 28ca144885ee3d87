import { randomBytes } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";
import { closeIngress, openIngress } from "../../emulators/ingress.ts";
import { AnycloudError } from "../../src/adapter.ts";
import { type ActivityStream, createActivityStream } from "./activity-stream.ts";
import type { ConsoleOptions } from "./console-options.ts";
import { isAllowed, readJson, SECURITY_HEADERS } from "./guard.ts";
import { readPageFile } from "./page-files.ts";
import { readTableState } from "./table-state.ts";
import { callTool, listTools, type ToolRequest } from "./tool-calls.ts";

/** The page of `dev`, which shows what it serves. */
export interface Console {
  /** Ends with the secret that keeps other pages and users out. */
  readonly url: string;
  close(): Promise<void>;
}

/** Opens the console on loopback. */
export async function openConsole(options: ConsoleOptions): Promise<Console> {
  const secret = `/${randomBytes(16).toString("base64url")}`;
  const stream = createActivityStream(options);
  const listener = (incoming: IncomingMessage, outgoing: ServerResponse): void => {
    answer({ ...options, stream, secret, incoming, outgoing }).catch(() => {
      if (outgoing.headersSent) outgoing.destroy();
      else outgoing.writeHead(500, SECURITY_HEADERS).end();
    });
  };
  const { server, url } = await openIngress(options.port, listener).catch((error: unknown) => {
    if (error instanceof AnycloudError && error.code === "PORT_IN_USE") return openIngress(0, listener);
    throw error;
  });
  return {
    url: `${url}${secret}/`,
    async close() {
      stream.close();
      await closeIngress(server);
    },
  };
}

interface Exchange extends ConsoleOptions {
  readonly stream: ActivityStream;
  readonly secret: string;
  readonly incoming: IncomingMessage;
  readonly outgoing: ServerResponse;
}

async function answer(exchange: Exchange): Promise<void> {
  const { incoming, outgoing, secret, stream, table } = exchange;
  if (!isAllowed(incoming, secret)) return send(outgoing, 403, "Open the console by the URL that dev prints.");
  const path = (incoming.url ?? "").slice(secret.length).split("?", 1)[0] ?? "";
  const route = `${incoming.method} ${path}`;
  if (route === "GET ") return void outgoing.writeHead(308, { ...SECURITY_HEADERS, location: `${secret}/` }).end();
  if (route === "GET /events") return stream.open(outgoing);
  if (route === "GET /state") return sendJson(outgoing, await readTableState(table));
  if (route === "POST /tools" || route === "POST /call") return useTools(exchange, route === "POST /call");
  const file = incoming.method === "GET" ? await readPageFile(path) : undefined;
  if (!file) return send(outgoing, 404, "The console has no such page.");
  outgoing.writeHead(200, { ...SECURITY_HEADERS, "content-type": file.type }).end(file.text);
}

async function useTools({ incoming, outgoing, ingresses }: Exchange, isCall: boolean): Promise<void> {
  const request = (await readJson(incoming)) as (ToolRequest & { readonly cloud?: string }) | undefined;
  const ingress = ingresses.find(({ cloud }) => cloud === request?.cloud);
  if (!request || !ingress) return send(outgoing, 400, "The request names no ingress.");
  // The page gives up a call by closing its connection.
  const left = new AbortController();
  outgoing.once("close", () => left.abort());
  const work = isCall ? callTool(ingress.url, request, left.signal) : listTools(ingress.url, request);
  const result = await work.catch((error: unknown) => ({
    error: error instanceof Error ? error.message : String(error),
  }));
  if (!outgoing.destroyed) sendJson(outgoing, result);
}

function send(outgoing: ServerResponse, status: number, text: string): void {
  outgoing.writeHead(status, { ...SECURITY_HEADERS, "content-type": "text/plain; charset=utf-8" }).end(`${text}\n`);
}

function sendJson(outgoing: ServerResponse, value: unknown): void {
  outgoing.writeHead(200, { ...SECURITY_HEADERS, "content-type": "application/json" }).end(JSON.stringify(value));
}
