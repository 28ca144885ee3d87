import { readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { crc32, deflateRawSync } from "node:zlib";
import { AnycloudError } from "../../src/adapter.ts";

/** Limits of the format without ZIP64 (APPNOTE.TXT 4.4.1.4). No platform takes a package that is near them. */
const MOST_FILES = 0xff_ff;
const MOST_BYTES = 0xff_ff_ff_ff;

/** Deflate, with names in UTF-8. */
const VERSION = 20;
const UTF8_NAMES = 1 << 11;
const DEFLATE = 8;
const UNIX = 3 << 8;

/** 1 January 1980, midnight: the first time that the format has. */
const TIME = 0;
const DATE = (1 << 5) | 1;

const REGULAR = 0o100_000;

/**
 * Packs files of a folder, named by their paths in it with forward slashes. The same files give the same bytes: order, times
 * and modes do not depend on the disk (0755 for what its owner may run, else 0644). Throws BUILD_FAILED for more than
 * 65,535 files or 4 GiB.
 */
export function zipFile(folder: string, names: readonly string[]): Buffer {
  const parts: Buffer[] = [];
  const directory: Buffer[] = [];
  let offset = 0;
  for (const name of [...names].sort()) {
    const path = join(folder, name);
    const mode = statSync(path).mode & 0o100 ? 0o755 : 0o644;
    const content = readFileSync(path);
    const packed = deflateRawSync(content, { level: 9 });
    const nameBytes = Buffer.from(name);
    const facts = describe(content, packed, nameBytes);
    const header = Buffer.concat([uint32(0x04_03_4b_50), facts, uint16(0), nameBytes]);
    parts.push(header, packed);
    // After the facts: extra field, comment, disk, internal and external attributes, offset of the file's header.
    const rest = [uint16(0, 0, 0, 0), uint32(((REGULAR | mode) << 16) >>> 0, offset)];
    directory.push(Buffer.concat([uint32(0x02_01_4b_50), uint16(UNIX | VERSION), facts, ...rest, nameBytes]));
    offset += header.length + packed.length;
    if (directory.length > MOST_FILES || offset > MOST_BYTES)
      throw new AnycloudError(
        "BUILD_FAILED",
        `${folder} is too large for a zip file: leave out packages and assets, or deploy a container.`,
      );
  }
  const central = Buffer.concat(directory);
  const count = directory.length;
  const end = [uint32(0x06_05_4b_50), uint16(0, 0, count, count), uint32(central.length, offset), uint16(0)];
  return Buffer.concat([...parts, central, ...end]);
}

/** The fields that the header of a file and its entry in the directory share. */
const describe = (content: Buffer, packed: Buffer, name: Buffer): Buffer =>
  Buffer.concat([
    uint16(VERSION, UTF8_NAMES, DEFLATE, TIME, DATE),
    uint32(crc32(content), packed.length, content.length),
    uint16(name.length),
  ]);

const uint16 = (...values: readonly number[]): Buffer => Buffer.concat(values.map((value) => write(value, 2)));
const uint32 = (...values: readonly number[]): Buffer => Buffer.concat(values.map((value) => write(value, 4)));

function write(value: number, bytes: 2 | 4): Buffer {
  const buffer = Buffer.alloc(bytes);
  buffer.writeUIntLE(value, 0, bytes);
  return buffer;
}
