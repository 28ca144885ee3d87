import { globSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { templateFolder } from "./run/working-copy.ts";

/** Files of the module with arguments that came in 6.29, so that an earlier provider refuses them. */
const TOO_NEW = ["gateway.tf", "gateway-stage.tf", "domain.tf", "function-url-invoke.tf"];

/** A ZIP archive with nothing in it: its end record. Nobody runs these functions. */
const EMPTY_ARCHIVE = Buffer.concat([Buffer.from("PK\x05\x06"), Buffer.alloc(18)]);

/**
 * Makes a root module of the AWS module's own files, as far as they are older than the provider and moto can follow. What
 * is changed is all here:
 *
 * - no gateway, and the provider in whatever version it lies here, which is told the Region: resources take one since 6.0;
 * - archives with nothing in them;
 * - Node.js 22, because the provider knows the runtimes of its day only;
 * - `logging_config` is sent, but moto does not tell it back, which would look like a change for ever;
 * - a first value in the secret, because moto's RotateSecret falls over a secret that has none
 *   (`cannot access local variable 'new_version_id'`).
 */
export function composeRoot(folder: string, version: string): void {
  const module = templateFolder("aws");
  const kept = globSync("*.tf", { cwd: module }).filter((file) => ![...TOO_NEW, "versions.tf"].includes(file));
  for (const file of kept) {
    const text = readFileSync(join(module, file), "utf8");
    writeFileSync(join(folder, file), text.replace(/^ {2}region +=.*\n/gm, ""));
  }
  for (const [file, text] of Object.entries(REPLACED)) writeFileSync(join(folder, file), text);
  mkdirSync(join(folder, "dist"));
  for (const file of ["key-rotation.zip", "dist/aws.zip"]) writeFileSync(join(folder, file), EMPTY_ARCHIVE);
  writeFileSync(
    join(folder, "versions.tf"),
    `terraform {\n  required_providers {\n    aws = { source = "hashicorp/aws", version = "${version}" }\n  }\n}\nprovider "aws" {\n  region = var.region\n}\n`,
  );
}

const REPLACED: Readonly<Record<string, string>> = {
  "gateway.tf": `
    locals {
      rest_api       = []
      gateway_origin = null
    }`,
  "functions_override.tf": ["server", "key_rotation"]
    .map(
      (name) => `
    resource "aws_lambda_function" "${name}" {
      runtime = "nodejs22.x"
      lifecycle {
        ignore_changes = [logging_config]
      }
    }`,
    )
    .join("\n"),
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
