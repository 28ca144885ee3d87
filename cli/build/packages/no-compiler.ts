/** Takes the place of node-gyp while packages are installed for a platform that this machine has no compiler for. */
process.stderr.write("There is no compiler for this platform here.\n");
process.exitCode = 1;

export {};
