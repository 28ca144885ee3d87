import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { awsRelease } from "../../cli/release/clouds/aws-release.ts";
import { azureRelease } from "../../cli/release/clouds/azure-release.ts";
import { deploy, promote } from "../../cli/release/deploy.ts";
import type { Infrastructure } from "../../cli/release/infrastructure.ts";
import type { LoopOptions } from "../../cli/release/release-loop.ts";
import type { Command } from "../../cli/release/tool.ts";
import { fakeTools } from "./fake-tools.ts";
import { readArguments } from "./strict-arguments.ts";

const folder = mkdtempSync(join(tmpdir(), "release-"));
const write = (cloud: string, code: string): void => {
  mkdirSync(join(folder, "dist", cloud), { recursive: true });
  writeFileSync(join(folder, "dist", cloud, "index.mjs"), code);
};
beforeAll(() => {
  write("aws", "1");
  for (const cloud of ["aws", "azure"]) mkdirSync(join(folder, "infra", cloud, ".terraform"), { recursive: true });
});
afterAll(() => rmSync(folder, { recursive: true }));

const at = (cloud: "aws" | "azure", kind: "cdk" | "terraform"): Infrastructure => ({
  cloud,
  kind,
  folder,
  root: `infra/${cloud}`,
  terraform: "tofu",
});
/** Nothing listens there: every smoke test fails. */
const NOWHERE = "http://127.0.0.1:9/mcp";
const options = {
  headers: {},
  smoke: { timeoutSeconds: 2 },
  allowBreaking: false,
  dryRun: false,
  print: () => {},
  candidate: false,
} satisfies LoopOptions & { candidate: boolean };

describe("on AWS", () => {
  const REGION = ["--function-name", "--region", "--output"];

  /** A function with these versions, of which the alias is at the last. */
  function world(versions: string[], weights: Record<string, number> = {}) {
    let current = versions.at(-1) as string;
    const aws = ({ args }: Command): string => {
      if (args[0] === "cloudformation") {
        readArguments(args, {
          words: ["cloudformation", "describe-stacks"],
          values: ["--stack-name", "--output"],
          needs: ["--stack-name"],
        });
        const outputs = {
          McpUrl: NOWHERE,
          App: "arn:aws:lambda:eu-central-1:123456789012:function:notes",
          LogLocation: "/notes",
        };
        return JSON.stringify({
          Stacks: [
            { Outputs: Object.entries(outputs).map(([OutputKey, OutputValue]) => ({ OutputKey, OutputValue })) },
          ],
        });
      }
      if (args[1] === "get-alias") {
        readArguments(args, {
          words: ["lambda", "get-alias"],
          values: ["--name", ...REGION],
          needs: ["--name", ...REGION],
        });
        return JSON.stringify({ FunctionVersion: current, RoutingConfig: { AdditionalVersionWeights: weights } });
      }
      if (args[1] === "list-versions-by-function") {
        readArguments(args, { words: ["lambda", "list-versions-by-function"], values: REGION, needs: REGION });
        return JSON.stringify({ Versions: ["$LATEST", ...versions].map((Version) => ({ Version })) });
      }
      const { flags } = readArguments(args, {
        words: ["lambda", "update-alias"],
        values: ["--name", "--function-version", "--routing-config", ...REGION],
        needs: ["--name", "--function-version", "--routing-config", ...REGION],
      });
      current = flags["--function-version"] as string;
      return "";
    };
    const npx = ({ args }: Command): string => {
      readArguments(args, {
        words: ["--no-install", "cdk", args[2] ?? ""],
        values: ["--require-approval"],
        switches: ["--force"],
      });
      return "notes\n";
    };
    return { tools: fakeTools({ aws, npx }), current: () => current };
  }

  test("CodeDeploy releases what CDK deploys, and a version that fails its smoke test goes back", async () => {
    const { tools, current } = world(["6", "7"]);
    const release = awsRelease(at("aws", "cdk"), tools, true);
    await expect(deploy(at("aws", "cdk"), release, options)).rejects.toThrow(
      /^http:.* Rolled back: all traffic is at version 6\.$/,
    );
    expect(tools.ran[0]).toBe("npx --no-install cdk deploy --require-approval never");
    expect(current()).toBe("6");
  });

  test("while traffic shifts, a rollback takes the new version's share away", async () => {
    const { tools } = world(["6"], { "7": 0.1 });
    const release = awsRelease(at("aws", "cdk"), tools, false);
    expect(await release.status()).toEqual([
      { version: "6", percent: 90, note: "" },
      { version: "7", percent: 10, note: "canary" },
    ]);
    expect(await release.rollback()).toBe("version 6");
    expect(tools.ran.at(-1)).toContain("--function-version 6 --routing-config 'AdditionalVersionWeights={}'");
  });

  test("the first version has none to go back to, and no candidate is made by hand", async () => {
    const { tools } = world(["1"]);
    const release = awsRelease(at("aws", "cdk"), tools, false);
    await expect(release.rollback()).rejects.toThrow(/^Version 1 is the first one/);
    const asked = deploy(at("aws", "cdk"), release, { ...options, candidate: true });
    await expect(asked).rejects.toThrow(/^CodeDeploy makes and tries a candidate/);
    await expect(promote(release, options)).rejects.toThrow(/^There is no candidate to promote here/);
  });
});

