import { METHODS } from "node:http";
import { gzipSync } from "node:zlib";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { buildArtefact, echo, FORMS, type Service, startService, temporaryFolder } from "./service.ts";

const folder = temporaryFolder();
beforeAll(() => buildArtefact(folder.path));
afterAll(() => folder[Symbol.dispose]());

const MEBIBYTE = 1024 * 1024;
const VISIBLE = Array.from({ length: 94 }, (_, index) => String.fromCharCode(33 + index));

describe.each(FORMS)("a request, as %s", (form) => {
  let service: Service;
  beforeAll(async () => {
    service = await startService(folder.path, { form });
  });
  afterAll(() => service?.close());

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

  test("with JSON arrives byte for byte, as it was spelled", async () => {
    const body = Buffer.from('{ "b":1.0,\n"a" : "\\u00e9", "a": 2 }');
    const arrived = await echo(service.port, {
      method: "POST",
      path: "/json",
      headers: ["content-type", "application/json"],
      body,
    });
    expect(Buffer.from(arrived.body, "base64").toString()).toBe(body.toString());
  });

  test("with 5 MB arrives, with a length and chunked", async () => {
    const body = Buffer.alloc(5 * MEBIBYTE, "0123456789abcdef");
    for (const chunked of [false, true]) {
      const arrived = await echo(service.port, { method: "POST", path: "/large-request", body, chunked });
      expect(Buffer.from(arrived.body, "base64").equals(body)).toBe(true);
    }
  });

  test("without a body, or with an empty one, has none", async () => {
    for (const headers of [[], ["content-length", "0"], ["content-length", "0", "content-type", "application/json"]]) {
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

  test("compressed keeps its meaning", async () => {
    const body = gzipSync("plain words");
    const headers = ["content-encoding", "gzip", "content-type", "text/plain"];
    const arrived = await echo(service.port, { method: "POST", path: "/x", headers, body });
    const bytes = Buffer.from(arrived.body, "base64");
    expect(bytes.equals(body)).toBe(true);
    expect(arrived.headers["content-encoding"]).toBe("gzip");
    expect(arrived.headers["content-length"]).toBe(String(bytes.length));
  });

  describe("has the facts that the platform attests", () => {
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
});
