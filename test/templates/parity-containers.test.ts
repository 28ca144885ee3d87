import { beforeAll, describe, expect, test } from "vitest";
import { ALL_VARIABLES } from "../config/all-variables.ts";
import { type Faces, readFaces, type Variable } from "./parity-modules.ts";
import { NOT_SET, OF_OTHERS } from "./parity-table.ts";
import { type Cloud, CONTAINER_MODULES, type ContainerModule } from "./run/working-copy.ts";

/** Differences between a module that runs the image and that of its cloud's functions; all else is the same. */
interface Differences {
  readonly cloud: Cloud;
  /** Variables of the functions alone, and why. */
  readonly without: Readonly<Record<string, string>>;
  /** Variables of the image alone, and why. */
  readonly besides: Readonly<Record<string, string>>;
  /** Variables whose type or default is another. */
  readonly types: readonly string[];
  /** Variables that are described in other words. */
  readonly words: readonly string[];
  /** Variables with rules of its own: how many. */
  readonly rules: Readonly<Record<string, number>>;
  /** Variables of the server that are set here alone, or for functions alone. */
  readonly environment: readonly string[];
}

const COMMON = {
  gateway: "the load balancer or ingress always stands in front",
  node_version: "it is in the image",
  tasks: "the instance that took a call works on its task",
};
const IMAGE = {
  image: "func and Lambda take files",
  trusted_proxies: "platforms of functions tell the client's address",
};

const DIFFERENCES: Readonly<Record<ContainerModule, Differences>> = {
  "aws-ecs": {
    cloud: "aws",
    without: { ...COMMON, artefact: "the image is in a registry" },
    besides: { ...IMAGE, network: "a load balancer stands in a VPC" },
    types: ["custom_domain", "max_instances", "min_instances", "redis"],
    words: ["auth", "custom_domain", "max_instances", "min_instances", "redis"],
    rules: {
      auth: 1,
      custom_domain: 1,
      environment: 1,
      max_instances: 1,
      memory_mib: 1,
      min_instances: 1,
      timeout_seconds: 1,
    },
    environment: [
      "AWS_REGION",
      "MCP_ANYCLOUD_PLATFORM_IDENTITY",
      "MCP_ANYCLOUD_SHUTDOWN_SECONDS",
      "MCP_ANYCLOUD_TIMEOUT_SECONDS",
      "MCP_ANYCLOUD_TRUSTED_PROXIES",
    ],
  },
  "azure-container-apps": {
    cloud: "azure",
    without: COMMON,
    besides: IMAGE,
    types: ["concurrency", "max_instances", "memory_mib", "timeout_seconds"],
    words: ["auth", "concurrency", "custom_domain", "max_instances"],
    rules: {
      auth: 1,
      concurrency: 1,
      custom_domain: 1,
      environment: 1,
      log_retention_days: 1,
      memory_mib: 1,
      timeout_seconds: 1,
    },
    environment: [
      "MCP_ANYCLOUD_PLATFORM_IDENTITY",
      "MCP_ANYCLOUD_SHUTDOWN_SECONDS",
      "MCP_ANYCLOUD_STORAGE_QUEUE",
      "MCP_ANYCLOUD_TIMEOUT_SECONDS",
      "MCP_ANYCLOUD_TRUSTED_PROXIES",
    ],
  },
};

let faces: Faces;
beforeAll(async () => {
  faces = await readFaces();
});

describe.for(CONTAINER_MODULES)("templates/%s", (module) => {
  const { cloud, without, besides, ...differences } = DIFFERENCES[module];
  const pairs = (): (readonly [name: string, own: Variable, other: Variable])[] =>
    Object.entries(faces[module].variables).flatMap(([name, own]) => {
      const other = faces[cloud].variables[name];
      return other ? [[name, own, other] as const] : [];
    });
  const differing = (read: (variable: Variable) => unknown): string[] =>
    pairs().flatMap(([name, own, other]) => (JSON.stringify(read(own)) === JSON.stringify(read(other)) ? [] : [name]));

  test("has the variables of the functions, or it is said why not", () => {
    const [own, others] = [module, cloud].map((one) => Object.keys(faces[one].variables));
    expect(others?.filter((name) => !own?.includes(name)).sort()).toEqual(Object.keys(without).sort());
    expect(own?.filter((name) => !others?.includes(name)).sort()).toEqual(Object.keys(besides).sort());
  });

  test("declares them as they do", () => {
    expect(differing(({ type, default: preset, nullable }) => [type, preset, nullable]).sort()).toEqual(
      differences.types,
    );
    expect(differing(({ description }) => description).sort()).toEqual(differences.words);
    const own = pairs().flatMap(([name, { rules }, other]) => {
      const said = other.rules.map((rule) => JSON.stringify(rule));
      const count = rules.filter((rule) => !said.includes(JSON.stringify(rule))).length;
      return count > 0 ? [[name, count]] : [];
    });
    expect(Object.fromEntries(own)).toEqual(differences.rules);
  });

  test("refuses with a message that names the variable", () => {
    const messages = Object.entries(faces[module].variables).flatMap(([name, { rules }]) =>
      rules.map(({ message }) => ({ name, message })),
    );
    expect(messages.length).toBeGreaterThan(20);
    expect(messages.filter(({ name, message }) => !new RegExp(`^${name}\\b.* .*\\.$`).test(message))).toEqual([]);
  });

  test("has no default for who may call, what runs, what it is called, and where it is", () => {
    for (const name of ["auth", "image", "name", "region"])
      expect(faces[module].variables[name]).toMatchObject({ default: undefined });
  });

  test("has the same outputs", () => {
    expect(faces[module].outputs.toSorted()).toEqual(faces[cloud].outputs.toSorted());
  });

  test("sets the variables of all settings, but for those of functions", () => {
    const ofFunctions = ALL_VARIABLES.filter((name) => !NOT_SET[cloud][name]).concat(Object.keys(OF_OTHERS[cloud]));
    const own = faces[module].environment;
    const [gone, added] = [
      ofFunctions.filter((name) => !own.includes(name)),
      own.filter((name) => !ofFunctions.includes(name)),
    ];
    expect([...gone, ...added].sort()).toEqual(differences.environment);
  });
});
