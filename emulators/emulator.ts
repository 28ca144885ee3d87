/** The interface of every platform's emulator, for `mcp-anycloud dev` and for tests. */

export interface EmulatorOptions {
  /** Folder of the built artefact, as the platform would receive it: `dist/aws`. */
  readonly artefact: string;
  /** Loopback port of the ingress; 0 takes any free one. */
  readonly port: number;
  /** Number of processes that serve requests in turn. With `amnesia`: processes that are started ahead. Default 1. */
  readonly instances?: number;
  /** Serves every request from a new process, to prove that no instance holds state. Default false. */
  readonly amnesia?: boolean;
  /** Environment of the artefact, besides the variables that the platform itself sets. */
  readonly environment?: Readonly<Record<string, string>>;
  /** Factor on every time limit of the platform. Default 1; tests use less. */
  readonly timeScale?: number;
  /** Called with each line an instance prints. */
  readonly onOutput?: (line: string) => void;
}

/** A running emulator of one platform's ingress. */
export interface Emulator {
  /** Origin of the ingress, with the stage prefix where the platform has one; no trailing slash. */
  readonly url: string;
  /** Name of the emulated service, for people: "API Gateway REST API (streaming) and Lambda". */
  readonly imitates: string;
  /** Serves new requests from the present contents of the artefact folder; requests in progress finish on old processes. */
  reload(): Promise<void>;
  /** Closes the ingress and ends every process that it started. */
  close(): Promise<void>;
}
