import { execFileSync } from "node:child_process";
import { randomUUID } from "node:crypto";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { type StorageCredential, signedHeaders } from "../../adapters/azure/table-storage/signature.ts";
import { createTableStore, type TableStoreOptions } from "../../adapters/azure/table-storage/table-store.ts";
import { createFirestoreStore } from "../../adapters/gcp/firestore/firestore-store.ts";
import { freePort } from "../../emulators/free-port.ts";
import type { StateStore } from "../../src/adapter.ts";
import { startProgram } from "../support/programs.ts";
import { answers } from "./engines.ts";

/** A database of its own, for stores with the given clocks. */
export interface DocumentEngine {
  open(now?: () => number): StateStore;
  close(): Promise<void>;
}

/** An engine on a busy machine is slower than any time limit that suits a cloud. */
const PATIENCE = { attemptTimeoutMs: 30_000, timeoutMs: 60_000 };

/** Azurite's account, whose key is well known. */
const AZURITE = {
  account: "devstoreaccount1",
  key: "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==",
} satisfies StorageCredential;

/** Azurite's table service in a process of its own, and a table in it. */
export async function startAzurite(): Promise<
  DocumentEngine & Pick<TableStoreOptions, "url" | "table" | "credential">
> {
  const main = fileURLToPath(import.meta.resolve("azurite/dist/src/table/main.js"));
  const port = await freePort();
  const options = ["--inMemoryPersistence", "--skipApiVersionCheck", "--disableTelemetry", "--silent"];
  const { readyWhen, close } = startProgram(process.execPath, [
    main,
    "--tableHost",
    "127.0.0.1",
    "--tablePort",
    String(port),
    ...options,
  ]);
  const root = `http://127.0.0.1:${port}`;
  await readyWhen(() => answers(root, [200, 400, 403, 404]));
  const url = `${root}/${AZURITE.account}`;
  const table = `contract${randomUUID().replaceAll("-", "")}`;
  const created = await fetch(`${url}/Tables`, {
    method: "POST",
    headers: {
      ...(await signedHeaders(AZURITE, `/${AZURITE.account}/Tables`)),
      "content-type": "application/json",
      accept: "application/json;odata=nometadata",
    },
    body: JSON.stringify({ TableName: table }),
  });
  if (created.status !== 201) throw new Error(`Azurite made no table: ${created.status} ${await created.text()}`);
  const options_ = { url, table, credential: AZURITE };
  return { ...options_, close, open: (now) => createTableStore({ ...options_, ...PATIENCE, ...(now && { now }) }) };
}

/** The jar of Google's Firestore emulator on this machine; undefined where it is not installed. */
export function findFirestoreEmulator(): string | undefined {
  try {
    const root = execFileSync("gcloud", ["info", "--format=value(installation.sdk_root)"], { encoding: "utf8" }).trim();
    const jar = join(root, "platform/cloud-firestore-emulator/cloud-firestore-emulator.jar");
    return existsSync(jar) ? jar : undefined;
  } catch {
    return undefined;
  }
}

/** Google's emulator in a process of its own. */
export async function startFirestoreEmulator(jar: string): Promise<DocumentEngine & { readonly host: string }> {
  const port = await freePort();
  const name = "com.google.cloud.datastore.emulator.firestore.CloudFirestore";
  const { readyWhen, close } = startProgram("java", [
    "-Duser.language=en",
    "-Xmx512m",
    "-cp",
    jar,
    name,
    "--host=127.0.0.1",
    `--port=${port}`,
  ]);
  const host = `127.0.0.1:${port}`;
  await readyWhen(() => answers(`http://${host}`));
  const database = `projects/contract-${port}/databases/(default)`;
  const options = { database, url: `http://${host}`, accessToken: async () => "owner", ...PATIENCE };
  return { host, close, open: (now) => createFirestoreStore({ ...options, ...(now && { now }) }) };
}
