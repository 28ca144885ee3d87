import { randomUUID } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { connect } from "node:net";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Arm, readAll, type SentRequest, type Traits } from "./arm.ts";

const MEBIBYTE = 1_048_576;
/** Distinguishes the failure of a platform that holds streams back from a machine that is slow. */
const GAPS_MS = [200, 1000, 4000];

/**
 * Tests that an adapter passes requests and responses on unchanged and at once, and passes on nothing else.
 * `notes` is the file that the handler of the contract writes to.
 */
export function adapterContract(start: () => Promise<Arm>, traits: Traits, notes: string): void {
  let arm: Arm;
  beforeAll(async () => {
    arm = await start();
  });
  afterAll(() => arm?.close());

  const echo = async (request: SentRequest): Promise<Record<string, unknown> & { headers: Record<string, string> }> =>
    JSON.parse((await readAll(await arm.send(request))).toString());
  const noted = (line: string): boolean => existsSync(notes) && readFileSync(notes, "utf8").split("\n").includes(line);

  test("any request arrives unchanged", async () => {
    const text = fc.string({ unit: fc.constantFrom(..."abcXYZ019-._~!$'()*,;=:@ é€😀/%?&+#"), maxLength: 12 });
    const request = fc.record({
      method: fc.constantFrom(...traits.methods),
      segments: fc.array(text, { maxLength: 3 }),
      query: fc.array(fc.tuple(text, text), { maxLength: 4 }),
      header: fc
        .string({ unit: fc.constantFrom(..."abc XYZ019-._~!#$%&'*+/=?^`{|}();:,@[]<>"), maxLength: 40 })
        .map((value) => `v${value.trimEnd()}`),
      body: fc.uint8Array({ minLength: 1, maxLength: 512 }),
    });
    await fc.assert(
      fc.asyncProperty(request, async ({ method, segments, query, header, body }) => {
        const path = `/p/${segments.map(encodeURIComponent).join("/")}`;
        const search = query.map((pair) => pair.map(encodeURIComponent).join("=")).join("&");
        const sent = { method, url: search ? `${path}?${search}` : path, headers: ["x-sent", header] };
        const withBody = method === "GET" || method === "DELETE" || method === "OPTIONS" ? sent : { ...sent, body };
        const arrived = await echo(withBody);
        expect(arrived).toMatchObject({
          method,
          body: "body" in withBody ? Buffer.from(body).toString("base64") : "",
          headers: { "x-sent": header },
        });
        if (traits.exactPath && traits.exactQuery) expect(arrived.url).toBe(sent.url);
        else expect(canonical(arrived.url, traits)).toEqual(canonical(sent.url, traits));
      }),
      { numRuns: 60 },
    );
  });

  test("a header sent twice arrives once, both values in it", async () => {
    const { headers } = await echo({ method: "GET", url: "/", headers: ["x-twice", "one", "x-twice", "two"] });
    expect(headers["x-twice"]?.replace(/,\s*/, ", ")).toBe("one, two");
  });

  test.each([200, 201, 400, 401, 403, 404, 405, 409, 413, 429, 500, 503])(
    "status %i arrives, headers and body with it",
    async (code) => {
      const response = await arm.send({ method: "GET", url: `/contract/status?code=${code}` });
      expect([response.status, (await readAll(response)).toString()]).toEqual([code, "answer"]);
      expect(response.headers).toMatchObject({ [traits.challengeHeader]: "Bearer", "x-answer": "yes" });
      // A web page may read only the names that this header lists (Fetch Standard, section 3.3.5).
      const exposed = String(response.headers["access-control-expose-headers"]).split(", ");
      expect(exposed).toEqual(expect.arrayContaining(["x-answer", traits.challengeHeader]));
    },
  );

  test("an answer without a body is one", async () => {
    const response = await arm.send({ method: "POST", url: "/contract/empty", body: Buffer.from("{}") });
    expect([response.status, (await readAll(response)).toString()]).toEqual([202, ""]);
  });

  if (traits.canStream) {
    test("each chunk of a stream arrives before the next is written", async () => {
      const arrivedFirst: boolean[] = [];
      for (const gap of GAPS_MS) {
        const chunks = (await arm.send({ method: "GET", url: `/contract/stream?gap=${gap}` })).chunks[
          Symbol.asyncIterator
        ]();
        const first = Buffer.from((await chunks.next()).value).toString();
        const arrivedAt = Date.now();
        const rest: Buffer[] = [];
        for (let next = await chunks.next(); !next.done; next = await chunks.next()) rest.push(Buffer.from(next.value));
        const [firstWritten, secondWritten] = [...(first + Buffer.concat(rest)).matchAll(/data: (\d+)/g)].map(
          ([, ms]) => Number(ms),
        );
        expect(firstWritten).toBeLessThanOrEqual(arrivedAt);
        arrivedFirst.push(arrivedAt < (secondWritten ?? 0));
        if (arrivedFirst.at(-1)) break;
      }
      expect(arrivedFirst).toContain(true);
    });
  } else {
    test("a stream arrives whole where the ingress buffers", async () => {
      const response = await arm.send({ method: "GET", url: "/contract/stream?gap=10" });
      expect((await readAll(response)).toString().match(/data: \d+/g)).toHaveLength(2);
    });
  }

  describe("5 MB", () => {
    test("in a request arrive, or are refused by the platform as too large", async () => {
      const body = Buffer.alloc(5 * MEBIBYTE, "0123456789abcdef");
      const response = await arm.send({ method: "POST", url: "/", body });
      const answer = await readAll(response);
      if (body.length > traits.maxRequestBytes) return expect(response.status).toBe(413);
      // Equal, without a diff of megabytes should they not be.
      expect(Buffer.from(JSON.parse(answer.toString()).body, "base64").equals(body)).toBe(true);
    });

    test("as much as the platform takes arrives", async () => {
      const body = Buffer.alloc(Math.min(5 * MEBIBYTE, traits.maxRequestBytes - 4096), "0123456789abcdef");
      const response = await arm.send({ method: "POST", url: "/contract/empty", body });
      expect(response.status).toBe(202);
    });

    test("in an answer arrive", async () => {
      const answer = await readAll(await arm.send({ method: "GET", url: `/contract/large?bytes=${5 * MEBIBYTE}` }));
      expect(answer.equals(Buffer.from("é".repeat((5 * MEBIBYTE) / 2)))).toBe(true);
    });

    test("in a stream arrive", async () => {
      const answer = await readAll(await arm.send({ method: "GET", url: `/contract/flood?bytes=${5 * MEBIBYTE}` }));
      expect(answer.length).toBe(5 * MEBIBYTE);
    });
  });

  test("a handler that throws is a 500 without detail", async () => {
    const response = await arm.send({ method: "POST", url: "/contract/throw", body: Buffer.from("{}") });
    const text = (await readAll(response)).toString();
    expect([response.status, JSON.parse(text).error?.code]).toEqual([500, -32603]);
    expect(JSON.stringify(response.headers) + text).not.toMatch(/detail|Error:|at .*:\d+/);
  });

  test("a stream that fails is broken off, never ended as if it were whole", async () => {
    const response = await arm.send({ method: "GET", url: "/contract/break" });
    // A buffering ingress reports a function that failed: 500 by Function URLs' word, 502 by API Gateway's.
    if (!traits.canStream) return expect(response.status).toBeGreaterThanOrEqual(500);
    await expect(readAll(response)).rejects.toThrow();
  });

  test("a client that leaves in the middle harms nobody", async () => {
    const name = randomUUID();
    const leaving = new AbortController();
    const pending = arm.send({ method: "GET", url: `/contract/endless?name=${name}`, signal: leaving.signal });
    if (traits.canStream) for await (const _first of (await pending).chunks) break;
    else await expect.poll(() => noted(`started ${name}`)).toBe(true);
    leaving.abort();
    await pending.catch(() => {});
    expect(await echo({ method: "GET", url: "/after" })).toMatchObject({ url: "/after" });
    // Told or not, the handler comes to its end, and the process with it.
    await expect.poll(() => noted(`stopped ${name}`)).toBe(true);
    if (arm.origin) expect(noted(`ran out ${name}`)).toBe(!traits.tellsDisconnect);
  });

  test("work handed to waitUntil is done after the answer", async () => {
    const name = randomUUID();
    const response = await arm.send({ method: "GET", url: `/contract/linger?name=${name}` });
    expect((await readAll(response)).toString()).toBe("true");
    await expect.poll(() => noted(`lingered ${name}`)).toBe(true);
  });

  test("the facts that the platform attests are its own, never the client's", async () => {
    const forged = [
      ["x-forwarded-for", "203.0.113.9"],
      ["x-forwarded-host", "evil.example"],
      ["x-forwarded-proto", "gopher"],
      ["forwarded", "for=203.0.113.9;host=evil.example"],
      ["x-real-ip", "203.0.113.9"],
      ["x-original-url", "/evil"],
      ["x-azure-clientip", "203.0.113.9"],
      ["x-client-ip", "203.0.113.9"],
      ["x-amzn-requestid", "forged"],
      ["x-amzn-iam-user-arn", "arn:aws:iam::123456789012:root"],
      ["x-amz-user-agent", "forged"],
      ["x-ms-invocation-id", "forged"],
      ["x-cloud-trace-context", "forged/1;o=1"],
    ];
    const arrived = await echo({ method: "GET", url: "/", headers: forged.flat() });
    expect(arrived).toMatchObject({ url: "/", canStream: traits.canStream, deadline: true });
    expect(arrived.clientIp).toMatch(/^(::ffff:)?127\.0\.0\.1$|^::1$/);
    expect(arrived.requestId).not.toContain("forged");
    expect(arrived.identity).toBeUndefined();
    const again = await echo({ method: "GET", url: "/" });
    expect(again.requestId).not.toBe(arrived.requestId);
  });

  test.each(["//evil.example/x", "///x", "/\\evil.example", "/@evil.example", "/:80/x", "/..%2f..%2fx"])(
    "the path %s stays a path",
    async (url) => {
      const response = await arm.send({ method: "GET", url });
      const answer = (await readAll(response)).toString();
      if (!traits.exactPath && response.status === 404) return;
      const arrived = JSON.parse(answer).url;
      if (traits.exactPath) expect(arrived).toBe(url);
      else expect(canonical(arrived, traits)).toEqual(canonical(url, traits));
    },
  );

  test("requests side by side keep to themselves", async () => {
    const bodies = Array.from({ length: 12 }, (_, index) => Buffer.from(`body ${index}`));
    const answers = await Promise.all(bodies.map((body) => echo({ method: "POST", url: "/", body })));
    expect(answers.map(({ body }) => Buffer.from(String(body), "base64"))).toEqual(bodies);
  });

  test("smuggled requests and headers are not let through", async () => {
    if (!arm.origin) return;
    const head = "POST /smuggled HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n";
    const attacks = [
      `${head}Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nGET /evil HTTP/1.1\r\nHost: localhost\r\n\r\n`,
      `${head}Content-Length: 4\r\nContent-Length: 30\r\n\r\nbody`,
      `${head}X-Bad: a\nX-Evil: b\r\nContent-Length: 0\r\n\r\n`,
      `${head}X-Bad : a\r\nContent-Length: 0\r\n\r\n`,
    ];
    for (const attack of attacks) {
      const answer = await rawExchange(arm.origin, attack);
      expect(answer).toMatch(/^HTTP\/1\.1 400 /);
      expect(answer).not.toContain("evil");
    }
  });
}

