import { once } from "node:events";
import { type AddressInfo, createServer } from "node:net";

/** A port of loopback that is free at present: the preferred one, otherwise any. Rejects when there is none. */
export async function freePort(preferred = 0): Promise<number> {
  const server = createServer().listen(preferred, "127.0.0.1");
  try {
    await once(server, "listening");
  } catch (error) {
    if (preferred === 0) throw error;
    return freePort();
  }
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, "close");
  return port;
}
