import { beforeAll, describe, expect, test } from "vitest";
import { CONFIG_SETTINGS } from "../../src/adapter.ts";
import type { CustomDomain } from "../../stacks/ingress/rest-domain.ts";
import type { McpServerProps } from "../../stacks/mcp-server-props.ts";
import { SETTINGS } from "../../stacks/settings.ts";
import { ALL_VARIABLES } from "../config/all-variables.ts";
import { EVERY_SETTING } from "../stacks/every-setting.ts";
import { synthesize } from "../stacks/synthesis.ts";
import { type Faces, type Rule, readFaces, type Variable } from "./parity-modules.ts";
import {
  NO_PROP,
  NO_VARIABLE,
  NOT_EVERYWHERE,
  NOT_SET,
  OF_OTHERS,
  OWN_RULES,
  OWN_TYPE,
  OWN_WORDS,
  PROPS,
} from "./parity-table.ts";
import { CLOUDS, type Cloud } from "./run/working-copy.ts";

let faces: Faces;
beforeAll(async () => {
  faces = await readFaces();
});

const camelCase = (name: string): string => name.replace(/_(\w)/g, (_, name: string) => name.toUpperCase());
const allNames = (): string[] => [...new Set(CLOUDS.flatMap((cloud) => Object.keys(faces[cloud].variables)))].sort();
/** The declarations of a variable in the clouds that have it. */
const said = (name: string): Variable[] => CLOUDS.flatMap((cloud) => faces[cloud].variables[name] ?? []);
/** Variables of which the clouds do not say the same. */
const differing = (read: (variable: Variable) => unknown): string[] =>
  allNames().filter((name) => new Set(said(name).map((variable) => JSON.stringify(read(variable)))).size > 1);

describe("the variables of the modules", () => {
  test("are the same, but for those that only some clouds have a use for", () => {
    const having = (name: string): Cloud[] => CLOUDS.filter((cloud) => faces[cloud].variables[name]);
    const partial = allNames().filter((name) => having(name).length < CLOUDS.length);
    const listed = Object.entries(NOT_EVERYWHERE).map(([name, { clouds }]) => [name, clouds]);
    expect(Object.fromEntries(partial.map((name) => [name, having(name)]))).toEqual(Object.fromEntries(listed));
  });

  test("have the same type, the same default or none, and take null or not", () => {
    expect(differing(({ type, default: preset, nullable }) => [type, preset, nullable])).toEqual(Object.keys(OWN_TYPE));
  });

  test("have no default for who may call, what it is called, and where it is", () => {
    for (const name of ["auth", "name", "region"]) {
      expect(said(name).map((variable) => variable.default)).toEqual([undefined, undefined, undefined]);
    }
  });

  test("are described in the same words, but for the cloud's own", () => {
    expect(differing(({ description }) => description)).toEqual(OWN_WORDS.toSorted());
  });

  test.for(CLOUDS)("are held to the same rules, but for those of %s alone", (cloud) => {
    const isOf = ({ rules }: Variable, { condition, message }: Rule): boolean =>
      rules.some((rule) => rule.condition === condition && rule.message === message);
    const own = Object.entries(faces[cloud].variables).flatMap(([name, { rules }]) => {
      const count = rules.filter((rule) => !said(name).every((variable) => isOf(variable, rule))).length;
      return count > 0 ? [[name, count]] : [];
    });
    const listed = Object.entries(OWN_RULES).filter(([, counts]) => counts[cloud] > 0);
    expect(Object.fromEntries(own)).toEqual(Object.fromEntries(listed.map(([name, counts]) => [name, counts[cloud]])));
  });

  test("are named by the message that refuses them", () => {
    const messages = CLOUDS.flatMap((cloud) =>
      Object.entries(faces[cloud].variables).flatMap(([name, { rules }]) =>
        rules.map(({ message }) => ({ cloud, name, message })),
      ),
    );
    expect(messages.length).toBeGreaterThan(50);
    expect(messages.filter(({ name, message }) => !new RegExp(`^${name}\\b.* .*\\.$`).test(message))).toEqual([]);
  });
});

describe("the props of the CDK stack", () => {
  test("are the variables, in camelCase, or it is said why not", () => {
    expect(allNames()).toEqual([...Object.keys(PROPS), ...Object.keys(NO_PROP)].sort());
    const props: readonly (keyof McpServerProps)[] = Object.values(PROPS);
    expect(props).toEqual(Object.keys(PROPS).map(camelCase));
    for (const why of Object.values(NO_VARIABLE)) {
      const [, variable = "gateway"] = /^the variable is (\w+)$/.exec(why) ?? [];
      expect(NO_PROP).toHaveProperty(variable);
    }
  });

  test("have the same fields", () => {
    const fields = (name: string): string[] =>
      [...(faces.aws.variables[name]?.type.matchAll(/(\w+) = /g) ?? [])].map(([, field = ""]) => camelCase(field));
    const domain = { name: true, certificate: true, zone: true } satisfies Record<keyof CustomDomain, true>;
    expect(fields("settings").sort()).toEqual(Object.keys(EVERY_SETTING).sort());
    expect(fields("custom_domain")).toEqual(Object.keys(domain));
  });

  test("have the same defaults", () => {
    const { template, resources } = synthesize({});
    const { session_store, log_retention_days, alarm_targets } = faces.aws.variables;
    expect([session_store?.default, log_retention_days?.default, alarm_targets?.default]).toEqual([
      '"dynamodb"',
      "30",
      "[]",
    ]);
    expect(template.Outputs).toHaveProperty("SessionStoreName");
    expect(resources("AWS::Logs::LogGroup").map(([, { Properties }]) => Properties.RetentionInDays)).toContain(30);
    for (const [, { Properties }] of resources("AWS::CloudWatch::Alarm"))
      expect(Properties).not.toHaveProperty("AlarmActions");
  });
});

test("the outputs are the same everywhere", () => {
  const pascalCase = (name: string): string => camelCase(`_${name}`);
  const outputs = ["mcp_url", "app", "session_store_name", "key_ring_name", "log_location", "dashboard_url"];
  for (const cloud of CLOUDS) expect({ [cloud]: faces[cloud].outputs }).toEqual({ [cloud]: outputs.toSorted() });
  expect(Object.keys(synthesize({}).template.Outputs)).toEqual(outputs.map(pascalCase));
});

describe("the server's environment", () => {
  test.for(CLOUDS)("has on %s the variables of all settings, or it is said why not", (cloud) => {
    const expected = ALL_VARIABLES.filter((name) => !NOT_SET[cloud][name]);
    expect(faces[cloud].environment).toEqual([...expected, ...Object.keys(OF_OTHERS[cloud])].sort());
  });
});

test.for(CLOUDS)("the default path is on %s the endpoint's", (cloud) => {
  const [path] = faces[cloud].declared.filter(({ kind, type }) => kind === "local" && type === "path");
  expect(path?.body.value).toContain(`coalesce(var.settings.path, "${CONFIG_SETTINGS.path.default}")`);
});

describe("the CDK stack holds to its bounds", () => {
  const numbers = Object.entries(SETTINGS).flatMap(([field, { min, max }]) =>
    min === undefined || max === undefined ? [] : [{ field, min, max }],
  );
  test.for(numbers)("$field", ({ field, min, max }) => {
    const given = (value: number) => () => synthesize({ settings: { [field]: value } });
    for (const value of [min, max]) expect(given(value)).not.toThrow();
    for (const value of [min - 1, max + 1]) expect(given(value)).toThrow(`from ${min} to ${max}, not ${value}`);
  });
});
