/** The part of a Node.js writable stream that tells when it takes data again. */
interface Drainable {
  readonly destroyed: boolean;
  on(event: "drain" | "close", listener: () => void): unknown;
  off(event: "drain" | "close", listener: () => void): unknown;
}

/**
 * Waits until a stream whose `write` returned false takes data again, or is closed because its reader went away. One that was
 * closed before tells of it no more.
 */
export function drained(stream: Drainable): Promise<void> {
  return new Promise((resolve) => {
    const settle = (): void => {
      stream.off("drain", settle);
      stream.off("close", settle);
      resolve();
    };
    stream.on("drain", settle);
    stream.on("close", settle);
    if (stream.destroyed) settle();
  });
}
