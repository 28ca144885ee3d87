import { once } from "node:events";
import { type AddressInfo, createServer } from "node:net";

/** A port of loopback that is free at present: the preferred one, otherwise any. */
export async function freePort(preferred: number): Promise<number> {
  const server = createServer().listen(preferred, "127.0.0.1");
  try {
    await once(server, "listening");
  } catch {
    return freePort(0);
  }
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, "close");
  return port;
}
