import { globSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Cloud } from "./run/working-copy.ts";

/** A mistake that a module could have. */
export interface SeededFault {
  readonly what: string;
  /** The resource that it is made in: `aws_lambda_function.server`. */
  readonly resource: string;
  readonly edit: (body: string) => string;
  /** The finding of the HCL check; undefined where only Terraform can see the fault. */
  readonly hcl: string | undefined;
  /** The finding of Terraform or of the provider. */
  readonly terraform: string;
}

const add = (line: string) => (body: string) => `  ${line}\n${body}`;
const set = (name: string, value: string) => (body: string) =>
  body.replace(new RegExp(`^( +${name} += ).*$`, "m"), (_, start: string) => `${start}${value}`);
const drop = (name: string) => (body: string) => body.replace(new RegExp(`^  ${name} += .*\n`, "m"), "");
const dropBlock = (name: string) => (body: string) => body.replace(new RegExp(`^  ${name} \\{\n.*?^  \\}\n`, "ms"), "");

/** The same mistakes in each module. */
export const SEEDED_FAULTS: Readonly<Record<Cloud, readonly SeededFault[]>> = {
  aws: faultsIn("aws_lambda_function.server", {
    unknown: "memory = 512",
    required: "role",
    typed: ["timeout", '"long"'],
    reference: ["role", "aws_iam_role.server.arm"],
    allowed: ["architectures", '["arm"]'],
    readOnly: "arn",
    block: "vpc_config",
    argument: "layers",
    requiredBlock: ["aws_api_gateway_method_settings.all", "settings"],
  }),
  azure: faultsIn("azurerm_storage_account.server", {
    unknown: "acount_kind = true",
    required: "account_tier",
    typed: ["https_traffic_only_enabled", '"maybe"'],
    reference: ["location", "azurerm_resource_group.server.locale"],
    allowed: ["account_replication_type", '"NONE"'],
    readOnly: "primary_blob_endpoint",
    block: "network_rules",
    argument: "allowed_copy_scope",
    requiredBlock: ["azurerm_monitor_scheduled_query_rules_alert_v2.alarm", "criteria"],
  }),
  gcp: faultsIn("google_cloud_run_v2_service.server", {
    unknown: 'timeout = "900s"',
    required: "location",
    typed: ["deletion_protection", '"maybe"'],
    reference: ["service_account", "google_service_account.server.male"],
    allowed: ["ingress", '"ALL"'],
    readOnly: "uri",
    block: "scaling",
    argument: "annotations",
    requiredBlock: ["google_cloud_run_v2_service.server", "template"],
  }),
};

interface Places {
  readonly unknown: string;
  readonly required: string;
  readonly typed: readonly [name: string, value: string];
  readonly reference: readonly [name: string, value: string];
  readonly allowed: readonly [name: string, value: string];
  readonly readOnly: string;
  readonly block: string;
  readonly argument: string;
  readonly requiredBlock: readonly [resource: string, block: string];
}

function faultsIn(resource: string, places: Places): SeededFault[] {
  const { required, readOnly, block, argument } = places;
  const unknown = places.unknown.replace(/ .*/, "");
  const [typed] = places.typed;
  const [referring, reference] = places.reference;
  const [allowed, value] = places.allowed;
  const [other, requiredBlock] = places.requiredBlock;
  const literal = value.replace(/[[\]]/g, "");
  return [
    {
      what: "an unknown argument",
      resource,
      edit: add(places.unknown),
      hcl: `"${unknown}" is no argument of it`,
      terraform: `An argument named "${unknown}" is not expected here`,
    },
    {
      what: "a required argument left out",
      resource,
      edit: drop(required),
      hcl: `the required argument "${required}" is missing`,
      terraform: `The argument "${required}" is required`,
    },
    {
      what: "a value of another type",
      resource,
      edit: set(...places.typed),
      hcl: `.${typed} must be `,
      terraform: `Inappropriate value for attribute "${typed}"`,
    },
    {
      what: "a reference to what a resource does not have",
      resource,
      edit: set(referring, reference),
      hcl: `refers to ${reference}, which it does not have`,
      terraform: `attribute named "${reference.replace(/.*\./, "")}"`,
    },
    {
      what: "a reference to a resource that is not there",
      resource,
      edit: set(referring, reference.replace(".server.", ".servant.")),
      hcl: ".servant, which is not declared",
      terraform: '"servant" has not been declared',
    },
    {
      what: "a variable that is not declared",
      resource,
      edit: set(referring, "var.servant"),
      hcl: "var.servant, which is not declared",
      terraform: 'An input variable with the name "servant" has not been declared',
    },
    {
      what: "a value that is not allowed",
      resource,
      edit: set(allowed, value),
      hcl: `.${allowed} is ${literal}, which is none of`,
      terraform: `"${allowed}" is ${literal}, which is none of`,
    },
    {
      what: "a value that is not allowed, where it has to be evaluated",
      resource,
      edit: set(allowed, value.replace(literal, `join("", [${literal}])`)),
      hcl: undefined,
      terraform: `"${allowed}" is ${literal}, which is none of`,
    },
    {
      what: "a read-only attribute that is set",
      resource,
      edit: add(`${readOnly} = "x"`),
      hcl: `"${readOnly}" is read-only`,
      terraform: `"${readOnly}" is decided by the provider`,
    },
    {
      what: "an argument in the place of a block",
      resource,
      edit: add(`${block} = {}`),
      hcl: `.${block} is a block, but is written as an argument`,
      terraform: `Did you mean to define a block of type "${block}"?`,
    },
    {
      what: "a block in the place of an argument",
      resource,
      edit: add(`${argument} {}`),
      hcl: `.${argument} is an argument, but is written as a block`,
      terraform: `Did you mean to define argument "${argument}"?`,
    },
    {
      what: "a required block left out",
      resource: other,
      edit: dropBlock(requiredBlock),
      hcl: `the required block "${requiredBlock}" is missing`,
      terraform: `At least 1 "${requiredBlock}" blocks are required`,
    },
  ];
}

/**
 * Makes a mistake in a copy of a module.
 *
 * @returns What takes it back.
 * @throws Error where the module has no such place; then the fault has to move elsewhere.
 */
export function seed(folder: string, { what, resource, edit }: SeededFault): () => void {
  const [type, name] = resource.split(".");
  for (const file of globSync("*.tf", { cwd: folder })) {
    const path = join(folder, file);
    const text = readFileSync(path, "utf8");
    const faulty = text.replace(
      new RegExp(`(^resource "${type}" "${name}" \\{\n)(.*?)(^\\})`, "ms"),
      (_, start: string, body: string, end: string) => `${start}${edit(body)}${end}`,
    );
    if (faulty === text) continue;
    writeFileSync(path, faulty);
    return () => writeFileSync(path, text);
  }
  throw new Error(`There is no place for ${what} in ${resource} of ${folder}.`);
}
