import { createServer, type RequestListener, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, beforeEach, expect, test, vi } from "vitest";
import { createCloudTasksJobs } from "../../../adapters/gcp/jobs/cloud-tasks.ts";
import { JOB_PATH } from "../../../adapters/gcp/jobs/job-request.ts";
import { CLOUD_TASKS_SETTINGS } from "../../../adapters/gcp/jobs/settings.ts";
import { createListener, type DrainableListener } from "../../../adapters/gcp/listener.ts";
import { type GoogleApis, openGoogleApis } from "../../../emulators/gcp/cloud-tasks/google-apis.ts";
import { createMetadataServer } from "../../../emulators/gcp/cloud-tasks/metadata-server.ts";
import { createServiceAccount } from "../../../emulators/gcp/cloud-tasks/service-account.ts";
import { type HttpHandler, type HttpRequest, type HttpResponse, readConfig } from "../../../src/adapter.ts";

const servers: Server[] = [];
async function listen(listener: RequestListener): Promise<string> {
  const server = createServer(listener);
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

const worked: string[] = [];
const outcomes: HttpResponse[] = [];
const handler: HttpHandler = async (_request, { job }) => {
  if (job === undefined) return { status: 404, headers: {} };
  worked.push(job);
  return outcomes.shift() ?? { status: 204, headers: {} };
};

let apis: GoogleApis;
let service: string;
let environment: Record<string, string>;
let listener: DrainableListener["listener"];

const jobsOf = (more: Record<string, string> = {}) => {
  const all = { ...environment, ...more };
  return createCloudTasksJobs(readConfig(all, CLOUD_TASKS_SETTINGS), all);
};

beforeAll(async () => {
  service = await listen((incoming, outgoing) => void listener(incoming, outgoing));
  apis = await openGoogleApis({ timeScale: 0.01, log: () => {} });
  environment = { ...apis.environment(service) };
  vi.stubEnv("GCE_METADATA_HOST", environment.GCE_METADATA_HOST);
  ({ listener } = createListener(jobsOf().takingJobs(handler)));
});
afterAll(async () => {
  vi.unstubAllEnvs();
  await apis.close();
  for (const server of servers) {
    server.close();
    server.closeAllConnections();
  }
});
beforeEach(() => {
  worked.length = 0;
});

async function tokenFor(audience: string): Promise<string> {
  const path = "computeMetadata/v1/instance/service-accounts/default/identity";
  const query = `?audience=${encodeURIComponent(audience)}`;
  const headers = { "metadata-flavor": "Google" };
  return (await fetch(`http://${environment.GCE_METADATA_HOST}/${path}${query}`, { headers })).text();
}

const jobRequest = (authorization: string, body: HttpRequest["body"] = '{"mcpAnycloudTask":"a"}'): HttpRequest => ({
  method: "POST",
  url: JOB_PATH,
  headers: { authorization },
  ...(body && { body }),
});
const invocation = { requestId: "1", canStream: false };
const unread: AsyncIterable<Uint8Array> = {
  [Symbol.asyncIterator]() {
    throw new Error("The body of a stranger was read.");
  },
};

test("a job comes back as a request of its own, and one that is too early after its delay", async () => {
  const { workQueue } = jobsOf();
  await workQueue?.submit({ taskId: "at once" });
  await expect.poll(() => worked).toEqual(["at once"]);
  outcomes.push({ status: 425, headers: { "retry-after": "1.5" } });
  const from = Date.now();
  await workQueue?.submit({ taskId: "early" });
  await expect.poll(() => worked.filter((job) => job === "early").length).toBe(2);
  expect(Date.now() - from).toBeGreaterThanOrEqual(1_500);
  outcomes.push({ status: 503, headers: { "retry-after": "5" } });
  await workQueue?.submit({ taskId: "failed" });
  await expect.poll(() => worked.filter((job) => job === "failed").length).toBe(2);
});

test("a sleep longer than Cloud Tasks takes is cut", async () => {
  await expect(jobsOf().workQueue?.submit({ taskId: "a", delayMs: 90 * 24 * 3_600_000 })).resolves.toBeUndefined();
});

test("only Google's token for this service and its account brings a job, and nobody else's body is read", async () => {
  const handle = jobsOf().takingJobs(handler);
  const statusOf = async (authorization: string, body?: HttpRequest["body"]): Promise<number> =>
    (await handle(jobRequest(authorization, body), invocation)).status;
  const good = await tokenFor(service);
  const removed = good.replace(/[^.]*$/, "SIGNATURE_REMOVED_BY_GOOGLE");
  const forged = createServiceAccount().identityToken(service);
  for (const token of ["", "x", await tokenFor("https://other.example"), forged, removed]) {
    expect(await statusOf(`Bearer ${token}`, unread), token).toBe(401);
  }
  expect(worked).toEqual([]);
  expect(await statusOf(`Bearer ${good}`)).toBe(204);
  expect(worked).toEqual(["a"]);
  expect((await handle({ method: "GET", url: JOB_PATH, headers: {} }, invocation)).status).toBe(404);
  for (const body of ["", "{", "{}", "[1]", '{"mcpAnycloudTask":1}', "x".repeat(2_000)]) {
    expect(await statusOf(`Bearer ${good}`, body), body).toBe(204);
  }
  expect(worked).toEqual(["a"]);
});

test("a token in another account's name brings none", async () => {
  const good = await tokenFor(service);
  const { identityToken: _identityToken, ...rest } = createServiceAccount();
  const other = createMetadataServer({ ...rest, email: "other@p.iam.gserviceaccount.com", identityToken: () => "" });
  const host = new URL(await listen(other)).host;
  vi.stubEnv("GCE_METADATA_HOST", host);
  const response = await jobsOf().takingJobs(handler)(jobRequest(`Bearer ${good}`), invocation);
  vi.stubEnv("GCE_METADATA_HOST", environment.GCE_METADATA_HOST);
  expect(response.status).toBe(401);
});

test("a token whose signature Cloud Run removed counts only where its IAM guards the service", async () => {
  const [guarded, other] = await Promise.all([service, "https://other.example"].map(tokenFor));
  const removed = (token = ""): string => `Bearer ${token.replace(/[^.]*$/, "SIGNATURE_REMOVED_BY_GOOGLE")}`;
  const handle = (more: Record<string, string>) => jobsOf(more).takingJobs(handler);
  const iam = { MCP_ANYCLOUD_PLATFORM_IDENTITY: "google-iam", K_SERVICE: "mcp" };
  expect((await handle(iam)(jobRequest(removed(guarded)), invocation)).status).toBe(204);
  expect((await handle(iam)(jobRequest(removed(other)), invocation)).status).toBe(401);
  expect((await handle({ K_SERVICE: "mcp" })(jobRequest(removed(guarded)), invocation)).status).toBe(401);
});

test.each([
  [{ MCP_ANYCLOUD_CLOUD_TASKS_QUEUE: "" }, /work together only/],
  [{ MCP_ANYCLOUD_CLOUD_TASKS_URL: "" }, /work together only/],
  [{ MCP_ANYCLOUD_CLOUD_TASKS_QUEUE: "mcp-tasks" }, /must be the full name of a queue/],
  [{ MCP_ANYCLOUD_CLOUD_TASKS_URL: "http://mcp.example" }, /must be the https URL of the service/],
  [{ MCP_ANYCLOUD_CLOUD_TASKS_URL: "https://mcp.example/mcp" }, /must be the https URL of the service/],
])("settings that are wrong fail the start in a sentence: %o", (wrong, sentence) => {
  expect(() => jobsOf(wrong)).toThrow(sentence);
});

test("without the settings there is no queue, and the handler is as it was", () => {
  const { workQueue, takingJobs } = createCloudTasksJobs({}, {});
  expect([workQueue, takingJobs(handler)]).toEqual([undefined, handler]);
});

test.each([
  [{ MCP_ANYCLOUD_CLOUD_TASKS_QUEUE: "projects/p/locations/l/queues/none" }, /status 404.*make the queue/],
  [{ CLOUDSDK_API_ENDPOINT_OVERRIDES_CLOUDTASKS: "http://127.0.0.1:9/" }, /could not be reached/],
])("a queue that does not take a job is told in a sentence: %o", async (wrong, sentence) => {
  const submitted = jobsOf(wrong).workQueue?.submit({ taskId: "a" });
  await expect(submitted).rejects.toMatchObject({
    code: "QUEUE_UNAVAILABLE",
    message: expect.stringMatching(sentence),
  });
});
