import { AnycloudError } from "../../../src/adapter.ts";

/** A service, as `gcloud run services describe --format json` prints it. */
export interface Service {
  readonly metadata?: { readonly generation?: number };
  readonly status?: {
    readonly latestCreatedRevisionName?: string;
    readonly traffic?: readonly Target[];
  };
}

export interface Target {
  readonly revisionName?: string;
  readonly percent?: number;
  readonly tag?: string;
  readonly url?: string;
}

/** The tag under which a candidate has an address of its own. */
export const TAG: string = "candidate";

export interface Place {
  readonly project: string;
  readonly region: string;
  readonly name: string;
}

export const tagged = ({ status }: Service): Target | undefined => status?.traffic?.find(({ tag }) => tag === TAG);

/** The revisions that clients reach. */
export const served = ({ status }: Service): Target[] =>
  (status?.traffic ?? []).filter(({ percent = 0 }) => percent > 0);

export const largest = (targets: readonly Target[]): string =>
  targets.toSorted((a, b) => (b.percent ?? 0) - (a.percent ?? 0))[0]?.revisionName ?? "";

/** `projects/<project>/locations/<region>/services/<name>`. Throws CONFIG_INVALID for anything else. */
export function toPlace(app: string): Place {
  const [, project, region, name] = /^projects\/([^/]+)\/locations\/([^/]+)\/services\/([^/]+)$/.exec(app) ?? [];
  if (project && region && name) return { project, region, name };
  throw new AnycloudError("CONFIG_INVALID", `The output app is no Cloud Run service: ${app}. Pass on module.mcp.app.`);
}

export const DRY_TARGET: Target = {
  revisionName: "REVISION",
  percent: 0,
  tag: TAG,
  url: "https://candidate---SERVICE",
};
export const DRY_SERVICE: string = JSON.stringify({
  metadata: { generation: 1 },
  status: {
    latestCreatedRevisionName: "REVISION-BEFORE",
    traffic: [{ revisionName: "REVISION-BEFORE", percent: 100 }],
  },
});
export const DRY_REVISIONS: string = JSON.stringify(
  ["REVISION-BEFORE", "REVISION-BEFORE-IT"].map((name) => ({ metadata: { name } })),
);
