/** What `mcp-anycloud dev` and the tests ask of every platform's emulator. */

export interface EmulatorOptions {
  /** Folder of the built artefact, as the platform would receive it: `dist/aws`. */
  readonly artefact: string;
  /** Loopback port of the ingress; 0 takes any free one. */
  readonly port: number;
  /** Processes kept ready behind the ingress; requests go round them in turn. Default 1. */
  readonly instances?: number;
  /** Serve every request from a fresh process: proof that no instance holds anything that matters. Default false. */
  readonly amnesia?: boolean;
  /** Environment of the artefact, beside what the platform itself sets. */
  readonly environment?: Readonly<Record<string, string>>;
  /** The one factor on every time limit of the platform; 1 is the platform's own. Tests use less. */
  readonly timeScale?: number;
  /** Called with each line an instance prints. */
  readonly onOutput?: (line: string) => void;
}

/** A running stand-in for one platform's ingress. */
export interface Emulator {
  /** Origin of the ingress, with the stage prefix where the platform has one; no trailing slash. */
  readonly url: string;
  /** What it imitates, for people: "API Gateway REST API (streaming) and Lambda". */
  readonly imitates: string;
  /** Serves from now on what lies in the artefact folder; requests under way finish on the old processes. */
  reload(): Promise<void>;
  /** Ends the ingress and every process it started. */
  close(): Promise<void>;
}
