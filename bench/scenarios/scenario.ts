import type { Artefacts, HostPrograms } from "../artefacts.ts";
import type { Row } from "../report/row.ts";

/** The input of every scenario. */
export interface Bench {
  readonly artefacts: Artefacts;
  readonly hosts: HostPrograms;
  readonly effort: Effort;
}

/** How much is measured. */
export interface Effort {
  /** False to measure only the subjects that there are targets for, and the choices of a user. */
  readonly everything: boolean;
  readonly rounds: number;
  /** The turn of one subject in a round, in milliseconds of CPU time. */
  readonly turnMs: number;
  /** Requests before the first round, so that code is compiled by then. */
  readonly warmUpRequests: number;
  /** New processes of each subject. */
  readonly starts: number;
  /** The same at a part of a core. */
  readonly throttledStarts: number;
  /** Steps of 10,000 requests, with a look at the memory after each. */
  readonly memorySteps: { readonly ours: number; readonly peers: number };
}

/** The result of a scenario. Notes say what a reader has to know of its rows. */
export interface Finding {
  readonly rows: readonly Row[];
  readonly notes?: readonly string[];
}

export type Scenario = (bench: Bench) => Promise<Finding>;
