/** The text of files that make an artefact the contents of an image. */

/**
 * Index of the image for every processor, as Docker Hub served it on 6 October 2026. Another one is named by
 * `--build-arg NODE_IMAGE=…`; with a digest, the same commit is the same image.
 */
export const NODE_IMAGE =
  "node:24.21.0-trixie-slim@sha256:173f125896c3b47ddf056734c7ea789d04595a6a08769a8f78e0df642781fb66";

/** The user "node" of that image, by number: Kubernetes cannot tell from a name that it is not root. */
const USER = "1000:1000";

/** Node.js finds what it compiled only for the same version, processor and user, which in an image are the same. */
const COMPILE_CACHE = "/home/node/compile-cache";

/**
 * Compiles the bundle while the image is built: 13 of 136 ms from the start of a process to its first answer. A server that
 * cannot be imported here, because its settings or its network are not there, is compiled when it starts.
 */
const WARM_UP = `timeout 60 node --input-type=module --eval 'await import("./index.mjs"); process.exit()' || true`;

/** `server.mjs`: without the lines of a bundle that Node.js would put before what is wrong. */
export const SERVER = `try {
  const { listen } = await import("./index.mjs");
  await listen();
} catch (error) {
  console.error(error);
  process.exit(1);
}
`;

/** Copies files of the context's root, and files or folders below it; the image needs neither a network nor writable files. */
export const dockerfile = (files: readonly string[], below: readonly string[]): string => `ARG NODE_IMAGE=${NODE_IMAGE}
FROM $NODE_IMAGE
ENV NODE_ENV=production
ENV NODE_COMPILE_CACHE=${COMPILE_CACHE}
WORKDIR /app
COPY ${files.join(" ")} ./
${copies(below)}USER ${USER}
RUN ${WARM_UP}
CMD ["node", "server.mjs"]
`;

/** A line for each file or folder. */
function copies(paths: readonly string[]): string {
  const tops = new Set(paths.map((path) => path.replace(/\/.*/, "/")));
  return [...tops].map((top) => `COPY ${JSON.stringify([patternOf(top), withoutVariables(`./${top}`)])}\n`).join("");
}

/** COPY takes its sources for patterns, and both paths for texts with variables (docs.docker.com/reference/dockerfile). */
const patternOf = (path: string): string => withoutVariables(path.replaceAll(/[[*?]/g, "[$&]"));
const withoutVariables = (path: string): string => path.replaceAll("$", String.raw`\$`);
