import { once } from "node:events";
import type { Server } from "node:http";
import { connect, Server as NetServer } from "node:net";
import { afterEach, describe, expect, test, vi } from "vitest";
import { closeIngress, openIngress } from "../../emulators/ingress.ts";

const open: Server[] = [];
afterEach(async () => {
  await Promise.all(open.splice(0).map(closeIngress));
});

async function ingress(port = 0): Promise<{ server: Server; url: string }> {
  const opened = await openIngress(port, (_, outgoing) => void outgoing.end("here"));
  open.push(opened.server);
  return opened;
}

describe("an ingress", () => {
  test("answers on loopback and says where", async () => {
    const { url } = await ingress();
    expect(url).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
    expect(await (await fetch(url)).text()).toBe("here");
  });

  test("says that its port is taken, and what to do", async () => {
    const { url } = await ingress();
    const port = Number(new URL(url).port);
    await expect(ingress(port)).rejects.toMatchObject({
      code: "PORT_IN_USE",
      message: expect.stringContaining(`Port ${port} is taken`),
    });
  });

  test("says that its port is not to be had, and what to do", async () => {
    // Linux refuses ports below 1024 to users other than root.
    const refused = Object.assign(new Error("listen EACCES"), { code: "EACCES" });
    vi.spyOn(NetServer.prototype, "listen").mockImplementationOnce(function (this: NetServer) {
      this.emit("error", refused);
      return this;
    });
    await expect(ingress(80)).rejects.toMatchObject({
      code: "PORT_IN_USE",
      message: "Port 80 is not yours to open: choose another port with --port.",
    });
  });

  test("waits for a request as long as the platforms' ingresses, and for a response without a limit", async () => {
    const { server } = await ingress();
    expect([server.requestTimeout, server.headersTimeout, server.timeout]).toEqual([60_000, 10_000, 0]);
  });

  test("ends with the connections it holds, idle and busy", async () => {
    const { server, url } = await ingress();
    const idle = connect(Number(new URL(url).port), "127.0.0.1");
    await once(idle, "connect");
    idle.write("POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 9\r\n\r\nhalf");
    await once(idle, "data");
    const gone = once(idle, "close");
    await closeIngress(server);
    await gone;
    await expect(fetch(url)).rejects.toThrow();
  });

  test("may be closed twice", async () => {
    const { server } = await ingress();
    await closeIngress(server);
    await closeIngress(server);
  });
});
