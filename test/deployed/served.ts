import type { FrontOptions } from "../support/ingresses.ts";
import type { Identity } from "./local-cloud.ts";

/** A service as its platform runs it, read from the template that describes it. */
export interface Served {
  /** The variables that the server reads. */
  readonly environment: Readonly<Record<string, string>>;
  readonly identity: Identity;
  /** Options of the service's ingress. */
  readonly ingress: Partial<FrontOptions>;
}
