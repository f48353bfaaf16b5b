import { crc32 } from 'node:zlib';

/** The bytes of a jar: a zip with stored entries, as small as a real one can be. */
export function jarBytes(
  entries: Readonly<Record<string, string | Buffer>> = {
    'META-INF/MANIFEST.MF': 'Main-Class: X\n',
  },
  comment = '',
): Buffer {
  const local: Buffer[] = [];
  const central: Buffer[] = [];
  let offset = 0;
  for (const [name, content] of Object.entries(entries)) {
    const data = Buffer.from(content);
    const fields = entryFields(name, data);
    const header = Buffer.concat([u32(0x04034b50), fields, Buffer.from(name)]);
    local.push(header, data);
    const rest = Buffer.concat([u16(0), u16(0), u16(0), u32(0), u32(offset)]);
    central.push(u32(0x02014b50), u16(20), fields, rest, Buffer.from(name));
    offset += header.length + data.length;
  }
  const directory = Buffer.concat(central);
  const count = Object.keys(entries).length;
  const end = [u32(0x06054b50), u16(0), u16(0), u16(count), u16(count), u32(directory.length)];
  const tail = [u32(offset), u16(Buffer.byteLength(comment)), Buffer.from(comment)];
  return Buffer.concat([...local, directory, ...end, ...tail]);
}

// Private

function entryFields(name: string, data: Buffer): Buffer {
  const sizes = [u32(crc32(data)), u32(data.length), u32(data.length)];
  const head = [u16(20), u16(0), u16(0), u16(0), u16(0x21)];
  return Buffer.concat([...head, ...sizes, u16(Buffer.byteLength(name)), u16(0)]);
}

function u16(value: number): Buffer {
  const bytes = Buffer.alloc(2);
  bytes.writeUInt16LE(value);
  return bytes;
}

function u32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
}
