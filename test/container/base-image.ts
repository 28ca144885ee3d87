import { execFileSync } from "node:child_process";
import { chmodSync, cpSync, existsSync, mkdirSync, realpathSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";

/** The parts of Debian that the image's Dockerfile and its test run. */
const PROGRAMS = ["/bin/sh", "/bin/chown", "/usr/bin/env", "/usr/bin/timeout"];

/**
 * Writes a context for a builder whose image stands for that of Node.js: this machine's Node.js and parts of Debian, with the
 * libraries that they load, and the user 1000 with a home.
 */
export function writeBaseImage(context: string): void {
  const add = (file: string, to = file): void => {
    const target = join(context, to);
    if (existsSync(target)) return;
    mkdirSync(dirname(target), { recursive: true });
    cpSync(realpathSync(file), target);
    chmodSync(target, 0o755);
  };
  const addProgram = (file: string, to = file): void => {
    add(file, to);
    const libraries = execFileSync("ldd", [file], { encoding: "utf8" }).matchAll(/\/\S+/g);
    for (const [library] of libraries) if (library !== `${file}:`) add(library);
  };
  addProgram(process.execPath, "/usr/local/bin/node");
  for (const program of PROGRAMS) addProgram(program);
  mkdirSync(join(context, "home/node"), { recursive: true });
  writeFileSync(join(context, "home/node/.keep"), "");
  const lines = ["FROM scratch", "COPY . /", "ENV PATH=/usr/local/bin:/usr/bin:/bin", "RUN chown 1000:1000 /home/node"];
  writeFileSync(join(context, "Dockerfile"), lines.join("\n"));
}
