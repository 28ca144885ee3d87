import { zipFile } from "../cli/build/zip-file.ts";

/** The modules that make the function, and so have its package. */
export const KEY_ROTATION_PACKAGES: readonly string[] = [
  "templates/aws/key-rotation.zip",
  "templates/aws-ecs/key-rotation.zip",
];

/** The function that rotates the key ring, as Lambda takes it. */
export const keyRotationPackage = (root: string): Buffer => zipFile(`${root}/stacks/key-rotation`, ["index.mjs"]);
