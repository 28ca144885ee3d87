/** The kind of an error, for programs. Each is thrown with one sentence that tells a person what to do. */
export type ErrorCode =
  | "CONFIG_INVALID"
  | "SERVER_INVALID"
  | "CLIENT_UNREACHABLE"
  /** A conditional write met another state than it asked for. */
  | "STATE_CONFLICT"
  /** The store, or the secret with its keys, could not be asked, or did not answer in time. */
  | "STORE_UNAVAILABLE"
  /** The store, or the secret with its keys, refuses this deployment: a name, region, credential or permission is wrong. */
  | "STORE_MISCONFIGURED"
  /** Something that needs a store was used, and none is configured. */
  | "STORE_MISSING"
  /** The work queue did not take a job. */
  | "QUEUE_UNAVAILABLE"
  /** The keys of an issuer of tokens could not be had, or not in time. */
  | "ISSUER_UNAVAILABLE"
  | "ENTRY_INVALID"
  | "BUILD_FAILED"
  | "USAGE"
  | "PORT_IN_USE"
  | "ARTEFACT_INVALID"
  | "INSTANCE_FAILED"
  /** An audit log is not as it was written. */
  | "AUDIT_BROKEN";

/** Every error the toolkit throws on purpose. Switch on `code`; `message` is one sentence for people, without secrets. */
export class AnycloudError extends Error {
  override readonly name = "AnycloudError";
  readonly code: ErrorCode;

  constructor(code: ErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}
