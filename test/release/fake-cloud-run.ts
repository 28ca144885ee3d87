import type { Infrastructure } from "../../cli/release/infrastructure.ts";
import type { Command } from "../../cli/release/tool.ts";
import { readArguments } from "./strict-arguments.ts";

interface Target {
  revisionName: string;
  percent: number;
  tag?: string;
}

/** A line of a request, as far as releases read it. */
export interface LogLine {
  readonly status?: number;
  readonly outcome?: string;
}

/** A Cloud Run service, as far as releases see it. */
export interface CloudRun {
  revisions: string[];
  traffic: Target[];
  followsLatest: boolean;
  generation: number;
  /** URLs at which revisions answer. */
  readonly urls: Record<string, string>;
  /** The log lines of requests to a revision, which is named, or has the tag. */
  readonly lines: Record<string, readonly LogLine[]>;
  readonly gcloud: (command: Command) => string;
}

const PROJECT = "notes-123456";
export const OUTPUTS = {
  app: `projects/${PROJECT}/locations/europe-west1/services/notes`,
  log_location: `projects/${PROJECT}/locations/europe-west1/buckets/notes`,
};

const PLACE = ["--project", "--region"];
const DEPLOY = {
  words: ["run", "deploy"],
  positionals: 1,
  values: [
    "--source",
    "--function",
    "--base-image",
    "--image",
    "--build-service-account",
    "--tag",
    "--revision-suffix",
    ...PLACE,
  ],
  switches: ["--automatic-updates", "--no-traffic", "--quiet"],
  needs: [
    "--source",
    "--function",
    "--base-image",
    "--automatic-updates",
    "--image",
    "--build-service-account",
    "--quiet",
    ...PLACE,
  ],
};
const TRAFFIC = {
  words: ["run", "services", "update-traffic"],
  positionals: 1,
  values: ["--to-tags", "--to-revisions", "--update-tags", "--remove-tags", ...PLACE],
  switches: ["--to-latest", "--quiet"],
  needs: ["--quiet", ...PLACE],
};
const DESCRIBE = {
  words: ["run", "services", "describe"],
  positionals: 1,
  values: ["--format", ...PLACE],
  switches: ["--quiet"],
  needs: PLACE,
};
const REVISIONS = {
  words: ["run", "revisions", "list"],
  values: ["--service", "--format", "--sort-by", ...PLACE],
  switches: ["--quiet"],
  needs: ["--service", "--sort-by", ...PLACE],
};
const LOGS = {
  words: ["logging", "read"],
  positionals: 1,
  values: ["--project", "--location", "--bucket", "--view", "--freshness", "--limit", "--format"],
  needs: ["--project", "--location", "--bucket", "--view"],
};

/** A service that serves its first revision. */
export function fakeCloudRun(urls: Record<string, string> = {}): CloudRun {
  const world: CloudRun = {
    revisions: ["notes-00001-abc"],
    traffic: [{ revisionName: "notes-00001-abc", percent: 100 }],
    followsLatest: true,
    generation: 1,
    urls,
    lines: {},
    gcloud: ({ args }) => {
      const verb = args.find((arg) => ["deploy", "update-traffic", "describe", "list", "read"].includes(arg));
      if (verb === "deploy") return deploy(world, args);
      if (verb === "update-traffic") return updateTraffic(world, args);
      if (verb === "describe") return describeService(world, args);
      if (verb === "list") {
        readArguments(args, REVISIONS);
        return JSON.stringify(world.revisions.toReversed().map((name) => ({ metadata: { name } })));
      }
      return readLog(world, args);
    },
  };
  return world;
}

function deploy(world: CloudRun, args: readonly string[]): string {
  const { flags } = readArguments(args, DEPLOY);
  const name = `notes-${flags["--revision-suffix"] ?? `0000${world.revisions.length + 1}-xyz`}`;
  if (name.length > 63 || !/^[a-z0-9-]+$/.test(name)) throw new Error(`no name of a revision: ${name}`);
  if (world.revisions.includes(name))
    throw new Error(`Revision named '${name}' with different configuration already exists.`);
  world.revisions.push(name);
  world.generation += 1;
  if ("--no-traffic" in flags) world.followsLatest = false;
  else world.traffic = [{ revisionName: name, percent: 100 }];
  if (flags["--tag"]) setTag(world, flags["--tag"], name);
  return "";
}

