import type { Answer } from "./answer.ts";
import type { Sample } from "./sample.ts";

/** One way to an endpoint: an adapter, and its platform's ingress. */
export interface Arm {
  readonly name: string;
  /** The answers; undefined where the platform does not let the request through, or nothing is left to answer. */
  send(sample: Sample): Promise<Answer | readonly Answer[] | undefined>;
  close(): Promise<void>;
}
