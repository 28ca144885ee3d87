import { type StandInAnswer, type StandInRequest, startStandIn } from "../../store/stand-in-server.ts";

/** A service with one secret, as far as reading its newest version goes. */
export interface SecretStandIn {
  /** The secret, as a server is told it. */
  readonly secret: string;
  /** Where the service is. */
  readonly url: string;
  /** Versions, the newest last. */
  readonly versions: { text: string; enabled: boolean }[];
  /** The requests that it had. */
  readonly asked: StandInRequest[];
  /** Whether the caller has the role. Default true. */
  lets: boolean;
  /** Answers that it gives before it serves again. */
  readonly faults: StandInAnswer[];
  close(): Promise<void>;
}

/** An access token for the service, as its platform would make it. */
export type IsToken = (token: string | undefined) => boolean;

const json = (status: number, body: object, headers = {}): StandInAnswer => ({
  status,
  headers: { "content-type": "application/json; charset=utf-8", ...headers },
  body: JSON.stringify(body),
});
const bearerOf = ({ headers }: StandInRequest): string | undefined =>
  /^Bearer (\S+)$/.exec(headers.authorization ?? "")?.[1];

async function start(
  serve: (standIn: SecretStandIn, request: StandInRequest) => StandInAnswer,
  secretAt: (host: string) => string,
): Promise<SecretStandIn> {
  const server = await startStandIn((request) => {
    standIn.asked.push(request);
    return standIn.faults.shift() ?? serve(standIn, request);
  });
  const { host, close } = server;
  const standIn: SecretStandIn = {
    secret: secretAt(host),
    url: `http://${host}/`,
    versions: [],
    asked: [],
    lets: true,
    faults: [],
    close,
  };
  return standIn;
}

/** https://learn.microsoft.com/rest/api/keyvault/secrets: versions that the service takes. */
const API_VERSIONS = ["7.0", "7.1", "7.2", "7.3", "7.4", "7.5", "7.6"];

/** Azure Key Vault (https://learn.microsoft.com/azure/key-vault/general/rest-error-codes). */
export const startKeyVault = (isToken: IsToken): Promise<SecretStandIn> =>
  start(
    (standIn, request) => {
      const refuse = (status: number, code: string, message: string, inner?: string, headers = {}): StandInAnswer =>
        json(status, { error: { code, message, ...(inner && { innererror: { code: inner } }) } }, headers);
      const { method, url, body } = request;
      const { "api-version": version, ...others } = Object.fromEntries(url.searchParams);
      if (method !== "GET" || body !== "") return refuse(405, "BadParameter", "The method is not allowed.");
      if (!version || !API_VERSIONS.includes(version) || Object.keys(others).length > 0) {
        return refuse(400, "BadParameter", "The specified version is not recognized.");
      }
      const token = bearerOf(request);
      if (!isToken(token)) {
        const challenge = `Bearer authorization="https://login.microsoftonline.com/t", resource="https://vault.azure.net"`;
        const what =
          token === undefined ? "AKV10000: Request is missing a Bearer or PoP token." : "AKV10022: Invalid audience.";
        return refuse(401, "Unauthorized", what, undefined, { "www-authenticate": challenge });
      }
      if (!standIn.lets)
        return refuse(403, "Forbidden", "Caller is not authorized to perform action.", "ForbiddenByRbac");
      const newest = standIn.versions.at(-1);
      if (url.pathname !== new URL(standIn.secret).pathname || !newest) {
        return refuse(404, "SecretNotFound", "A secret with (name/id) of this name was not found in this key vault.");
      }
      if (!newest.enabled) {
        return refuse(403, "Forbidden", "Operation get is not allowed on a disabled secret.", "SecretDisabled");
      }
      const id = `${standIn.secret}/${String(standIn.versions.length).padStart(32, "0")}`;
      return json(200, { value: newest.text, id, attributes: { enabled: true, recoveryLevel: "Recoverable" } });
    },
    (host) => `http://${host}/secrets/state-keys`,
  );

/** Google's Secret Manager (https://cloud.google.com/secret-manager/docs/reference/rest/v1/projects.secrets.versions/access). */
export const startSecretManager = (isToken: IsToken): Promise<SecretStandIn> =>
  start(
    (standIn, request) => {
      const refuse = (code: number, status: string, message: string): StandInAnswer =>
        json(code, { error: { code, message, status } });
      const { method, url, body } = request;
      const [, name, version] =
        /^\/v1\/(projects\/[^/]+\/secrets\/[^/]+)\/versions\/([^/:]+):access$/.exec(url.pathname) ?? [];
      if (method !== "GET" || body !== "" || !name || url.search) return { status: 404, body: "<!DOCTYPE html>" };
      if (!isToken(bearerOf(request))) {
        return refuse(401, "UNAUTHENTICATED", "Request had invalid authentication credentials.");
      }
      const newest = standIn.versions.at(-1);
      const resource = `${name}/versions/${version}`;
      if (!standIn.lets) {
        const words = `Permission 'secretmanager.versions.access' denied for resource '${resource}' (or it may not exist).`;
        return refuse(403, "PERMISSION_DENIED", words);
      }
      if (name !== standIn.secret || version !== "latest" || !newest) {
        return refuse(404, "NOT_FOUND", `Secret [${name}] not found or has no versions.`);
      }
      const versionName = `projects/1/secrets/state-keys/versions/${standIn.versions.length}`;
      if (!newest.enabled) {
        return refuse(400, "FAILED_PRECONDITION", `Secret Version [${versionName}] is in DISABLED state.`);
      }
      return json(200, {
        name: versionName,
        payload: { data: Buffer.from(newest.text).toString("base64"), dataCrc32c: "1" },
      });
    },
    () => "projects/notes-1/secrets/state-keys",
  );
