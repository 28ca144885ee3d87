import type { Outputs } from "./infrastructure.ts";

/** A version that the cloud's tool has brought, beside the one that clients reach. */
export interface Candidate {
  /** As the cloud names it: a revision, or the app that holds it. */
  readonly name: string;
  /** Where it alone answers. */
  readonly url: string;
  /** The version that most clients reach; undefined where there is none. */
  readonly before: string | undefined;
}

/** The last requests of one version, within the hour. */
export interface Traffic {
  readonly requests: number;
  /** Requests among them that were answered with 5xx, or with the error of a tool. */
  readonly failed: number;
}

/** One row of `status`. */
export interface VersionStatus {
  readonly version: string;
  /** Share of the traffic, in percent. */
  readonly percent: number;
  readonly note: string;
}

/** How one cloud's tools release, in the same words everywhere. Each step may be repeated after a failure. */
export interface CloudRelease {
  /** Makes what stands around the code. */
  apply(): Promise<void>;
  /** Brings the artefact so that every client reaches it, as the platform does by itself. */
  publish(): Promise<void>;
  /**
   * Traffic that can be shared among versions, once `apply` has run; undefined where the platform shares it by itself, or cannot.
   * Resolves with undefined where what stands around the code has one place for a version; throws USAGE there if a candidate is
   * `expected`. A dry run, which sees nothing of the cloud, believes that.
   */
  readonly traffic?: (expected: boolean) => Promise<TrafficControl | undefined>;
  /**
   * Counts the requests within a time, and those that failed. Undefined where `traffic` does it by version, where the platform
   * watches a new version by itself, or where nobody can.
   */
  readonly requests?: (from: Date, to: Date) => Promise<Traffic>;
  /** Gives all traffic back to the version before. Resolves with its name. */
  rollback(): Promise<string>;
  status(): Promise<readonly VersionStatus[]>;
  logs(follow: boolean): Promise<void>;
  outputs(): Promise<Outputs>;
  destroy(): Promise<void>;
}

export interface TrafficControl {
  /** Brings the artefact without traffic, or finds it where an earlier attempt brought it. */
  candidate(): Promise<Candidate>;
  /** Finds the candidate that an earlier deployment left. Throws CONFIG_INVALID where there is none. */
  waiting(): Promise<Candidate>;
  /** Gives the candidate this share of the traffic, in percent. */
  shift(percent: number): Promise<void>;
  /** Counts the requests of a version, and those that failed. */
  watched(version: string): Promise<Traffic>;
  /** Gives the candidate all traffic: it is a candidate no more. */
  promote(): Promise<string>;
}
