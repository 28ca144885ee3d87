/** The reason why an operation is no tool. */
export class NoTool extends Error {}