describe("on Azure", () => {
  const outputs = {
    mcp_url: NOWHERE,
    app: "/subscriptions/s/resourceGroups/notes/providers/Microsoft.Web/sites/notes-abc123",
    log_location: "/subscriptions/s/insights",
  };

  function world() {
    const published: string[] = [];
    const func = ({ args, folder: from }: Command): string => {
      const takes = {
        words: ["azure", "functionapp", "publish"],
        positionals: 1,
        switches: ["--no-build", "--javascript"],
        needs: ["--no-build", "--javascript"],
      };
      expect(readArguments(args, takes).positionals).toEqual(["notes-abc123"]);
      published.push(readFileSync(join(from ?? "", "index.mjs"), "utf8"));
      return "";
    };
    const tofu = ({ args }: Command): string => {
      readArguments(args, {
        words: ["-chdir=infra/azure", args[1] ?? ""],
        switches: ["-json", "-input=false", "-auto-approve"],
      });
      return JSON.stringify(Object.fromEntries(Object.entries(outputs).map(([name, value]) => [name, { value }])));
    };
    const waits: number[] = [];
    // There is no API Management.
    const tools = fakeTools({ func, tofu, az: () => '{"value":[]}' });
    const pause = async (seconds: number) => void waits.push(seconds);
    return {
      published,
      waits,
      tools,
      release: () => azureRelease(at("azure", "terraform"), tools, { yes: true, pause }),
    };
  }

  test("a package that fails its smoke test is replaced by the one before, which is published again", async () => {
    const { published, release } = world();
    write("azure", "1");
    await release().publish();
    write("azure", "2");
    await expect(deploy(at("azure", "terraform"), release(), options)).rejects.toThrow(
      /^http:.* Rolled back: all traffic is at the package before\.$/,
    );
    expect(published).toEqual(["1", "2", "1"]);
    expect(readFileSync(join(folder, ".mcp-anycloud/release/azure/live/index.mjs"), "utf8")).toBe("1");
  });

  test("a machine that published nothing says how to go back", async () => {
    rmSync(join(folder, ".mcp-anycloud"), { recursive: true, force: true });
    const { release } = world();
    await expect(release().rollback()).rejects.toThrow(/check out the commit before, build it and deploy it\.$/);
    expect(existsSync(join(folder, ".mcp-anycloud"))).toBe(false);
  });

  test("publishing waits until Azure knows the role of whoever deploys", async () => {
    const { published, release, tools, waits } = world();
    tools.failAt = 0;
    await release().publish();
    expect([published.length, waits]).toEqual([1, [10]]);
  });
});
