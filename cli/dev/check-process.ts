/** Run in a process of its own: loads the module that it is given and tells its parent how that went. */
import { pathToFileURL } from "node:url";

/** How loading a server's module went, told over the IPC channel. */
export type CheckReport = { readonly ok: true } | { readonly ok: false; readonly failure: LoadFailure };

export interface LoadFailure {
  /** The toolkit's own code, when it was the toolkit that refused. */
  readonly code: string | undefined;
  readonly name: string;
  readonly message: string;
  readonly stack: string;
}

const report: CheckReport = await import(pathToFileURL(process.argv[2] ?? "").href).then(
  () => ({ ok: true }),
  (error: unknown) => ({ ok: false, failure: describe(error) }),
);
// Sockets and timers that the module opened must not keep the process alive.
process.send?.(report, () => process.exit(0));

function describe(error: unknown): LoadFailure {
  if (!(error instanceof Error)) return { code: undefined, name: "thrown", message: String(error), stack: "" };
  const { code } = error as NodeJS.ErrnoException;
  return {
    code: typeof code === "string" ? code : undefined,
    name: error.name,
    message: error.message,
    stack: error.stack ?? "",
  };
}
