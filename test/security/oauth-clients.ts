import {
  Client,
  type OAuthClientProvider,
  StreamableHTTPClientTransport,
  UnauthorizedError,
} from "@modelcontextprotocol/client";
import { UnauthorizedError as SdkV1UnauthorizedError } from "@modelcontextprotocol/sdk/client/auth.js";
import { Client as SdkV1Client } from "@modelcontextprotocol/sdk/client/index.js";
import { StreamableHTTPClientTransport as SdkV1Transport } from "@modelcontextprotocol/sdk/client/streamableHttp.js";
import { authorizeInBrowser, type ScriptedUser } from "./scripted-browser.ts";

export interface OAuthClientOptions {
  /** The endpoint as clients know it. */
  readonly publicUrl: string;
  readonly fetch: typeof fetch;
  readonly user: ScriptedUser;
}

/** An SDK's client with a user at its browser, who authorizes everything that the client asks for. */
export interface OAuthClient {
  /** The text that a tool answers with. */
  call(name: string): Promise<string>;
  /** The scopes of each authorization request. */
  readonly asked: readonly string[];
  close(): Promise<void>;
}

const me = { name: "oauth", version: "1.0.0" };
const REDIRECT_URL = "http://127.0.0.1/callback";

/** The parts that an application provides: storage for what the SDK saves, and the way to the user. */
function createOwner({ user }: OAuthClientOptions) {
  const saved: Partial<Record<"client" | "tokens" | "discovery", object>> & { verifier?: string } = {};
  const asked: string[] = [];
  let start: URL | undefined;
  const provider = {
    redirectUrl: REDIRECT_URL,
    clientMetadata: {
      client_name: "test",
      redirect_uris: [REDIRECT_URL],
      grant_types: ["authorization_code"],
      response_types: ["code"],
      token_endpoint_auth_method: "none",
    },
    clientInformation: () => saved.client,
    saveClientInformation: (client: object) => void Object.assign(saved, { client }),
    tokens: () => saved.tokens,
    saveTokens: (tokens: object) => void Object.assign(saved, { tokens }),
    discoveryState: () => saved.discovery,
    saveDiscoveryState: (discovery: object) => void Object.assign(saved, { discovery }),
    saveCodeVerifier: (verifier: string) => void Object.assign(saved, { verifier }),
    codeVerifier: () => saved.verifier ?? "",
    redirectToAuthorization(url: URL) {
      start = url;
      asked.push(url.searchParams.get("scope") ?? "");
      if (url.searchParams.get("code_challenge_method") !== "S256") throw new Error("There is no PKCE.");
    },
  };
  async function authorize(): Promise<URLSearchParams> {
    if (!start) throw new Error("The client never asked for an authorization.");
    return authorizeInBrowser(start, REDIRECT_URL, user);
  }
  return { asked, provider: provider as unknown as OAuthClientProvider, authorize };
}

export async function connectV2(options: OAuthClientOptions): Promise<OAuthClient> {
  const { asked, provider, authorize } = createOwner(options);
  const open = (): StreamableHTTPClientTransport =>
    new StreamableHTTPClientTransport(new URL(options.publicUrl), { authProvider: provider, fetch: options.fetch });
  const authorized = async (error: unknown, transport: StreamableHTTPClientTransport): Promise<void> => {
    if (!(error instanceof UnauthorizedError)) throw error;
    await transport.finishAuth(await authorize());
  };
  const connect = async (client: Client): Promise<StreamableHTTPClientTransport> => {
    const transport = open();
    await client.connect(transport);
    return transport;
  };
  const first = open();
  await new Client(me, { versionNegotiation: { mode: "auto" } })
    .connect(first)
    .catch((error) => authorized(error, first));
  const client = new Client(me, { versionNegotiation: { mode: "auto" } });
  const transport = await connect(client);
  const call = async (name: string): Promise<string> => textOf((await client.callTool({ name })).content);
  return {
    asked,
    call: (name) => call(name).catch((error) => authorized(error, transport).then(() => call(name))),
    close: () => client.close(),
  };
}

export async function connectV1(options: OAuthClientOptions): Promise<OAuthClient> {
  const { asked, provider, authorize } = createOwner(options);
  const authProvider = provider as unknown as NonNullable<
    NonNullable<ConstructorParameters<typeof SdkV1Transport>[1]>["authProvider"]
  >;
  const open = (): SdkV1Transport =>
    new SdkV1Transport(new URL(options.publicUrl), { authProvider, fetch: options.fetch });
  const authorized = async (error: unknown, transport: SdkV1Transport): Promise<void> => {
    if (!(error instanceof SdkV1UnauthorizedError)) throw error;
    await transport.finishAuth((await authorize()).get("code") ?? "");
  };
  const connect = async (client: SdkV1Client, transport: SdkV1Transport): Promise<void> =>
    client.connect(transport as Parameters<SdkV1Client["connect"]>[0]);
  const first = open();
  await connect(new SdkV1Client(me), first).catch((error) => authorized(error, first));
  const client = new SdkV1Client(me);
  const transport = open();
  await connect(client, transport);
  const call = async (name: string): Promise<string> => textOf((await client.callTool({ name })).content);
  return {
    asked,
    call: (name) => call(name).catch((error) => authorized(error, transport).then(() => call(name))),
    close: () => client.close(),
  };
}

const textOf = (content: unknown): string => (content as Array<{ readonly text?: string }>)[0]?.text ?? "";
