import { type IncomingMessage, request, type ServerResponse } from "node:http";
import { pipeline } from "node:stream/promises";
import { closeIngress, openIngress } from "../../emulators/ingress.ts";

/** One version behind an address, with its share of the requests. */
export interface Share {
  readonly version: string;
  readonly url: string;
  readonly percent: number;
}

/** The address that clients know, in front of the versions of a server. */
export interface WeightedIngress {
  readonly url: string;
  readonly port: number;
  /** How many requests each version got. */
  readonly sent: Readonly<Record<string, number>>;
  close(): Promise<void>;
}

/** Gives each request to one version by chance, as the platforms do: the requests of a session go to several. */
export async function startWeightedIngress(
  shares: () => readonly Share[],
  random: () => number,
): Promise<WeightedIngress> {
  const sent: Record<string, number> = {};
  const { server, url } = await openIngress(0, (incoming, outgoing) => {
    const { version, url: target } = choose(shares(), random() * 100);
    sent[version] = (sent[version] ?? 0) + 1;
    void forward(incoming, outgoing, target).catch(() => outgoing.destroy());
  });
  return { url, port: Number(new URL(url).port), sent, close: () => closeIngress(server) };
}

function choose(shares: readonly Share[], point: number): Share {
  let below = 0;
  for (const share of shares) {
    below += share.percent;
    if (point < below) return share;
  }
  throw new Error(`No version has the rest of the traffic: ${JSON.stringify(shares)}`);
}

async function forward(incoming: IncomingMessage, outgoing: ServerResponse, target: string): Promise<void> {
  const { host, port } = new URL(target);
  const { promise: answered, resolve, reject } = Promise.withResolvers<IncomingMessage>();
  const { method, url: path, headers } = incoming;
  const call = request({ host: "127.0.0.1", port, method, path, headers: { ...headers, host }, agent: false });
  call.once("response", resolve).once("error", reject);
  outgoing.once("close", () => call.destroy());
  incoming.pipe(call);
  const response = await answered;
  outgoing.writeHead(response.statusCode ?? 502, response.headers);
  await pipeline(response, outgoing);
}
