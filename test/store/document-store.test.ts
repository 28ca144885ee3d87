import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createTableStore, openStorageTable } from "../../adapters/azure/table-storage/table-store.ts";
import { createFirestoreStore, openFirestore } from "../../adapters/gcp/firestore/firestore-store.ts";
import { createDocumentStore } from "../../adapters/shared/documents/document-store.ts";
import type { Document, DocumentTable } from "../../adapters/shared/documents/document-table.ts";
import { serviceFailure } from "../../adapters/shared/retries/service-failure.ts";
import { AnycloudError } from "../../src/errors.ts";
import { startAzurite } from "./document-engines.ts";
import { inAnHour } from "./store-under-test.ts";

/** A table of one document, whose answers get lost when a test says so. */
function createOneDocument() {
  const state = { document: undefined as Document | undefined, tag: 0, loseAnswers: 0, dropWrites: 0 };
  const lost = Object.assign(new Error("reset"), { code: "ECONNRESET" });
  const table: DocumentTable = {
    read: async () => state.document,
    async write({ sort }, fields, when) {
      if (state.dropWrites-- > 0) throw lost;
      const isAsked = when === undefined || (when === "absent" ? !state.document : state.document?.tag === when.tag);
      if (!isAsked) throw serviceFailure("condition", 412, "Condition", "it does not hold");
      state.document = { ...fields, sort, tag: String(++state.tag) };
      if (state.loseAnswers-- > 0) throw lost;
      return state.document.tag;
    },
    async remove() {
      state.document = undefined;
    },
    query: async () => ({ documents: state.document ? [state.document] : [] }),
  };
  const toFailure = (cause: unknown) => new AnycloudError("STORE_UNAVAILABLE", "not known", { cause });
  return { state, store: createDocumentStore({ load: async () => table, toFailure }) };
}

const KEY = { partition: "p", sort: "s" };
const item = (value: string) => ({ ...KEY, value, expiresAt: inAnHour() });

describe("a write whose answer is lost", () => {
  test("is known by its version, and wins its own condition", async () => {
    const { state, store } = createOneDocument();
    state.loseAnswers = 1;
    const written = await store.put(item("first"), "absent");
    expect(await store.get(KEY)).toEqual(written);
    state.loseAnswers = 1;
    expect(await store.put(item("second"), written)).toMatchObject({ value: "second" });
    await expect(store.put(item("third"), written)).rejects.toMatchObject({ code: "STATE_CONFLICT" });
  });

  test("and that was not applied, is applied by the next attempt", async () => {
    const { state, store } = createOneDocument();
    state.dropWrites = 2;
    expect(await store.put(item("first"), "absent")).toMatchObject({ value: "first" });
  });

  test("and was overwritten since, may or may not have happened", async () => {
    const { state, store } = createOneDocument();
    const { version } = await store.put(item("first"));
    state.dropWrites = 1;
    const writing = store.put(item("second"), { version });
    state.document = { ...(state.document as Document), version: 7, replaced: 6, tag: "other" };
    await expect(writing).rejects.toMatchObject({ code: "STORE_UNAVAILABLE" });
  });

  test("an addition counts once, or says that nobody knows", async () => {
    const { state, store } = createOneDocument();
    state.loseAnswers = 1;
    await expect(store.add(KEY, 1, inAnHour())).rejects.toMatchObject({ code: "STORE_UNAVAILABLE" });
    expect(await store.add(KEY, 1, inAnHour())).toBe(2);
  });
});

describe("what is wrong is told by name, with what to do", () => {
  let azurite: Awaited<ReturnType<typeof startAzurite>>;
  beforeAll(async () => {
    azurite = await startAzurite();
  });
  afterAll(() => azurite.close());

  test("a table that is not there, and a key that is wrong", async () => {
    const { url, credential } = azurite;
    const missing = createTableStore({ url, table: "elsewhere", credential });
    for (const asked of [() => missing.list("p"), () => missing.put(item("v"))]) {
      await expect(asked()).rejects.toMatchObject({
        code: "STORE_MISCONFIGURED",
        message: expect.stringMatching(/no table elsewhere: create it, or correct MCP_ANYCLOUD_STORAGE_TABLE/),
      });
    }
    const wrongKey = { account: "devstoreaccount1", key: Buffer.from("wrong").toString("base64") };
    await expect(createTableStore({ url, table: "elsewhere", credential: wrongKey }).get(KEY)).rejects.toMatchObject({
      code: "STORE_MISCONFIGURED",
      message: expect.stringMatching(/does not accept the credentials|does not let this app reach/),
    });
  });

  test.each([
    ["AuthorizationPermissionMismatch", 403, /role Storage Table Data Contributor/],
    ["ServerBusy", 503, /throttled|may or may not|could not|Azure Storage/],
  ])("Azure's answer %s", async (code, status, sentence) => {
    await using server = await answering(status, { "odata.error": { code, message: { value: "m" } } });
    const store = createTableStore({ url: server.url, table: "t12", credential: TOKEN, timeoutMs: 300 });
    await expect(store.get(KEY)).rejects.toMatchObject({ message: expect.stringMatching(sentence) });
  });

  test.each([
    ["NOT_FOUND", 404, "The database (default) does not exist for project p", /create it in native mode/],
    ["PERMISSION_DENIED", 403, "Missing or insufficient permissions.", /give it roles\/datastore.user/],
    ["UNAUTHENTICATED", 401, "m", /does not accept the token/],
  ])("Firestore's answer %s", async (status, code, message, sentence) => {
    await using server = await answering(code, { error: { code, status, message } });
    const database = "projects/p/databases/mcp";
    const store = createFirestoreStore({ database, url: server.url, accessToken: async () => "token" });
    for (const asked of [() => store.get(KEY), () => store.put(item("v"), "absent")]) {
      await expect(asked()).rejects.toMatchObject({
        code: "STORE_MISCONFIGURED",
        message: expect.stringMatching(sentence),
      });
    }
  });

  test("a function app without a storage account or an identity does not start", () => {
    const open = (environment: NodeJS.ProcessEnv) => () => openStorageTable({ storageTable: "mcp" }, environment);
    expect(open({})).toThrow(/set AzureWebJobsStorage__accountName/);
    expect(open({ AzureWebJobsStorage__accountName: "a" })).toThrow(
      /neither IDENTITY_ENDPOINT nor AZURE_FEDERATED_TOKEN_FILE is set/,
    );
    expect(open({ AzureWebJobsStorage: "nonsense" })).toThrow(/no connection string/);
    expect(open({ AzureWebJobsStorage: "UseDevelopmentStorage=true" })()).toBeDefined();
    expect(openStorageTable({}, {})).toBeUndefined();
    expect(openFirestore({}, {})).toBeUndefined();
  });
});

const TOKEN = { accessToken: async () => "token" };

async function answering(status: number, body: object): Promise<{ readonly url: string } & AsyncDisposable> {
  const server = createServer((_request, response) => {
    response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    url,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
