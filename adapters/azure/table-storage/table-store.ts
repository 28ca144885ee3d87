import { AnycloudError, type StateStore } from "../../../src/adapter.ts";
import { createAccessToken } from "../../shared/access-token.ts";
import { createDocumentStore } from "../../shared/documents/document-store.ts";
import { hasManagedIdentity, readIdentityToken } from "../identity-token.ts";
import { toTableFailure } from "./failure.ts";
import type { StorageTableConfig } from "./settings.ts";
import type { StorageCredential } from "./signature.ts";
import { createSweeper } from "./sweeper.ts";
import type { TableClient } from "./table-client.ts";

export { STORAGE_TABLE_SETTINGS } from "./settings.ts";

export interface TableStoreOptions {
  /** The table service of the account, such as `https://account.table.core.windows.net`. */
  readonly url: string;
  /** Name of the table. */
  readonly table: string;
  readonly credential: StorageCredential;
  /** Milliseconds that the first attempt may take; each further one may take twice as long. Default 4000. */
  readonly attemptTimeoutMs?: number;
  /** Milliseconds after which an operation fails, whatever was tried. Default 12,000. */
  readonly timeoutMs?: number;
  /** The time in milliseconds. Default: the clock. */
  readonly now?: () => number;
}

/**
 * A store in a table of Azure Table Storage, which removes nothing that has expired: each instance removes some of it now and
 * then, behind its own writes. An operation fails with STORE_UNAVAILABLE when it has no answer after `timeoutMs`.
 */
export function createTableStore({ url, table, credential, now = Date.now, ...limits }: TableStoreOptions): StateStore {
  let client: Promise<TableClient> | undefined;
  const load = async (): Promise<TableClient> => {
    const { createTableClient } = await import("./table-client.ts");
    return createTableClient({ url, table, credential });
  };
  const loaded = (): Promise<TableClient> => {
    client ??= load();
    return client;
  };
  const toFailure = (error: unknown): AnycloudError => toTableFailure(error, table);
  return createDocumentStore({ ...limits, now, load: loaded, toFailure, onWrite: createSweeper(loaded, now) });
}

/** The store that the configuration names; undefined when it names no table. Throws CONFIG_INVALID. */
export function openStorageTable(
  { storageTable: table }: StorageTableConfig,
  environment: NodeJS.ProcessEnv = process.env,
): StateStore | undefined {
  if (table === undefined) return undefined;
  const { AzureWebJobsStorage: connection, AzureWebJobsStorage__accountName: account } = environment;
  if (connection) return createTableStore({ table, ...readConnection(connection) });
  const uri =
    environment.AzureWebJobsStorage__tableServiceUri ?? (account && `https://${account}.table.core.windows.net`);
  if (!uri) throw new AnycloudError("CONFIG_INVALID", NO_ACCOUNT);
  if (!hasManagedIdentity(environment)) throw new AnycloudError("CONFIG_INVALID", NO_IDENTITY);
  const accessToken = createAccessToken(() => readIdentityToken("https://storage.azure.com/"));
  return createTableStore({ url: uri, table, credential: { accessToken } });
}

/** The well-known account of Azurite, Azure's local storage, which is no secret. */
const LOCAL =
  "AccountName=devstoreaccount1;AccountKey=Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==;TableEndpoint=http://127.0.0.1:10002/devstoreaccount1";

/** The account and the key of a connection string. */
function readConnection(text: string): Pick<TableStoreOptions, "url" | "credential"> {
  const parts = (/^UseDevelopmentStorage=true;?$/i.test(text) ? LOCAL : text).split(";");
  const fields = new Map(parts.map((part) => [part.split("=", 1)[0], part.slice(part.indexOf("=") + 1)]));
  const [account, key] = [fields.get("AccountName"), fields.get("AccountKey")];
  if (!account || !key) throw new AnycloudError("CONFIG_INVALID", NO_KEY);
  const suffix = fields.get("EndpointSuffix") ?? "core.windows.net";
  return { url: fields.get("TableEndpoint") ?? `https://${account}.table.${suffix}`, credential: { account, key } };
}

const NO_ACCOUNT =
  "MCP_ANYCLOUD_STORAGE_TABLE is a table in the storage account of the function app, and none is named: set AzureWebJobsStorage__accountName, or unset it.";
const NO_IDENTITY =
  "MCP_ANYCLOUD_STORAGE_TABLE takes a managed identity, and there is none here (neither IDENTITY_ENDPOINT nor AZURE_FEDERATED_TOKEN_FILE is set): switch one on, or unset it.";
const NO_KEY =
  "AzureWebJobsStorage is no connection string with AccountName and AccountKey: correct it, or set AzureWebJobsStorage__accountName and a managed identity instead.";
