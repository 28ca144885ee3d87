import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { METHODS } from "node:http";
import { connect } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { gzipSync } from "node:zlib";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
  about,
  arrivedIn,
  bodyOf,
  buildArtefact,
  echo,
  exchange,
  FORMS,
  openStream,
  type Service,
  send,
  startService,
  temporaryFolder,
  textOf,
} from "./service.ts";

const folder = temporaryFolder();
beforeAll(() => buildArtefact(folder.path));
afterAll(() => folder[Symbol.dispose]());

const MEBIBYTE = 1024 * 1024;
const VISIBLE = Array.from({ length: 94 }, (_, index) => String.fromCharCode(33 + index));

describe.each(FORMS)("the adapter, as %s", (form) => {
  let service: Service;
  /** The instance itself, without the platform before it. */
  let instancePort: number;
  beforeAll(async () => {
    service = await startService(folder.path, { form });
    instancePort = Number((await about(service.port)).env.PORT);
  });
  afterAll(() => service?.close());

  describe("a request", () => {
    test("arrives unchanged, whatever it is", async () => {
      // The framework answers broken percent-escapes itself.
      const characters = VISIBLE.filter((char) => char !== "#" && (form === "container" || char !== "%"));
      const target = fc.string({ unit: fc.constantFrom(...characters, "%20", "%2F"), maxLength: 30 });
      const latin1 = Array.from({ length: 96 }, (_, index) => String.fromCharCode(160 + index));
      const value = fc.string({ unit: fc.constantFrom(...VISIBLE, ...latin1), minLength: 1, maxLength: 30 });
      const request = fc.record({
        method: fc.constantFrom(...METHODS.filter((method) => method !== "HEAD" && method !== "CONNECT")),
        target,
        value,
        type: fc.constantFrom(undefined, "text/plain", "application/octet-stream", "image/png"),
        body: fc.option(fc.uint8Array({ minLength: 1, maxLength: 300 }), { nil: undefined }),
        chunked: fc.boolean(),
      });
      await fc.assert(
        fc.asyncProperty(request, async ({ method, target, value, type, body, chunked }) => {
          const sent = { method, path: `/any/${target}`, chunked: chunked && body !== undefined };
          const headers = ["X-Sent", value, ...(type ? ["Content-Type", type] : [])];
          const arrived = await echo(service.port, { ...sent, headers, ...(body && { body }) });
          expect([arrived.method, arrived.url]).toEqual([method, sent.path]);
          expect([arrived.headers["x-sent"], arrived.headers["content-type"]]).toEqual([value, type]);
          expect(Buffer.from(arrived.body, "base64")).toEqual(Buffer.from(body ?? []));
          expect(arrived.hasBody).toBe(body !== undefined);
        }),
        { numRuns: 80 },
      );
    });

    test("of JSON arrives byte for byte, as it was spelled", async () => {
      const body = Buffer.from('{ "b":1.0,\n"a" : "\\u00e9", "a": 2 }');
      const arrived = await echo(service.port, {
        method: "POST",
        path: "/json",
        headers: ["content-type", "application/json"],
        body,
      });
      expect(Buffer.from(arrived.body, "base64").toString()).toBe(body.toString());
    });

    test("of 5 MB arrives, with a length and chunked", async () => {
      const body = Buffer.alloc(5 * MEBIBYTE, "0123456789abcdef");
      for (const chunked of [false, true]) {
        const arrived = await echo(service.port, { method: "POST", path: "/large-request", body, chunked });
        expect(Buffer.from(arrived.body, "base64").equals(body)).toBe(true);
      }
    });

    test("without a body, or with an empty one, has none", async () => {
      for (const headers of [
        [],
        ["content-length", "0"],
        ["content-length", "0", "content-type", "application/json"],
      ]) {
        expect((await echo(service.port, { method: "POST", path: "/x", headers })).hasBody).toBe(false);
      }
    });

    test("keeps both values of a header that came twice, the security-relevant ones included", async () => {
      const twice = ["authorization", "content-type", "user-agent", "x-any", "set-cookie", "accept"];
      const headers = twice.flatMap((name) => [name, "one", name, "two"]);
      const arrived = await echo(service.port, { path: "/x", headers: [...headers, "cookie", "a=1", "cookie", "b=2"] });
      for (const name of twice) expect([name, arrived.headers[name]]).toEqual([name, "one, two"]);
      expect(arrived.headers.cookie).toBe("a=1; b=2");
    });

    test("may have a header called __proto__", async () => {
      const arrived = await echo(service.port, { path: "/x", headers: ["__proto__", "polluted"] });
      expect(Object.entries(arrived.headers)).toContainEqual(["__proto__", "polluted"]);
    });

    test("with two hosts shows both", async () => {
      const answer = await exchange(
        instancePort,
        "GET /x HTTP/1.1\r\nHost: good.example\r\nHost: evil.example\r\nConnection: close\r\n\r\n",
      );
      expect(arrivedIn(answer).headers.host).toBe("good.example, evil.example");
    });

    test.each([
      ["http://evil.example/x?y=1", "/x?y=1", "good.example, evil.example"],
      ["http://evil.example", "/", "good.example, evil.example"],
      ["http://evil.example?y=//z", "/?y=//z", "good.example, evil.example"],
      ["http://good.example//evil.example/x", "//evil.example/x", "good.example"],
      ["HTTPS://u:p@good.example/x", "/x", "good.example, u:p@good.example"],
      ["//evil.example/x", "//evil.example/x", "good.example"],
      ["/\\evil.example", "/\\evil.example", "good.example"],
    ])("for the target %s has the path %s", async (target, url, host) => {
      const answer = await exchange(
        instancePort,
        `GET ${target} HTTP/1.1\r\nHost: good.example\r\nConnection: close\r\n\r\n`,
      );
      const arrived = arrivedIn(answer);
      expect([arrived.url, arrived.headers.host]).toEqual([url, host]);
    });

    test("OPTIONS * reaches no resource", async () => {
      const answer = await exchange(instancePort, "OPTIONS * HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n");
      // The framework's router finds nothing at *.
      if (form === "function") expect(answer).toMatch(/^HTTP\/1\.1 404 /);
      else expect(arrivedIn(answer).url).toBe("/*");
    });

    test.each([
      [
        "a length and chunks",
        "Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nGET /evil HTTP/1.1\r\n\r\n",
      ],
      ["two lengths", "Content-Length: 4\r\nContent-Length: 9\r\n\r\nbody"],
      ["an unknown transfer coding", "Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n"],
      ["a bare carriage return", "X-A: b\rX-Evil: c\r\n\r\n"],
    ])("with %s is refused, at the instance too", async (_, rest) => {
      for (const port of [service.port, instancePort]) {
        const answer = await exchange(port, `POST /x HTTP/1.1\r\nHost: h\r\nConnection: close\r\n${rest}`);
        expect(answer).toMatch(/^HTTP\/1\.1 400 /);
        expect(answer).not.toContain('"method"');
      }
    });

    test("over 32 MiB is refused by the instance itself, with a length and chunked", async () => {
      const body = Buffer.alloc(32 * MEBIBYTE + 1);
      for (const chunked of [false, true]) {
        const headers = ["content-type", "application/octet-stream"];
        const response = await send(instancePort, { method: "POST", path: "/x", headers, body, chunked });
        expect(response.statusCode).toBe(413);
        expect(JSON.parse((await bodyOf(response)).toString())).toMatchObject({ jsonrpc: "2.0", error: {}, id: null });
      }
      expect(await echo(service.port, { path: "/still-here" })).toMatchObject({ url: "/still-here" });
    });

    test("over 32 MiB is refused in a way that a client which reads only after writing can see", async () => {
      const socket = connect(instancePort, "127.0.0.1").setEncoding("latin1");
      const length = 33 * MEBIBYTE;
      socket.write(`POST /x HTTP/1.1\r\nHost: h\r\nContent-Type: image/png\r\nContent-Length: ${length}\r\n\r\n`);
      await new Promise<void>((resolve, reject) => {
        socket.write(Buffer.alloc(length), (error) => (error ? reject(error) : resolve()));
      });
      const [answer] = await once(socket, "data");
      socket.destroy();
      expect(answer).toMatch(/^HTTP\/1\.1 413 /);
    });

    test("that expects 100-continue is told to go on", async () => {
      const head = "POST /x HTTP/1.1\r\nHost: h\r\nConnection: close\r\nExpect: 100-continue\r\n";
      const answer = await exchange(instancePort, `${head}Content-Length: 4\r\n\r\nbody`);
      expect(answer).toMatch(/^HTTP\/1\.1 100 Continue\r\n\r\nHTTP\/1\.1 200 /);
      expect(Buffer.from(arrivedIn(answer).body, "base64").toString()).toBe("body");
    });

    test("that is cut off before its end reaches nobody and harms nobody", async () => {
      const socket = connect(service.port, "127.0.0.1");
      socket.write("POST /x HTTP/1.1\r\nHost: h\r\nContent-Length: 100\r\n\r\nhalf");
      await sleep(50);
      socket.destroy();
      expect(await echo(service.port, { path: "/after" })).toMatchObject({ url: "/after" });
    });

    test("compressed keeps its meaning", async () => {
      const body = gzipSync("plain words");
      const headers = ["content-encoding", "gzip", "content-type", "text/plain"];
      const arrived = await echo(service.port, { method: "POST", path: "/x", headers, body });
      const bytes = Buffer.from(arrived.body, "base64");
      // The framework inflates it; the headers describe the body that arrived in either form.
      if (form === "function") expect(bytes.toString()).toBe("plain words");
      else expect(bytes.equals(body)).toBe(true);
      expect(arrived.headers["content-encoding"]).toBe(form === "function" ? undefined : "gzip");
      expect(arrived.headers["content-length"]).toBe(String(bytes.length));
    });
  });

  describe("what the platform vouches for", () => {
    test("the client's address is the last that was forwarded, never one the client wrote", async () => {
      const forged = ["x-forwarded-for", "203.0.113.9", "x-forwarded-for", "203.0.113.10, 203.0.113.11"];
      const arrived = await echo(service.port, { path: "/x", headers: forged });
      expect(arrived.clientIp).toBe("127.0.0.1");
      expect(arrived.headers["x-forwarded-for"]).toContain("203.0.113.9");
    });

    test("the request's id is new each time, whatever trace the client claims", async () => {
      const headers = ["x-cloud-trace-context", `${"a".repeat(32)}/1;o=1`, "function-execution-id", "forged"];
      const ids = [
        await echo(service.port, { path: "/x", headers }),
        await echo(service.port, { path: "/x", headers }),
      ];
      expect(ids[0]?.requestId).toMatch(/^[0-9a-f-]{36}$/);
      expect(ids[0]?.requestId).not.toBe(ids[1]?.requestId);
    });

    test("streams are possible", async () => {
      expect((await echo(service.port, { path: "/x" })).canStream).toBe(true);
    });
  });

  describe("a response", () => {
    test.each([200, 201, 202, 400, 401, 403, 404, 405, 413, 429, 500, 503])("has status %i", async (code) => {
      const response = await send(service.port, { path: `/status?code=${code}` });
      expect([response.statusCode, (await bodyOf(response)).toString()]).toEqual([code, "answer"]);
    });

    test.each([200, 202, 204, 304, 405])("without a body ends, with status %i", async (code) => {
      const response = await send(service.port, { path: `/nothing?code=${code}` });
      expect([response.statusCode, (await bodyOf(response)).length]).toEqual([code, 0]);
      if (code === 204) expect(response.headers["content-length"]).toBeUndefined();
    });

    test("of 5 MB arrives, whole and streamed", async () => {
      const whole = await textOf(service.port, `/large?bytes=${5 * MEBIBYTE}`);
      expect(whole === "é".repeat((5 * MEBIBYTE) / 2)).toBe(true);
      expect((await textOf(service.port, `/flood?bytes=${5 * MEBIBYTE}`)).length).toBe(5 * MEBIBYTE);
    });

    test("streams each chunk before the next exists", async () => {
      const name = randomUUID();
      const response = await send(service.port, { path: `/gated?name=${name}` });
      const chunks = response[Symbol.asyncIterator]();
      expect(String((await chunks.next()).value)).toBe("one");
      await textOf(service.port, `/open?name=${name}`);
      expect(String((await chunks.next()).value)).toBe("two");
      expect((await chunks.next()).done).toBe(true);
    });

    test("that streams shows its headers before there is a first chunk", async () => {
      const name = randomUUID();
      const response = await send(service.port, { path: `/silent?name=${name}` });
      expect(response.statusCode).toBe(200);
      await textOf(service.port, `/open?name=${name}`);
      expect((await bodyOf(response)).toString()).toBe("at last");
    });

    test("that comes too late for its client is put away", async () => {
      const name = randomUUID();
      const socket = connect(service.port, "127.0.0.1");
      socket.write(`GET /too-late?name=${name} HTTP/1.1\r\nHost: h\r\n\r\n`);
      await sleep(50);
      socket.destroy();
      await expect.poll(() => service.noted(`put away ${name}`), { timeout: 30_000 }).toBe(true);
    });

    test("that streams nothing ends", async () => {
      expect(await textOf(service.port, "/empty-stream")).toBe("");
    });

    test("to HEAD has headers and no body, whole or streamed, and its stream is put away", async () => {
      const whole = await send(service.port, { method: "HEAD", path: "/status?code=200" });
      expect([whole.headers["content-length"], (await bodyOf(whole)).length]).toEqual(["6", 0]);
      const declared = await send(service.port, { method: "HEAD", path: "/head-length" });
      expect([declared.headers["content-length"], (await bodyOf(declared)).length]).toEqual(["4711", 0]);
      const streamed = await send(service.port, { method: "HEAD", path: "/stuck" });
      expect([streamed.statusCode, (await bodyOf(streamed)).length]).toEqual([200, 0]);
    });

    test("that lies about its length or coding is framed by the adapter", async () => {
      const response = await send(instancePort, { path: "/lie" });
      expect(response.headers).toMatchObject({ "content-length": "6" });
      expect(response.headers["transfer-encoding"]).toBeUndefined();
      expect((await bodyOf(response)).toString()).toBe("answer");
      expect(await textOf(instancePort, "/lying-stream")).toBe("answer");
    });

    test.each([
      "/throw",
      "/bad-value",
      "/bad-name",
      "/bad-body",
      "/status?code=99",
      "/status?code=200.5",
      "/status?code=101",
    ])("of a handler that fails, or cannot be sent, is a 500 without detail: %s", async (path) => {
      const response = await send(service.port, { path });
      const text = (await bodyOf(response)).toString();
      expect([response.statusCode, JSON.parse(text).error.code]).toEqual([500, -32603]);
      expect(text + JSON.stringify(response.headers)).not.toMatch(/detail|x-evil|at .*:\d/);
    });

    test("that fails in the middle breaks the connection", async () => {
      const response = await send(service.port, { path: "/break" });
      expect(response.statusCode).toBe(200);
      await expect(bodyOf(response)).rejects.toThrow("aborted");
      await expect.poll(() => service.output.join("\n"), { timeout: 30_000 }).toContain("detail for the operator");
    });

    test("waits for a slow reader instead of filling the memory", async () => {
      const total = 256 * MEBIBYTE;
      const before = (await about(service.port)).flooded;
      const response = await send(service.port, { path: `/flood?bytes=${total}` });
      // Nobody reads: the body's iterator must come to rest before its end.
      let produced = -1;
      for (let last = -2; last !== produced; ) {
        last = produced;
        await sleep(300);
        produced = (await about(service.port)).flooded - before;
      }
      response.destroy();
      expect(produced).toBeGreaterThan(0);
      expect(produced).toBeLessThan(total);
    });

    test("whose client has left tells the handler and puts its stream away", async () => {
      const name = randomUUID();
      const response = await openStream(service.port, `/hold?name=${name}`);
      response.destroy();
      await expect.poll(() => service.noted(`told ${name}`), { timeout: 30_000 }).toBe(true);
      await expect.poll(() => service.noted(`stopped ${name}`), { timeout: 30_000 }).toBe(true);
      expect(service.noted(`went on ${name}`)).toBe(false);
    });

    test("that ended well leaves the signal alone", async () => {
      const name = randomUUID();
      await textOf(service.port, `/later?name=${name}`);
      await textOf(service.port, `/open?name=${name}`);
      await expect.poll(() => service.noted(`later ${name}`), { timeout: 30_000 }).toBe(true);
      await expect.poll(() => service.output.join("\n"), { timeout: 30_000 }).toContain("work that fails");
      expect(await echo(service.port, { path: "/still-here" })).toMatchObject({ url: "/still-here" });
    });
  });
});

describe("the functions-framework answers before the adapter", () => {
  test.each([
    ["JSON it cannot parse", { path: "/x", body: "{bad", headers: ["content-type", "application/json"] }, 400],
    [
      "a charset it does not know",
      { path: "/x", body: "{}", headers: ["content-type", "application/json; charset=x"] },
      415,
    ],
    ["a broken escape", { path: "/%zz", body: "", headers: [] }, 400],
    ["an icon nobody has", { path: "/favicon.ico", body: "", headers: [] }, 404],
  ])("%s, and shows nothing of its insides", async (_, { path, body, headers }, status) => {
    await using service = await startService(folder.path, { form: "function" });
    const response = await send(service.port, { method: "POST", path, headers, body: Buffer.from(body) });
    const text = (await bodyOf(response)).toString();
    expect(response.statusCode).toBe(status);
    expect(text).not.toMatch(/node_modules|at .*:\d/);
    expect(text).not.toContain("jsonrpc");
  });
});