function updateTraffic(world: CloudRun, args: readonly string[]): string {
  const { flags } = readArguments(args, TRAFFIC);
  world.generation += 1;
  const [tag = "", percent = ""] = (flags["--to-tags"] ?? "").split("=");
  if ("--to-latest" in flags) {
    world.followsLatest = true;
    share(world, world.revisions.at(-1) as string, 100);
  } else if ("--to-tags" in flags) share(world, tagged(world, tag).revisionName, Number(percent));
  else if ("--to-revisions" in flags) {
    const [name = "", all] = flags["--to-revisions"]?.split("=") ?? [];
    if (!world.revisions.includes(name)) throw new Error(`Revision ${name} does not exist.`);
    world.followsLatest = false;
    share(world, name, Number(all));
  } else if (flags["--update-tags"]) {
    const [name = "", revision = ""] = flags["--update-tags"].split("=");
    setTag(world, name, revision);
  } else if (flags["--remove-tags"]) {
    const target = tagged(world, flags["--remove-tags"]);
    delete target.tag;
    world.traffic = world.traffic.filter(({ percent: share, tag: its }) => share > 0 || its !== undefined);
  } else throw new Error(`nothing to update: ${args.join(" ")}`);
  return "";
}

function share(world: CloudRun, name: string, percent: number): void {
  if (!(percent > 0 && percent <= 100)) throw new Error(`no share: ${percent}`);
  const target = world.traffic.find(({ revisionName }) => revisionName === name) ?? { revisionName: name, percent: 0 };
  const others = world.traffic.filter((one) => one !== target);
  if (others.length === 0 && percent < 100) throw new Error("Over or under 100 percent of the traffic is assigned.");
  const largest = others.toSorted((a, b) => b.percent - a.percent)[0];
  for (const one of others) one.percent = one === largest ? 100 - percent : 0;
  target.percent = percent;
  world.traffic = [...others, target].filter((one) => one.percent > 0 || one.tag !== undefined);
}

function setTag(world: CloudRun, tag: string, revisionName: string): void {
  if (!world.revisions.includes(revisionName)) throw new Error(`Revision ${revisionName} does not exist.`);
  const kept = world.traffic.filter((one) => one.tag !== tag || one.percent > 0);
  for (const one of kept) if (one.tag === tag) delete one.tag;
  const target = kept.find((one) => one.revisionName === revisionName) ?? { revisionName, percent: 0 };
  target.tag = tag;
  world.traffic = [...kept.filter((one) => one !== target), target];
}

function tagged(world: CloudRun, tag: string): Target {
  const target = world.traffic.find((one) => one.tag === tag);
  if (!target) throw new Error(`there is no tag ${tag}`);
  return target;
}

function readLog(world: CloudRun, args: readonly string[]): string {
  const filter = readArguments(args, LOGS).positionals[0] ?? "";
  const [, revision = ""] =
    /^resource\.type="cloud_run_revision" AND resource\.labels\.revision_name="([^"]+)" AND jsonPayload\.message="request" AND jsonPayload\.mcpMethod:\*$/.exec(
      filter,
    ) ?? [];
  if (!world.revisions.includes(revision)) throw new Error(`no filter for the requests of a revision: ${filter}`);
  const tag = world.traffic.find(({ revisionName }) => revisionName === revision)?.tag ?? "";
  return JSON.stringify((world.lines[revision] ?? world.lines[tag] ?? []).map((jsonPayload) => ({ jsonPayload })));
}

function describeService(world: CloudRun, args: readonly string[]): string {
  readArguments(args, DESCRIBE);
  return JSON.stringify({
    metadata: { generation: world.generation },
    status: {
      latestCreatedRevisionName: world.revisions.at(-1),
      traffic: world.traffic.map(({ revisionName, percent, tag }) => ({
        revisionName,
        ...(percent > 0 && { percent }),
        ...(tag && { tag, url: world.urls[revisionName] ?? world.urls[tag] }),
      })),
    },
  });
}

/** A project in `folder` whose service is in Terraform. */
export const gcpInfrastructure = (folder: string): Infrastructure => ({
  cloud: "gcp",
  kind: "terraform",
  folder,
  root: "infra/gcp",
  terraform: "terraform",
});
