import type { StateKeyEntry } from "../config/key-ring.ts";
import { canonicalJson } from "../http/canonical-json.ts";
import type { AuditRecord } from "./audit-record.ts";

/** The records of one instance, each signed together with the signature of the one before it. */
export type AuditChain = (record: AuditRecord) => AuditRecord;

/** Starts a chain. */
export function createAuditChain(key: StateKeyEntry): AuditChain {
  const id = crypto.randomUUID();
  const secret = auditSecret(key);
  let sequence = 0;
  let previous = "";
  return (record) => {
    sequence += 1;
    const unsigned = { id, sequence, previous, keyId: key.id };
    // As a reader will parse it: a field that is undefined is not there.
    const mac = macOf(JSON.parse(JSON.stringify({ ...record, chain: unsigned })), secret);
    previous = mac;
    return { ...record, chain: { ...unsigned, mac } };
  };
}

/** A key of its own: who may check a log need not be able to open what `requestState` sealed (HKDF, RFC 5869). */
export function auditSecret({ secret }: StateKeyEntry): Uint8Array {
  const { hkdfSync } = process.getBuiltinModule("node:crypto");
  return new Uint8Array(hkdfSync("sha256", secret, "", "mcp-anycloud audit", 32));
}

/** The signature of a record that has no `mac` yet. The order of its fields does not count: log services change it. */
export function macOf(record: object, secret: Uint8Array): string {
  const { createHmac } = process.getBuiltinModule("node:crypto");
  return createHmac("sha256", secret).update(canonicalJson(record)).digest("base64url");
}
