import type { Platform } from "../../clouds.ts";
import { ownPackage } from "../../package-json.ts";
import type { Installation } from "../packages/install.ts";
import type { InstalledPackage } from "../packages/installed-package.ts";
import { FRAMEWORK, lockFile } from "../packages/lock-file.ts";
import { dockerfile, SERVER } from "./dockerfile.ts";

/** Files of an artefact beside its bundle: name in the artefact's folder → text. */
export type PlatformFiles = Readonly<Record<string, string>>;

/** The parts of an artefact that its server needs beside the bundle. */
export interface Contents {
  /** Names of the bundle, of what it loads later, and of the licences. */
  readonly bundles: readonly string[];
  /** Paths of the user's files. */
  readonly assets: readonly string[];
  /** Packages in `node_modules`. */
  readonly packages: readonly InstalledPackage[];
  /** How they were installed. Undefined where they are not, or only linked. */
  readonly installation: Installation | undefined;
  /** The server has tasks, whose jobs come through a queue. */
  readonly hasTasks: boolean;
}

/** The files that each platform's deployment tool needs. Lambda takes the bundle as it is. */
export function platformFiles(platform: Platform, contents: Contents): PlatformFiles {
  if (platform === "aws") return {};
  return { azure: azureFiles, gcp: gcpFiles, container: containerFiles }[platform](contents);
}

/**
 * For `func azure functionapp publish <app> --no-build --javascript`, run in the folder. Core Tools look for the language in
 * local.settings.json, which is no part of it, and publish nothing without (GlobalCoreToolsSettings.CurrentWorkerRuntime).
 */
function azureFiles({ hasTasks }: Contents): PlatformFiles {
  return {
    // learn.microsoft.com/azure/azure-functions/functions-host-json
    "host.json": json({
      version: "2.0",
      // The paths are the server's own: /mcp, not /api/mcp.
      extensions: { http: { routePrefix: "" }, ...(hasTasks && { queues: QUEUES }) },
      // Triggers other than HTTP are extensions of the host ("extensionBundle").
      ...(hasTasks && { extensionBundle: EXTENSION_BUNDLE }),
      // The longest time that every hosting plan allows ("functionTimeout").
      functionTimeout: "00:10:00",
      // Alarms and the audit log are made of the lines of the server, which the host calls traces: it drops none of them.
      logging: { applicationInsights: { samplingSettings: { isEnabled: true, excludedTypes: "Request;Trace" } } },
    }),
    // functions-reference-node, "Registering a function": `main` names what the host loads.
    "package.json": json({ name: "mcp-server", private: true, type: "module", main: "index.mjs" }),
    // Azure/azure-functions-core-tools: read by `publish`; local.settings.json holds secrets of this machine.
    ".funcignore": lines("local.settings.json", SOURCE_MAP),
  };
}

/** In the folder of an artefact that was made for this machine. */
const SOURCE_MAP = "index.mjs.map";

const EXTENSION_BUNDLE = { id: "Microsoft.Azure.Functions.ExtensionBundle", version: "[4.*, 5.0.0)" };

/**
 * functions-bindings-storage-queue, "host.json settings". By default the host looks into an idle queue once a minute, and
 * delivers a job that failed again at once.
 */
const QUEUES = {
  maxPollingInterval: "00:00:02",
  visibilityTimeout: "00:00:30",
  maxDequeueCount: 5,
  messageEncoding: "base64",
};

const DOCKERFILE = "container/Dockerfile";

/**
 * For `gcloud run deploy --source <folder> --function mcp --base-image nodejs24`, and for
 * `docker build --file <folder>/container/Dockerfile <folder>`. The Dockerfile has a folder of its own because gcloud
 * builds any that lies beside the source, and then refuses `--base-image`
 * (googlecloudsdk/surface/run/deploy.py: "Base image is not supported for services built from Dockerfile").
 */
function gcpFiles(contents: Contents): PlatformFiles {
  const { packages, installation } = contents;
  const { dependencies, locked, ...fields } = installation ?? { dependencies: versionsOf(packages) };
  const manifest = {
    name: "mcp-server",
    dependencies: { [FRAMEWORK]: ownPackage.devDependencies[FRAMEWORK], ...dependencies },
  };
  return {
    "server.mjs": SERVER,
    "package.json": json({
      ...manifest,
      private: true,
      type: "module",
      main: "index.mjs",
      scripts: { start: "node server.mjs" },
      ...fields,
    }),
    // With it, the buildpack runs `npm ci` (GoogleCloudPlatform/buildpacks, cmd/nodejs/npm).
    "package-lock.json": json(lockFile(manifest, locked)),
    [DOCKERFILE]: imageOf(contents),
    // Nothing of the user's, whose files may be in folders of these names. The buildpack installs the packages itself.
    ".gcloudignore": lines(`/${DOCKERFILE}`, `/${SOURCE_MAP}`, ...(packages.length > 0 ? ["/node_modules/"] : [])),
  };
}

/** For `docker build <folder>`, `buildah build <folder>`, and `gcloud run deploy --source <folder>`. */
function containerFiles(contents: Contents): PlatformFiles {
  return {
    "server.mjs": SERVER,
    "package.json": json({ name: "mcp-server", private: true, type: "module" }),
    Dockerfile: imageOf(contents),
  };
}

/** Names each file: the folder may hold others, which are left alone. */
function imageOf({ bundles, assets, packages }: Contents): string {
  const own = assets.filter((name) => name !== "package.json");
  return dockerfile(
    [...bundles, "package.json", "server.mjs"],
    [...own, ...(packages.length > 0 ? ["node_modules/"] : [])],
  );
}

const versionsOf = (packages: readonly InstalledPackage[]): Record<string, string | undefined> =>
  Object.fromEntries(packages.map(({ name, manifest }) => [name, manifest.version]));

const json = (value: unknown): string => `${JSON.stringify(value, undefined, 2)}\n`;
const lines = (...texts: readonly string[]): string => `${texts.join("\n")}\n`;
