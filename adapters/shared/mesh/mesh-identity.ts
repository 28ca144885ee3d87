import type { HttpRequest, PlatformIdentity, PlatformIdentityProvider } from "../../../src/adapter.ts";
import { nearestCertificate } from "./forwarded-certificate.ts";

/**
 * Workloads of a service mesh, by the SPIFFE ID in the certificate with which they called the proxy beside this server. The
 * proxy must write `X-Forwarded-Client-Cert` over a client's own, or append to it, and nothing else may reach the server:
 * configuring this kind says so. Of workloads, those of MCP_ANYCLOUD_TRUST_DOMAINS count.
 */
export const meshSpiffe: PlatformIdentityProvider = {
  kind: "mesh-spiffe",
  needsTrustDomains: true,
  createReader:
    ({ trustDomains = [] }) =>
    (request) =>
      readSpiffeId(request, trustDomains),
};

/** SPIFFE-ID §2.3. */
const MAX_LENGTH = 2_048;
/** SPIFFE-ID §2.1 and §2.2. An ID without a path is not a workload's (X509-SVID §3.1). */
const SPIFFE_ID = /^spiffe:\/\/([a-z0-9._-]+)((?:\/(?!\.{1,2}(?:\/|$))[A-Za-z0-9._-]+)+)$/;
/** Every element of Envoy has the SHA-256 of the certificate. */
const HASH = /^[0-9a-f]{64}$/;

function readSpiffeId({ headers }: HttpRequest, trustDomains: readonly string[]): PlatformIdentity | undefined {
  const certificate = nearestCertificate(headers["x-forwarded-client-cert"] ?? "");
  const [hash, ...hashes] = certificate?.get("hash") ?? [];
  // One, and no more: a certificate with several is no workload's (X509-SVID §2).
  const [id, ...ids] = certificate?.get("uri") ?? [];
  if (!hash || !HASH.test(hash) || hashes.length > 0 || !id || ids.length > 0 || id.length > MAX_LENGTH)
    return undefined;
  const [, trustDomain = ""] = SPIFFE_ID.exec(id) ?? [];
  if (!trustDomains.includes(trustDomain)) return undefined;
  return { issuer: `spiffe://${trustDomain}`, subject: id, claims: { certificateHash: hash } };
}
