import type { IncomingMessage, ServerResponse } from "node:http";
import type { FunctionError } from "./outcome.ts";

/** Responds to a runtime in JSON. */
export function reply(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
}

/** Reads the body of a message as text. */
export async function readText(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}

/** Reads the error that a runtime reports. */
export async function readError(request: IncomingMessage): Promise<FunctionError> {
  const { errorType = "Unknown", errorMessage = "" } = JSON.parse(await readText(request)) as Partial<FunctionError>;
  return { errorType, errorMessage };
}
