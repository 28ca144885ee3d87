import { readAnswer } from "./answer.ts";
import { createAwsClock } from "./clock.ts";
import { endpointOf, type ServiceName } from "./endpoint.ts";
import { createExchange } from "./exchange.ts";
import { signedHeaders } from "./signature.ts";

export interface ServiceOptions {
  readonly service: ServiceName;
  /** What stands before the operation's name in `X-Amz-Target`. */
  readonly target: string;
  /** Of AWS's JSON protocol. */
  readonly version: "1.0" | "1.1";
  readonly region: string;
  /** Default: that of the environment, or AWS's own. */
  readonly endpoint?: string | undefined;
}

/** Asks for an operation once. Rejects as exchange.ts and answer.ts say. */
export type Ask = (operation: string, input: object, signal: AbortSignal) => Promise<object>;

/** A service of AWS's in a region. Throws TypeError for an endpoint that is no URL. */
export function createAwsService({ service, target, version, region, endpoint }: ServiceOptions): Ask {
  const url = endpointOf(service, region, endpoint);
  const exchange = createExchange(url);
  const clock = createAwsClock();
  return async (operation, input, signal) => {
    const headers = {
      "content-type": `application/x-amz-json-${version}`,
      "x-amz-target": `${target}.${operation}`,
      "user-agent": "mcp-anycloud",
    };
    const body = JSON.stringify(input);
    const sentAt = Date.now();
    const signed = signedHeaders({ service, region, url, headers, body, now: clock.now() });
    const answer = await exchange(signed, body, signal);
    clock.learn(answer.headers, sentAt);
    return readAnswer(answer);
  };
}
