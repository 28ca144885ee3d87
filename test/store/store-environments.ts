import { startLocalTable } from "../../emulators/local-table.ts";
import { findFirestoreEmulator, startAzurite, startFirestoreEmulator } from "./document-engines.ts";
import { findMoto, openEngine, standInCredentials, startMotoServer } from "./engines.ts";
import { findRedis, startRedis } from "./redis-engine.ts";

/** An engine of its own, and the variables with which an instance finds it. */
export interface StoreEnvironment {
  readonly environment: Readonly<Record<string, string>>;
  close(): Promise<void>;
}

/** Starts an engine by its name. Rejects where there is none of the name, or its program is not installed. */
export function startStore(name: string): Promise<StoreEnvironment> {
  const start = STARTS[name];
  if (start) return start();
  return Promise.reject(new Error(`There is no store ${name}: take one of ${Object.keys(STARTS).join(", ")}.`));
}

const STARTS: Readonly<Record<string, () => Promise<StoreEnvironment>>> = {
  dynalite: startLocalTable,
  async moto() {
    standInCredentials();
    const { endpoint, close: stop } = await startMotoServer(installed(findMoto(), "moto_server"));
    const { table, close } = await openEngine(endpoint, stop);
    const environment = {
      MCP_ANYCLOUD_TABLE: table,
      AWS_ENDPOINT_URL_DYNAMODB: endpoint,
      AWS_REGION: "us-east-1",
      AWS_ACCESS_KEY_ID: "LOCAL",
      AWS_SECRET_ACCESS_KEY: "local",
    };
    return { environment, close };
  },
  async redis() {
    const { url, close } = await startRedis(installed(findRedis(), "redis-server"));
    return { environment: { MCP_ANYCLOUD_REDIS_URL: url }, close };
  },
  async firestore() {
    const jar = installed(findFirestoreEmulator(), "Google's Firestore emulator");
    const { host, close } = await startFirestoreEmulator(jar);
    const environment = {
      FIRESTORE_EMULATOR_HOST: host,
      MCP_ANYCLOUD_FIRESTORE_DATABASE: "projects/store-of-tests/databases/(default)",
    };
    return { environment, close };
  },
  async azurite() {
    const { url, table, credential, close } = await startAzurite();
    const { account, key } = credential as { readonly account: string; readonly key: string };
    const environment = {
      AzureWebJobsStorage: `AccountName=${account};AccountKey=${key};TableEndpoint=${url}`,
      MCP_ANYCLOUD_STORAGE_TABLE: table,
    };
    return { environment, close };
  },
};

function installed(program: string | undefined, name: string): string {
  if (program) return program;
  throw new Error(`${name} is not installed.`);
}
