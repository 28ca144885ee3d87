import { globSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { templateFolder } from "./run/working-copy.ts";

/** Files of the module with arguments that came in 6.29, so that an earlier provider refuses them. */
const TOO_NEW = ["gateway.tf", "gateway-stage.tf", "domain.tf", "function-url-invoke.tf"];

/** A ZIP archive with nothing in it: its end record. Nobody runs these functions. */
const EMPTY_ARCHIVE = Buffer.concat([Buffer.from("PK\x05\x06"), Buffer.alloc(18)]);

/**
 * Makes a root module of the own files of a module for AWS, as far as they are older than the provider and moto can follow. What
 * is changed is all here:
 *
 * - for functions, no gateway, and the provider in whatever version it lies here, which is told the Region: resources take one since 6.0;
 * - archives with nothing in them;
 * - Node.js 22, because the provider knows the runtimes of its day only;
 * - `logging_config` is sent, but moto does not tell it back, which would look like a change for ever;
 * - a first value in the secret, because moto's RotateSecret falls over a secret that has none
 *   (`cannot access local variable 'new_version_id'`).
 */
export function composeRoot(folder: string, version: string, module: "aws" | "aws-ecs" = "aws"): void {
  const source = templateFolder(module);
  const kept = globSync("*.tf", { cwd: source }).filter((file) => file !== "versions.tf");
  for (const file of kept.filter((one) => module === "aws-ecs" || !TOO_NEW.includes(one))) {
    const text = readFileSync(join(source, file), "utf8");
    writeFileSync(join(folder, file), text.replace(/^ {2}region +=.*\n/gm, ""));
  }
  const replaced = { ...REPLACED, ...REPLACED_OF[module] };
  for (const [file, text] of Object.entries(replaced)) writeFileSync(join(folder, file), text);
  mkdirSync(join(folder, "dist"));
  for (const file of ["key-rotation.zip", "dist/aws.zip"]) writeFileSync(join(folder, file), EMPTY_ARCHIVE);
  writeFileSync(
    join(folder, "versions.tf"),
    `terraform {\n  required_providers {\n    aws = { source = "hashicorp/aws", version = "${version}" }\n  }\n}\nprovider "aws" {\n  region = var.region\n}\n`,
  );
}

const olderFunction = (name: string): string => `
    resource "aws_lambda_function" "${name}" {
      runtime = "nodejs22.x"
      lifecycle {
        ignore_changes = [logging_config]
      }
    }`;

const REPLACED_OF: Readonly<Record<"aws" | "aws-ecs", Readonly<Record<string, string>>>> = {
  aws: {
    "gateway.tf": `
    locals {
      rest_api       = []
      gateway_origin = null
    }`,
    "server_override.tf": olderFunction("server"),
  },
  "aws-ecs": {},
};

const REPLACED: Readonly<Record<string, string>> = {
  "key_rotation_override.tf": olderFunction("key_rotation"),
  "first-value.tf": `
    resource "aws_secretsmanager_secret_version" "first" {
      secret_id     = aws_secretsmanager_secret.key_ring[0].id
      secret_string = "no key yet"
      lifecycle {
        ignore_changes = all
      }
    }`,
  "rotation_override.tf": `
    resource "aws_secretsmanager_secret_rotation" "key_ring" {
      secret_id = aws_secretsmanager_secret_version.first.secret_id
    }`,
};
