/** `npm run generate`: writes every generated file. */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { generatedFiles } from "./generated-files.ts";
import { KEY_ROTATION_PACKAGES, keyRotationPackage } from "./key-rotation-package.ts";
import { SETTING_TABLES } from "./setting-tables.ts";

const ROOT = join(import.meta.dirname, "..");

const files = generatedFiles(SETTING_TABLES, (path) => readFileSync(join(ROOT, path), "utf8"));
for (const [path, text] of Object.entries(files)) writeFileSync(join(ROOT, path), text);
for (const path of KEY_ROTATION_PACKAGES) writeFileSync(join(ROOT, path), keyRotationPackage(ROOT));
