import type { Artefacts, HostPrograms } from "../artefacts.ts";
import type { Row } from "../report/row.ts";

/** What scenarios are given. */
export interface Bench {
  readonly artefacts: Artefacts;
  readonly hosts: HostPrograms;
  readonly effort: Effort;
}

/** How much is measured. */
export interface Effort {
  /** False for those whom there are targets for, and who is like them. */
  readonly everybody: boolean;
  readonly rounds: number;
  /** Each of a subject's turns in a round, in milliseconds of CPU time. */
  readonly turnMs: number;
  /** Behind which the compiler has seen what there is to see. */
  readonly warmUpRequests: number;
  /** New processes of each subject. */
  readonly starts: number;
  /** The same where the processor is throttled, and everything slow. */
  readonly throttledStarts: number;
  /** Requests, in steps of 10,000, behind which memory is looked at. */
  readonly memorySteps: { readonly ours: number; readonly peers: number };
}

/** What a scenario found out; notes are what a reader has to know of its rows. */
export interface Finding {
  readonly rows: readonly Row[];
  readonly notes?: readonly string[];
}

export type Scenario = (bench: Bench) => Promise<Finding>;
