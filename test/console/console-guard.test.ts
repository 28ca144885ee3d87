import { once } from "node:events";
import { createServer, request } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, expect, onTestFinished, test, vi } from "vitest";
import { type Console, openConsole } from "../../cli/console/console.ts";
import { createActivity } from "../../cli/dev/activity.ts";
import { findChromium, NO_CHROMIUM, startChromium } from "../support/chromium.ts";

vi.setConfig({ testTimeout: 120_000 });

const activity = createActivity();
activity.note("a secret of the log");
let opened: Console;
let url: URL;
/** Nothing listens there. */
const ingress = { cloud: "aws", url: "http://127.0.0.1:1/mcp", imitates: "nothing", configurations: [] } as const;
const options = { activity, ingresses: [ingress], entry: "server.ts", table: undefined };

beforeAll(async () => {
  opened = await openConsole({ ...options, port: 0 });
  url = new URL(opened.url);
});
afterAll(() => opened?.close());

/** The status of a request with these headers, beside the right host. */
async function statusOf(path: string, headers: Record<string, string> = {}, method = "GET"): Promise<number> {
  const call = request({ host: url.hostname, port: url.port, path, method, headers: { host: url.host, ...headers } });
  call.end();
  const [response] = await once(call, "response");
  response.resume();
  return response.statusCode;
}

test("a request of the page itself is answered, with headers that keep everything else out", async () => {
  const response = await fetch(url);
  expect(response.status).toBe(200);
  const { headers } = response;
  expect(headers.get("content-security-policy")).toMatch(/default-src 'none'.*frame-ancestors 'none'/);
  expect(headers.get("referrer-policy")).toBe("no-referrer");
  expect([...headers.keys()].filter((name) => name.startsWith("access-control"))).toEqual([]);
  expect(await statusOf(url.pathname, { "sec-fetch-site": "same-origin", origin: url.origin })).toBe(200);
  expect(await statusOf(`${url.pathname}state`)).toBe(200);
  expect(await statusOf(`${url.pathname}../console.ts`)).toBe(404);
  expect(await statusOf(`${url.pathname}styles/../../console.ts`)).toBe(404);
});

test.each([
  ["without the secret", () => ["/", {}]],
  ["with another secret", () => [url.pathname.replace(/^\/./, "/~"), {}]],
  ["with a longer path", () => [`${url.pathname.slice(0, -1)}x/`, {}]],
  ["by another name", () => [url.pathname, { host: `localhost:${url.port}` }]],
  ["by a name that was pointed here", () => [url.pathname, { host: `rebind.example:${url.port}` }]],
  ["for another port", () => [url.pathname, { host: "127.0.0.1:1" }]],
  ["from another origin", () => [url.pathname, { origin: "http://127.0.0.1:1" }]],
  ["from no origin", () => [url.pathname, { origin: "null" }]],
  ["from a page of another site", () => [url.pathname, { "sec-fetch-site": "cross-site" }]],
  ["from a page of the same site", () => [url.pathname, { "sec-fetch-site": "same-site" }]],
] as ReadonlyArray<[string, () => [string, Record<string, string>]]>)("a request %s is refused", async (_, make) => {
  const [path, headers] = make();
  expect(await statusOf(path, headers)).toBe(403);
  for (const route of ["events", "state"]) expect(await statusOf(`${path}${route}`, headers)).toBe(403);
});

test("a call that is not JSON, or names no ingress, is refused", async () => {
  const post = (headers: Record<string, string>, body: string) =>
    fetch(`${opened.url}call`, { method: "POST", headers, body }).then(({ status }) => status);
  expect(await post({ "content-type": "text/plain" }, '{"cloud":"aws"}')).toBe(400);
  expect(await post({ "content-type": "application/json" }, "{")).toBe(400);
  expect(await post({ "content-type": "application/json" }, '{"cloud":"gcp"}')).toBe(400);
  expect(await post({ "content-type": "application/json" }, '{"cloud":"aws"}')).toBe(200);
});

test("a port that is taken gives way to a free one", async () => {
  const other = await openConsole({ ...options, port: Number(url.port) });
  try {
    expect((await fetch(other.url)).status).toBe(200);
    expect(new URL(other.url).port).not.toBe(url.port);
  } finally {
    await other.close();
  }
});

const chromium = findChromium();
if (chromium === undefined) {
  test("a page of another origin, in a browser", ({ skip }) => skip(NO_CHROMIUM));
} else {
  /** Tries everything by which a page could read another one, and returns what it could read. */
  const attack = async (target: string): Promise<string[]> => {
    const read: string[] = [];
    const attempts: Array<() => Promise<string>> = [
      async () => (await fetch(`${target}state`)).text(),
      async () => (await fetch(target, { mode: "no-cors" })).text(),
      () =>
        new Promise((resolve, reject) => {
          const source = new EventSource(`${target}events`);
          source.onopen = () => resolve("event stream");
          source.addEventListener("start", () => resolve("events"));
          source.onerror = () => reject(new Error("refused"));
        }),
      () =>
        new Promise((resolve, reject) => {
          const script = document.createElement("script");
          script.src = `${target}main.js`;
          script.onload = () => resolve("script");
          script.onerror = () => reject(new Error("refused"));
          document.head.append(script);
        }),
      () =>
        new Promise((resolve, reject) => {
          const frame = document.createElement("iframe");
          frame.src = target;
          frame.onload = () => {
            const text = frame.contentDocument?.body.textContent;
            if (text) resolve(`frame ${text}`);
            else reject(new Error("refused"));
          };
          document.body.append(frame);
        }),
      async () => {
        const opened = window.open(target);
        await new Promise((resolve) => setTimeout(resolve, 1_000));
        return `window ${opened?.document.body.textContent || Promise.reject(new Error("refused"))}`;
      },
    ];
    for (const attempt of attempts) {
      const text = await attempt().catch(() => "");
      if (text !== "") read.push(text);
    }
    return read;
  };

  test("a page of another origin that knows the secret reads nothing", async () => {
    const server = createServer((_, outgoing) => outgoing.setHeader("content-type", "text/html").end("<body>other"));
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    const browser = await startChromium(chromium);
    onTestFinished(async () => {
      await browser.close();
      server.closeAllConnections();
      server.close();
    });
    const page = await browser.newPage();
    await page.goto(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
    expect(await page.evaluate(attack, opened.url)).toEqual([]);
    // The same attempts succeed where the page is the console's own.
    await page.goto(opened.url);
    expect((await page.evaluate(attack, opened.url)).length).toBeGreaterThanOrEqual(3);
  });

  test("a name that was pointed here (DNS rebinding) is refused in the browser, too", async () => {
    const browser = await startChromium(chromium, ["rebind.example"]);
    onTestFinished(() => browser.close());
    const page = await browser.newPage();
    const response = await page.goto(`http://rebind.example:${url.port}${url.pathname}`);
    expect(response?.status()).toBe(403);
    expect((await page.evaluate(attack, `http://rebind.example:${url.port}${url.pathname}`)).join()).not.toContain(
      "secret",
    );
    expect(await page.evaluate(async (path) => (await fetch(`${path}state`)).status, url.pathname)).toBe(403);
  });
}
