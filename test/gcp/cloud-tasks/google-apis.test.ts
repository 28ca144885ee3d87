import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import { createRemoteJWKSet, jwtVerify } from "jose";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type GoogleApis, openGoogleApis } from "../../../emulators/gcp/cloud-tasks/google-apis.ts";

interface Delivered {
  readonly headers: IncomingMessage["headers"];
  readonly body: string;
}

const delivered: Delivered[] = [];
/** Answers to deliveries by the body of their task; 200 where there is none left. */
const answers = new Map<string, Array<readonly [status: number, retryAfter?: string]>>();
const worker = createServer(async (incoming, response) => {
  let body = "";
  for await (const chunk of incoming) body += chunk;
  delivered.push({ headers: incoming.headers, body });
  const [status, retryAfter] = answers.get(body)?.shift() ?? [200];
  response.writeHead(status, { ...(retryAfter !== undefined && { "retry-after": retryAfter }) }).end();
});

let apis: GoogleApis;
let url: string;
let variables: Readonly<Record<string, string>>;

beforeAll(async () => {
  await new Promise<void>((resolve) => worker.listen(0, "127.0.0.1", resolve));
  url = `http://127.0.0.1:${(worker.address() as AddressInfo).port}`;
  apis = await openGoogleApis({ timeScale: 0.01, log: () => {} });
  variables = apis.environment(url);
});
afterAll(async () => {
  await apis.close();
  worker.close();
});

const metadata = (path: string, headers: Record<string, string> = { "metadata-flavor": "Google" }): Promise<Response> =>
  fetch(`http://${variables.GCE_METADATA_HOST}/computeMetadata/v1/instance/service-accounts/default/${path}`, {
    headers,
  });

async function create(body: string, task: object = {}, queue = variables.MCP_ANYCLOUD_CLOUD_TASKS_QUEUE, token = "") {
  const { access_token: own } = (await (await metadata("token")).json()) as { access_token: string };
  const email = await (await metadata("email")).text();
  const httpRequest = {
    url: `${url}/job`,
    httpMethod: "POST",
    headers: { "Content-Type": "application/json" },
    body: Buffer.from(body).toString("base64"),
    oidcToken: { serviceAccountEmail: email, audience: url },
  };
  return fetch(`${variables.CLOUDSDK_API_ENDPOINT_OVERRIDES_CLOUDTASKS}v2/${queue}/tasks`, {
    method: "POST",
    headers: { authorization: `Bearer ${token || own}`, "content-type": "application/json" },
    body: JSON.stringify({ task: { httpRequest, ...task } }),
  });
}

const times = (body: string): number => delivered.filter((one) => one.body === body).length;

test("a task arrives with a token that Google's keys prove, for its audience and in its account's name", async () => {
  const response = await create('"first"');
  expect(response.status).toBe(200);
  expect(await response.json()).toMatchObject({ view: "BASIC", httpRequest: { url: `${url}/job` } });
  await expect.poll(() => times('"first"')).toBe(1);
  const { headers } = delivered.find(({ body }) => body === '"first"') ?? expect.unreachable();
  expect(headers).toMatchObject({
    "user-agent": "Google-Cloud-Tasks",
    "content-type": "application/json",
    "x-cloudtasks-queuename": "mcp-tasks",
    "x-cloudtasks-taskretrycount": "0",
  });
  const keys = createRemoteJWKSet(new URL("oauth2/v3/certs", variables.CLOUDSDK_API_ENDPOINT_OVERRIDES_CLOUDTASKS));
  const token = headers.authorization?.replace("Bearer ", "") ?? "";
  const { payload } = await jwtVerify(token, keys, { issuer: "https://accounts.google.com", audience: url });
  expect(payload).toMatchObject({ email: await (await metadata("email")).text(), email_verified: true });
});

test("a task that failed comes again until it is done, and then no more", async () => {
  answers.set('"again"', [[500], [503, "20"], [425]]);
  await create('"again"');
  await expect.poll(() => times('"again"')).toBe(4);
  const counts = delivered.flatMap(({ body, headers }) =>
    body === '"again"' ? [headers["x-cloudtasks-taskretrycount"]] : [],
  );
  expect(counts).toEqual(["0", "1", "2", "3"]);
});

test("every tenth task comes twice, and one with a schedule time not before it", async () => {
  const at = Date.now() + 1_500;
  await create('"later"', { scheduleTime: new Date(at).toISOString() });
  for (let count = 0; count < 10; count++) await create('"many"');
  await expect.poll(() => times('"many"')).toBe(11);
  await expect.poll(() => times('"later"')).toBe(1);
  expect(Date.now()).toBeGreaterThanOrEqual(at);
});

test("a wrong token, queue or repeated name is refused, and metadata without its header", async () => {
  expect((await create('"x"', {}, undefined, "other")).status).toBe(401);
  expect((await create('"x"', {}, "projects/p/locations/l/queues/none")).status).toBe(404);
  const name = `${variables.MCP_ANYCLOUD_CLOUD_TASKS_QUEUE}/tasks/once`;
  expect((await create('"named"', { name })).status).toBe(200);
  expect((await create('"named"', { name })).status).toBe(409);
  expect((await metadata("email", {})).status).toBe(403);
  expect((await metadata("identity")).status).toBe(400);
  expect((await metadata("aliases")).status).toBe(404);
});
