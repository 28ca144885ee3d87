/** The part of dynalite 4 that is used; the package has no types of its own. */
declare module "dynalite" {
  import type { Server } from "node:http";

  /** An in-memory DynamoDB. A new table is CREATING for `createTableMs`, half a second by default. */
  export default function dynalite(options: { readonly createTableMs: number }): Server;
}
