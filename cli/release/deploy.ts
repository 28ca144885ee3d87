import { AnycloudError } from "../../src/adapter.ts";
import type { CloudRelease } from "./cloud-release.ts";
import { checkArtefact, type Infrastructure } from "./infrastructure.ts";
import { deployCandidate, type LoopOptions, shiftAndPromote, smoke, takenBack, watchAll } from "./release-loop.ts";

export interface Deployed {
  readonly mcpUrl: string;
  /** The version that clients reach, or the candidate that waits for `promote`. */
  readonly version: string;
  readonly candidate: boolean;
}

/**
 * Deploys what stands around the code, then the code: where the platform shares traffic, by way of a candidate that is tried,
 * watched and promoted; elsewhere as the platform does, then tried and watched. Throws INSTANCE_FAILED once a bad version was
 * taken back.
 */
export async function deploy(
  infrastructure: Infrastructure,
  release: CloudRelease,
  options: LoopOptions & { readonly candidate: boolean },
): Promise<Deployed> {
  const { cloud, kind } = infrastructure;
  if (options.candidate && !release.traffic) throw new AnycloudError("USAGE", NO_CANDIDATE[`${cloud}-${kind}`] ?? "");
  if (!options.dryRun) checkArtefact(infrastructure);
  await release.apply();
  const traffic = await release.traffic?.(options.candidate);
  if (!traffic) {
    await release.publish();
    const publishedAt = new Date();
    const { mcp_url: mcpUrl } = await release.outputs();
    try {
      await smoke(mcpUrl, options);
      await watchAll(release, publishedAt, options);
    } catch (error) {
      throw await takenBack(release, error);
    }
    return { mcpUrl, version: (await release.status())[0]?.version ?? "", candidate: false };
  }
  const candidate = await deployCandidate(release, traffic, options);
  if (options.candidate) return { mcpUrl: candidate.url, version: candidate.name, candidate: true };
  const version = await shiftAndPromote(release, traffic, candidate, options);
  return { mcpUrl: (await release.outputs()).mcp_url, version, candidate: false };
}

/** Goes on with a candidate that `deploy --candidate`, or an attempt that failed, left. */
export async function promote(release: CloudRelease, options: LoopOptions): Promise<string> {
  const traffic = await release.traffic?.(true);
  if (!traffic) {
    const sentence =
      "There is no candidate to promote here: deploy brings a version to all clients, and takes a bad one back.";
    throw new AnycloudError("USAGE", sentence);
  }
  // Not what is built now: what was tried.
  return shiftAndPromote(release, traffic, await traffic.waiting(), options);
}

const NO_CANDIDATE: Readonly<Record<string, string>> = {
  "aws-cdk": "CodeDeploy makes and tries a candidate with every deployment: leave --candidate out.",
  "aws-terraform": "Terraform moves the alias at once: leave --candidate out, or deploy with CDK, which has a canary.",
};
