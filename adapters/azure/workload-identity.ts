import { readFile } from "node:fs/promises";
import { AnycloudError } from "../../src/adapter.ts";
import { readMetadata } from "../shared/read-metadata.ts";

/** Time limit of one attempt: Entra is on the network, and the connection is a new one. */
const ATTEMPT_MS = 4_000;

/**
 * Entra's answer with a token for the managed identity of a pod on AKS, for which it is given the token of the pod's service
 * account. The cluster's webhook sets the variables and mounts the file ("Microsoft Entra Workload ID on AKS"). Throws
 * STORE_MISCONFIGURED or STORE_UNAVAILABLE.
 */
export async function readWorkloadToken(audience: string, environment: NodeJS.ProcessEnv): Promise<string> {
  const {
    AZURE_AUTHORITY_HOST: authority = "https://login.microsoftonline.com/",
    AZURE_TENANT_ID: tenant,
    AZURE_CLIENT_ID: clientId,
    AZURE_FEDERATED_TOKEN_FILE: file = "",
  } = environment;
  if (!tenant || !clientId) throw new AnycloudError("STORE_MISCONFIGURED", NO_CLIENT);
  // The kubelet writes a new one before it expires.
  const assertion = await readFile(file, "utf8").catch((cause) => {
    throw new AnycloudError("STORE_MISCONFIGURED", noFile(file), { cause });
  });
  // https://learn.microsoft.com/entra/identity-platform/v2-oauth2-client-creds-grant-flow#third-case-access-token-request-with-a-federated-credential
  const body = new URLSearchParams({
    client_id: clientId,
    scope: `${audience.replace(/\/$/, "")}/.default`,
    client_assertion_type: "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
    client_assertion: assertion.trim(),
    grant_type: "client_credentials",
  });
  return readMetadata({
    url: new URL(`${encodeURIComponent(tenant)}/oauth2/v2.0/token`, authority.replace(/\/?$/, "/")),
    headers: { "content-type": "application/x-www-form-urlencoded" },
    body: body.toString(),
    attemptMs: ATTEMPT_MS,
    name: "Microsoft Entra",
  });
}

const NO_CLIENT =
  "AZURE_FEDERATED_TOKEN_FILE is set without AZURE_CLIENT_ID and AZURE_TENANT_ID: give the pod's service account the annotation azure.workload.identity/client-id.";
const noFile = (file: string): string =>
  `The token of the pod's service account cannot be read from ${file}: give the pod the label azure.workload.identity/use.`;
