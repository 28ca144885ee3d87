import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, vi } from "vitest";
import { buildTarget } from "../../cli/build/build-target.ts";
import type { EntryKind } from "../../cli/build/entry/entry-source.ts";
import { startLocalTable } from "../../emulators/local-table.ts";
import type { McpServerProps } from "../../stacks/mcp-server-props.ts";
import { SECRET, startSecretsStandIn } from "../aws/state-keys-stand-in.ts";
import { type Deployment, readDeployment } from "./deployed-server.ts";
import { type Synthesis, synthesize } from "./synthesis.ts";

const ROTATION = new URL("../../stacks/key-rotation/index.mjs", import.meta.url).href;

/** A stack that was built, synthesized and read. */
export interface Deployed {
  readonly artefact: string;
  readonly deployment: Deployment;
  /** Endpoints and credentials, which on AWS nobody has to name. */
  readonly environment: Readonly<Record<string, string>>;
}

/** Stands in on this machine for the AWS that stacks are deployed to: one table and one secret, for all stacks. */
export interface LocalRegion {
  readonly tableName: string;
  /** Builds an entry, given by its path from the root, and synthesizes the stack that deploys it. */
  deploy(entry: string, props?: Partial<McpServerProps>, kind?: EntryKind): Promise<Deployed>;
  /** As the stack's schedule does, with the stack's own function. */
  rotateKeys(): Promise<void>;
  close(): Promise<void>;
}

/** Opens one, with the keys rotated once, as they are when a stack is created. */
export async function openLocalRegion(): Promise<LocalRegion> {
  const work = mkdtempSync(join(tmpdir(), "local-region-"));
  // CloudFormation generates a password in the new secret, which is no key ring.
  const [table, secrets] = await Promise.all([startLocalTable(), startSecretsStandIn("CloudFormation's password$")]);
  const { MCP_ANYCLOUD_TABLE: tableName = "", ...machine } = table.environment;
  const environment = { ...machine, AWS_ENDPOINT_URL_SECRETS_MANAGER: `http://${secrets.host}` };
  for (const [name, value] of Object.entries(environment)) vi.stubEnv(name, value);

  function read(synthesis: Synthesis): Deployment {
    // The local table stands for one of its kind only.
    expect(synthesis.only("AWS::DynamoDB::GlobalTable")).toMatchObject({
      KeySchema: [
        { AttributeName: "pk", KeyType: "HASH" },
        { AttributeName: "sk", KeyType: "RANGE" },
      ],
      TimeToLiveSpecification: { AttributeName: "expiresAt", Enabled: true },
    });
    return readDeployment(synthesis, {
      "AWS::DynamoDB::GlobalTable": tableName,
      "AWS::SecretsManager::Secret": SECRET,
    });
  }

  const region: LocalRegion = {
    tableName,
    async deploy(path, props = {}, kind = "server") {
      const artefact = mkdtempSync(join(work, "dist-"));
      const entry = fileURLToPath(new URL(`../../${path}`, import.meta.url));
      await buildTarget({ platform: "aws", entry, outDir: artefact, kind });
      return { artefact, environment, deployment: read(synthesize({ ...props, artefact })) };
    },
    async rotateKeys() {
      const { handler } = await import(ROTATION);
      const ClientRequestToken = secrets.beginRotation();
      for (const Step of ["createSecret", "setSecret", "testSecret", "finishSecret"]) {
        await handler({ SecretId: SECRET, ClientRequestToken, Step });
      }
    },
    async close() {
      vi.unstubAllEnvs();
      rmSync(work, { recursive: true });
      await Promise.all([table.close(), secrets.close()]);
    },
  };
  await region.rotateKeys();
  return region;
}
