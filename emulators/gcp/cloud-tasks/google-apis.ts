import { randomUUID } from "node:crypto";
import type { IncomingMessage, RequestListener, Server, ServerResponse } from "node:http";
import { closeIngress } from "../../ingress.ts";
import { openAtSecretAddress, openPrivateService } from "../../private-service.ts";
import { createTask, MAX_TASK_BYTES, type QueuedTask } from "./create-task.ts";
import { dispatch } from "./dispatch.ts";
import { createMetadataServer } from "./metadata-server.ts";
import { createServiceAccount } from "./service-account.ts";

export interface GoogleApisOptions {
  /** Factor for the platform's times. */
  readonly timeScale: number;
  readonly log: (line: string) => void;
}

/** The APIs of Google Cloud that an emulated service with tasks uses: Cloud Tasks with one queue, and the metadata server. */
export interface GoogleApis {
  /** Variables with which the service at a URL finds them. */
  environment(serviceUrl: string): Readonly<Record<string, string>>;
  /** Drops the tasks that wait. */
  close(): Promise<void>;
}

const QUEUE = "projects/emulated-project/locations/europe-west1/queues/mcp-tasks";
/** Cloud Tasks delivers "at least once": here every tenth task comes twice. */
const DOUBLED = 10;
const CREATE = /^\/v2\/(projects\/[^/]+\/locations\/[^/]+\/queues\/[^/]+)\/tasks$/;

/** Opens them on loopback, where no web page finds them. */
export async function openGoogleApis({ timeScale, log }: GoogleApisOptions): Promise<GoogleApis> {
  const account = createServiceAccount();
  const closing = new AbortController();
  const names = new Set<string>();
  let count = 0;

  function enqueue(task: QueuedTask): void {
    names.add(task.name);
    count++;
    const options = { account, timeScale, log, signal: closing.signal };
    const copies = count % DOUBLED === 0 ? 2 : 1;
    for (let copy = 0; copy < copies; copy++) void dispatch(task, options).catch((error) => log(String(error)));
  }

  async function create(incoming: IncomingMessage, response: ServerResponse, queue: string): Promise<void> {
    if (incoming.headers.authorization !== `Bearer ${account.accessToken}`) {
      return fail(response, 401, "UNAUTHENTICATED", "Request had invalid authentication credentials.");
    }
    if (queue !== QUEUE) return fail(response, 404, "NOT_FOUND", "Queue does not exist.");
    const text = await read(incoming);
    const options = { queue, accounts: [account.email], now: Date.now(), newId: randomUUID };
    const task = createTask(text, options);
    if ("code" in task) return fail(response, task.code, task.status, task.message);
    if (names.has(task.name)) return fail(response, 409, "ALREADY_EXISTS", "The task exists, or existed recently.");
    enqueue(task);
    response.writeHead(200, { "content-type": "application/json; charset=UTF-8" }).end(JSON.stringify(basicView(task)));
  }

  const listener: RequestListener = (incoming, response) => {
    const { method, url = "" } = incoming;
    const [, queue] = CREATE.exec(url) ?? [];
    if (method === "POST" && queue !== undefined) {
      create(incoming, response, queue).catch(() => response.destroy());
    } else if (method === "GET" && url === "/oauth2/v3/certs") {
      response.writeHead(200, { "content-type": "application/json" }).end(account.keys);
    } else fail(response, 404, "NOT_FOUND", "Requested entity was not found.");
  };

  const servers: Server[] = [];
  const close = async (): Promise<void> => {
    closing.abort();
    await Promise.all(servers.map(closeIngress));
  };
  try {
    const apis = await openPrivateService(listener);
    servers.push(apis.server);
    // Google's libraries take a host and a port.
    const metadata = await openAtSecretAddress(createMetadataServer(account));
    servers.push(metadata.server);
    return {
      environment: (serviceUrl) => ({
        GCE_METADATA_HOST: new URL(metadata.url).host,
        CLOUDSDK_API_ENDPOINT_OVERRIDES_CLOUDTASKS: `${apis.url}/`,
        MCP_ANYCLOUD_CLOUD_TASKS_QUEUE: QUEUE,
        MCP_ANYCLOUD_CLOUD_TASKS_URL: serviceUrl,
      }),
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

async function read(incoming: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of incoming) {
    length += chunk.length;
    // Enough of it to be refused as too large.
    if (length <= 2 * MAX_TASK_BYTES) chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString();
}

/** A task as the API shows it, without its body. */
function basicView(task: QueuedTask): object {
  const { name, url, method: httpMethod, headers, createdAt, scheduledAt, dispatchDeadlineMs } = task;
  return {
    name,
    httpRequest: { url, httpMethod, headers },
    scheduleTime: new Date(scheduledAt).toISOString(),
    createTime: new Date(Math.floor(createdAt / 1000) * 1000).toISOString(),
    dispatchDeadline: `${dispatchDeadlineMs / 1000}s`,
    view: "BASIC",
  };
}

function fail(response: ServerResponse, code: number, status: string, message: string): void {
  response.writeHead(code, { "content-type": "application/json; charset=UTF-8" });
  response.end(JSON.stringify({ error: { code, message, status } }));
}
