import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Socket } from "node:net";

/** One address for several clouds, as DNS with health checks gives it. */
export interface Switchboard {
  readonly port: number;
  /** Breaks every connection, as a network does that is cut, and sends new ones to another cloud. */
  failOver(url: string): void;
  close(): Promise<void>;
}

/** Passes bytes on to the cloud that is in use, and reads none of them. */
export async function startSwitchboard(url: string): Promise<Switchboard> {
  let target = url;
  const sockets = new Set<Socket>();
  const hold = (socket: Socket): Socket => {
    sockets.add(socket);
    return socket.once("close", () => sockets.delete(socket)).on("error", () => {});
  };
  const server = createServer((client) => {
    const { port, hostname } = new URL(target);
    const cloud = hold(connect(Number(port), hostname));
    hold(client).pipe(cloud).pipe(client);
    client.once("close", () => cloud.destroy());
    cloud.once("close", () => client.destroy());
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  const cut = (): void => {
    for (const socket of sockets) socket.resetAndDestroy();
  };
  return {
    port: (server.address() as AddressInfo).port,
    failOver(next) {
      target = next;
      cut();
    },
    async close() {
      const closed = once(server, "close");
      server.close();
      cut();
      await closed;
    },
  };
}