/** A URL in the one form that all its spellings have which a platform may turn into each other. */
function canonical(url: unknown, { exactPath, exactQuery }: Traits): unknown {
  const [path = "", query = ""] = String(url).split(/\?(.*)/s);
  const pairs = [...new URLSearchParams(query)].map((pair) => JSON.stringify(pair));
  return [exactPath ? path : decoded(withoutDots(path)), exactQuery ? query : pairs.sort()];
}

/** Dot segments resolved (RFC 3986 §5.2.4); a backslash is no slash, whatever web browsers think. */
const withoutDots = (path: string): string =>
  new URL(`http://contract.invalid${path.replaceAll("\\", "%5C")}`).pathname;

/** Without any escape, however often it was escaped. */
function decoded(text: string): string {
  const once = text.replace(/%[\da-f]{2}/gi, (octet) => String.fromCharCode(Number.parseInt(octet.slice(1), 16)));
  return once === text ? text : decoded(once);
}

async function rawExchange(origin: string, bytes: string): Promise<string> {
  const { hostname, port } = new URL(origin);
  const socket = connect(Number(port), hostname).setEncoding("latin1");
  let answer = "";
  socket.on("data", (chunk) => {
    answer += chunk;
  });
  socket.write(bytes, "latin1");
  await new Promise((resolve) => socket.on("close", resolve).on("error", resolve));
  return answer;
}
