import { once } from "node:events";
import { connect } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
  about,
  arrivedIn,
  bodyOf,
  buildArtefact,
  echo,
  exchange,
  FORMS,
  type Service,
  send,
  startService,
  temporaryFolder,
} from "./service.ts";

const folder = temporaryFolder();
beforeAll(() => buildArtefact(folder.path));
afterAll(() => folder[Symbol.dispose]());

const MEBIBYTE = 1024 * 1024;

describe.each(FORMS)("a request that no client of ours would send, as %s", (form) => {
  let service: Service;
  /** The instance itself, without the platform before it. */
  let instancePort: number;
  beforeAll(async () => {
    service = await startService(folder.path, { form });
    instancePort = Number((await about(service.port)).env.PORT);
  });
  afterAll(() => service?.close());

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

  test("whose body is refused unread gets its response, with a length and chunked", async () => {
    const body = Buffer.alloc(32 * MEBIBYTE + 1);
    for (const chunked of [false, true]) {
      const headers = ["content-type", "application/octet-stream"];
      const response = await send(instancePort, { method: "POST", path: "/refuse", headers, body, chunked });
      expect([response.statusCode, response.headers.connection]).toEqual([413, "close"]);
      expect((await bodyOf(response)).toString()).toBe("refused unread");
    }
    expect(await echo(service.port, { path: "/still-here" })).toMatchObject({ url: "/still-here" });
  });

  test("whose body is refused unread gets a response that a client which reads only after writing can see", async () => {
    const socket = connect(instancePort, "127.0.0.1").setEncoding("latin1");
    const length = 33 * MEBIBYTE;
    socket.write(`POST /refuse HTTP/1.1\r\nHost: h\r\nContent-Type: image/png\r\nContent-Length: ${length}\r\n\r\n`);
    await new Promise<void>((resolve, reject) => {
      socket.write(Buffer.alloc(length), (error) => (error ? reject(error) : resolve()));
    });
    const [answer] = await once(socket, "data");
    socket.destroy();
    expect(answer).toMatch(/^HTTP\/1\.1 413 /);
  });

  test("that expects 100-continue is not told to go on where its head is refused", async () => {
    const head = "POST /refuse HTTP/1.1\r\nHost: h\r\nConnection: close\r\nExpect: 100-continue\r\n";
    const answer = await exchange(instancePort, `${head}Content-Length: 4\r\n\r\nbody`);
    // The framework's server has no say in it.
    if (form === "container") expect(answer).toMatch(/^HTTP\/1\.1 413 /);
    else expect(answer).toMatch(/^HTTP\/1\.1 100 Continue\r\n\r\nHTTP\/1\.1 413 /);
  });

  test("that expects 100-continue is told to go on", async () => {
    const head = "POST /x HTTP/1.1\r\nHost: h\r\nConnection: close\r\nExpect: 100-continue\r\n";
    const answer = await exchange(instancePort, `${head}Content-Length: 4\r\n\r\nbody`);
    expect(answer).toMatch(/^HTTP\/1\.1 100 Continue\r\n\r\nHTTP\/1\.1 200 /);
    expect(Buffer.from(arrivedIn(answer).body, "base64").toString()).toBe("body");
  });

  test("that expects what no server can do is served without it", async () => {
    const head = "POST /x HTTP/1.1\r\nHost: h\r\nConnection: close\r\nExpect: a-miracle\r\n";
    const answer = await exchange(instancePort, `${head}Content-Length: 4\r\n\r\nbody`);
    // The framework's server has no say in it.
    if (form === "function") expect(answer).toMatch(/^HTTP\/1\.1 417 /);
    else expect(Buffer.from(arrivedIn(answer).body, "base64").toString()).toBe("body");
  });

  test("is not served behind one whose refusal closes the connection", async () => {
    const refused = "POST /refuse HTTP/1.1\r\nHost: h\r\nContent-Length: 4\r\n\r\n";
    const behind = "GET /flood?bytes=1 HTTP/1.1\r\nHost: h\r\n\r\n";
    for (const pieces of [[`${refused}body${behind}`], [refused, `body${behind}${behind}`]]) {
      const socket = connect(instancePort, "127.0.0.1").setEncoding("latin1");
      let answer = "";
      socket.on("data", (chunk) => {
        answer += chunk;
      });
      const closed = once(socket, "close");
      for (const piece of pieces) {
        socket.write(piece);
        await sleep(50);
      }
      await closed;
      expect(answer.match(/HTTP\/1\.1 \d+/g)).toEqual(["HTTP/1.1 413"]);
    }
    expect((await about(instancePort)).flooded).toBe(0);
  });

  test("of HTTP/1.0 with chunks is the last one of its connection", async () => {
    const head = "HTTP/1.0\r\nHost: h\r\nConnection: keep-alive\r\n";
    const answer = await exchange(
      instancePort,
      `POST /x ${head}Transfer-Encoding: chunked\r\n\r\n4\r\nbody\r\n0\r\n\r\nGET /behind ${head}\r\n`,
    );
    expect(arrivedIn(answer).url).toBe("/x");
  });

  test("that is cut off before its end reaches nobody and harms nobody", async () => {
    const socket = connect(service.port, "127.0.0.1");
    socket.write("POST /x HTTP/1.1\r\nHost: h\r\nContent-Length: 100\r\n\r\nhalf");
    await sleep(50);
    socket.destroy();
    expect(await echo(service.port, { path: "/after" })).toMatchObject({ url: "/after" });
  });
});
