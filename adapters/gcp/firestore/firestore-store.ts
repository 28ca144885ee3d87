import type { StateStore } from "../../../src/adapter.ts";
import { createAccessToken } from "../../shared/access-token.ts";
import { createDocumentStore } from "../../shared/documents/document-store.ts";
import type { DocumentTable } from "../../shared/documents/document-table.ts";
import { readServiceAccount } from "../metadata-server.ts";
import { toDatabaseFailure } from "./failure.ts";
import type { FirestoreConfig } from "./settings.ts";

export { FIRESTORE_SETTINGS } from "./settings.ts";

export interface FirestoreStoreOptions {
  /** `projects/<project>/databases/<database>` */
  readonly database: string;
  /** Default: Google's own. */
  readonly url?: string;
  /** Default: those of the service's account. */
  readonly accessToken?: () => Promise<string>;
  /** Milliseconds that the first attempt may take; each further one may take twice as long. Default 4000. */
  readonly attemptTimeoutMs?: number;
  /** Milliseconds after which an operation fails, whatever was tried. Default 12,000. */
  readonly timeoutMs?: number;
  /** The time in milliseconds. Default: the clock. */
  readonly now?: () => number;
}

/**
 * A store in a Firestore database in native mode, with a TTL policy on the field `removeAt` of the collection group `mcpItems`.
 * An operation fails with STORE_UNAVAILABLE when it has no answer after `timeoutMs`; a large value and a long list take several.
 */
export function createFirestoreStore({
  database,
  url = "https://firestore.googleapis.com",
  accessToken = createAccessToken(() => readServiceAccount("token")),
  ...options
}: FirestoreStoreOptions): StateStore {
  const load = async (): Promise<DocumentTable> => {
    const { createFirestoreClient } = await import("./firestore-client.ts");
    return createFirestoreClient({ url, database, accessToken });
  };
  return createDocumentStore({ ...options, load, toFailure: (error) => toDatabaseFailure(error, database) });
}

/** The store that the configuration names; undefined when it names no database. */
export function openFirestore(
  { firestoreDatabase: database }: FirestoreConfig,
  environment: NodeJS.ProcessEnv = process.env,
): StateStore | undefined {
  if (database === undefined) return undefined;
  // Google's own libraries read the same variable, and send the emulator this token.
  const { FIRESTORE_EMULATOR_HOST: emulator } = environment;
  if (emulator) return createFirestoreStore({ database, url: `http://${emulator}`, accessToken: async () => "owner" });
  return createFirestoreStore({ database });
}
