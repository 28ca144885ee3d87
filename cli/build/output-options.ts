import type { BuildOptions } from "esbuild";

/** Options under which esbuild keeps what it made in memory and lists what went into it. */
export interface BundleOptions extends BuildOptions {
  readonly write: false;
  readonly metafile: true;
}

/** Options of all bundles: as small as they can be without a loss of features. */
export const OUTPUT: BundleOptions = {
  bundle: true,
  // esbuild writes nothing: new files are compared with the old ones, and replace them in one step.
  write: false,
  metafile: true,
  platform: "node",
  target: "node24",
  minify: true,
  // Node.js prints the line of an error that nobody catches, and a log would hold the whole bundle.
  lineLimit: 500,
  // ES modules where a package has both: esbuild can leave out what is not used. For @aws-sdk this halves the bundle.
  mainFields: ["module", "main"],
  // Licences are kept whole, in a file of their own.
  legalComments: "none",
  logLevel: "silent",
};
