import type { IngressOptions } from "../support/ingresses.ts";
import type { Identity } from "./local-cloud.ts";

/** A service as its platform runs it, read from the template that describes it. */
export interface Served {
  /** The variables that the server reads. */
  readonly environment: Readonly<Record<string, string>>;
  /** The text of the key ring that the deployment makes, which its identity may read; undefined where it makes none. */
  readonly keyRing: string | undefined;
  readonly identity: Identity;
  /** Options of the service's ingress. */
  readonly ingress: Partial<IngressOptions>;
}
