import { join } from "node:path";
import { AnycloudError } from "../../../src/adapter.ts";
import { artefactHash } from "../artefact-hash.ts";
import type { Candidate, CloudRelease, Traffic, VersionStatus } from "../cloud-release.ts";
import { type Infrastructure, readOutputs } from "../infrastructure.ts";
import type { Tools } from "../tool.ts";
import {
  DRY_REVISIONS,
  DRY_SERVICE,
  DRY_TARGET,
  largest,
  type Service,
  served,
  TAG,
  tagged,
  toPlace,
} from "./cloud-run-service.ts";
import { applyTerraform, destroyTerraform } from "./terraform-steps.ts";

/** Releases to Cloud Run: revisions, of which one has the tag `candidate`, and shares of traffic. */
export function gcpRelease(infrastructure: Infrastructure, tools: Tools, yes: boolean): CloudRelease {
  const outputs = (): ReturnType<typeof readOutputs> => readOutputs(infrastructure, tools);
  const place = once(async () => toPlace((await outputs()).app));
  const gcloud = async (...args: string[]): Promise<{ program: string; args: string[] }> => {
    const { project, region } = await place();
    return { program: "gcloud", args: [...args, "--project", project, "--region", region, "--quiet"] };
  };
  const traffic = async (...args: string[]): Promise<void> =>
    tools.change(await gcloud("run", "services", "update-traffic", (await place()).name, ...args));

  async function describe(): Promise<Service> {
    const command = await gcloud("run", "services", "describe", (await place()).name, "--format", "json");
    return JSON.parse(await tools.look(command, DRY_SERVICE)) as Service;
  }

  async function deploy(...more: string[]): Promise<void> {
    const { project, region, name } = await place();
    const build = `projects/${project}/serviceAccounts/${name}-build@${project}.iam.gserviceaccount.com`;
    const source = [
      "--source",
      join("dist", "gcp"),
      "--function",
      "mcp",
      "--base-image",
      "nodejs24",
      "--automatic-updates",
    ];
    const image = ["--image", `${region}-docker.pkg.dev/${project}/${name}/${name}`, "--build-service-account", build];
    await tools.change(await gcloud("run", "deploy", name, ...source, ...image, ...more));
  }

  async function candidate(): Promise<Candidate> {
    const { name } = await place();
    const before = await describe();
    const wanted = `${name}-${tools.dryRun ? "HASH" : artefactHash(join(infrastructure.folder, "dist", "gcp"))}`;
    // An earlier attempt may have brought this very code; the newest settings are in it, or another revision were the latest.
    if (!before.status?.latestCreatedRevisionName?.startsWith(`${wanted}-`)) {
      const suffix = `${wanted.slice(name.length + 1)}-${(before.metadata?.generation ?? 0) + 1}`;
      await deploy("--no-traffic", "--tag", TAG, "--revision-suffix", suffix);
    } else if (!tagged(before)) {
      await traffic("--update-tags", `${TAG}=${before.status.latestCreatedRevisionName}`);
    }
    return waiting();
  }

  async function waiting(): Promise<Candidate> {
    const { name } = await place();
    const service = await describe();
    const target = tools.dryRun ? DRY_TARGET : tagged(service);
    if (!target?.revisionName || !target.url) {
      throw new AnycloudError("CONFIG_INVALID", `${name} has no candidate: deploy one with deploy gcp --candidate.`);
    }
    const { pathname } = new URL((await outputs()).mcp_url);
    const others = served(service).filter(({ revisionName }) => revisionName !== target.revisionName);
    return {
      name: target.revisionName,
      url: new URL(pathname, target.url).href,
      before: others.length > 0 ? largest(others) : undefined,
    };
  }

  async function shift(percent: number): Promise<void> {
    // An attempt that failed at the very end has given it all of the traffic already.
    if (!tools.dryRun && tagged(await describe())?.percent === 100) return;
    await traffic("--to-tags", `${TAG}=${percent}`);
  }

  /** Reads the bucket that the module keeps the lines in. */
  async function readLog(filter: string, limit: number): Promise<{ program: string; args: string[] }> {
    const [, project = "", , location = "", , bucket = ""] = (await outputs()).log_location.split("/");
    const where = ["--project", project, "--location", location, "--bucket", bucket, "--view", "_AllLogs"];
    return {
      program: "gcloud",
      args: ["logging", "read", filter, ...where, "--freshness", "1h", "--limit", `${limit}`],
    };
  }

  async function watched(revision: string): Promise<Traffic> {
    const filter = `resource.type="cloud_run_revision" AND resource.labels.revision_name="${revision}" AND jsonPayload.message="request" AND jsonPayload.mcpMethod:*`;
    const { program, args } = await readLog(filter, 2000);
    const command = { program, args: [...args, "--format", "json"] };
    const lines = JSON.parse(await tools.look(command, "[]")) as LogLine[];
    const failed = lines.filter(
      ({ jsonPayload: { status = 0, outcome } }) => status >= 500 || outcome === "tool_error",
    );
    return { requests: lines.length, failed: failed.length };
  }

  async function promote(): Promise<string> {
    const service = await describe();
    const target = tools.dryRun ? DRY_TARGET : tagged(service);
    const { name } = await place();
    if (!target?.revisionName) {
      throw new AnycloudError("CONFIG_INVALID", `${name} has no candidate: deploy one with deploy gcp --candidate.`);
    }
    if (!tools.dryRun && service.status?.latestCreatedRevisionName !== target.revisionName) {
      const sentence = `${name} has a newer revision than the candidate, which nobody tried: deploy the candidate again.`;
      throw new AnycloudError("CONFIG_INVALID", sentence);
    }
    await traffic("--to-latest");
    await traffic("--remove-tags", TAG);
    return target.revisionName;
  }

  async function rollback(): Promise<string> {
    const service = await describe();
    const tag = tagged(service);
    const others = served(service).filter(({ revisionName }) => revisionName !== tag?.revisionName);
    const before = tag && others.length > 0 ? largest(others) : await revisionBefore(largest(served(service)));
    await traffic("--to-revisions", `${before}=100`);
    if (tag) await traffic("--remove-tags", TAG);
    return before;
  }

  /** The revision that was made before the one that serves. */
  async function revisionBefore(current: string): Promise<string> {
    const { name } = await place();
    const list = await gcloud("run", "revisions", "list", "--service", name, "--format", "json(metadata.name)");
    const args = [...list.args, "--sort-by", "~metadata.creationTimestamp"];
    const found = JSON.parse(await tools.look({ ...list, args }, DRY_REVISIONS)) as { metadata: { name: string } }[];
    const names = found.map(({ metadata }) => metadata.name);
    const before = names[names.indexOf(current) + 1];
    if (before !== undefined) return before;
    throw new AnycloudError(
      "CONFIG_INVALID",
      `${current} is the first revision of ${name}: there is none to go back to.`,
    );
  }

  async function status(): Promise<VersionStatus[]> {
    const rows = (await describe()).status?.traffic ?? [];
    return rows.map(({ revisionName = "latest", percent = 0, tag, url }) => ({
      version: revisionName,
      percent,
      note: tag === undefined ? "" : `${tag} ${url ?? ""}`.trim(),
    }));
  }

  return {
    outputs,
    traffic: async () => ({ candidate, waiting, shift, watched, promote }),
    rollback,
    status,
    apply: () => applyTerraform(infrastructure, tools, yes),
    publish: () => deploy(),
    destroy: () => destroyTerraform(infrastructure, tools, yes),
    async logs(follow) {
      const { name } = await place();
      if (follow) return tools.change(await gcloud("beta", "run", "services", "logs", "tail", name));
      await tools.change(await readLog(`resource.labels.service_name="${name}"`, 100));
    },
  };
}

interface LogLine {
  readonly jsonPayload: { readonly status?: number; readonly outcome?: string };
}

function once<Value>(make: () => Promise<Value>): () => Promise<Value> {
  let made: Promise<Value> | undefined;
  return () => (made ??= make());
}
