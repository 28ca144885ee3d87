import { zipFile } from "../cli/build/zip-file.ts";

/** templates/aws/key-rotation.zip: the function that rotates the key ring, as Lambda takes it. */
export const keyRotationPackage = (root: string): Buffer => zipFile(`${root}/stacks/key-rotation`, ["index.mjs"]);
