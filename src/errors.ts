/** What went wrong, for programs. Each code is thrown with one sentence that tells a person what to do. */
export type ErrorCode =
  | "CONFIG_INVALID"
  | "SERVER_INVALID"
  | "CLIENT_UNREACHABLE"
  | "ENTRY_INVALID"
  | "BUILD_FAILED"
  | "USAGE"
  | "PORT_IN_USE"
  | "ARTEFACT_INVALID"
  | "INSTANCE_FAILED";

/** Every error the toolkit throws on purpose. Switch on `code`; `message` is one sentence for people, without secrets. */
export class AnycloudError extends Error {
  override readonly name = "AnycloudError";
  readonly code: ErrorCode;

  constructor(code: ErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}
