/** The part of dynalite 4 that is used; the package has no types of its own. */
declare module "dynalite" {
  import type { Server } from "node:http";

  /**
   * A DynamoDB in memory, or in the LevelDB database of the folder `path`. A new table is CREATING for `createTableMs`, half
   * a second by default.
   */
  export default function dynalite(options: { readonly createTableMs: number; readonly path?: string }): Server;
}
