// Pictures of the page made small: as PNG with a palette of 256 colours, which drawings do not miss.

import { deflateSync, inflateSync } from 'node:zlib';

const COLOURS = 256;

/** The same picture with a palette. It must be as browsers write it: eight bits a channel, not interlaced. */
export function withPalette(png) {
  const { width, height, channels, rows } = read(png);
  const counts = new Map();
  for (const row of rows) {
    for (let x = 0; x < width; x += 1) {
      const colour = at(row, x * channels);
      counts.set(colour, (counts.get(colour) ?? 0) + 1);
    }
  }
  const palette = chosen(counts);
  const indices = new Map();
  const lines = Buffer.alloc((width + 1) * height);
  for (const [y, row] of rows.entries()) {
    for (let x = 0; x < width; x += 1) {
      const colour = at(row, x * channels);
      if (!indices.has(colour)) indices.set(colour, nearest(palette, colour));
      lines[y * (width + 1) + 1 + x] = indices.get(colour);
    }
  }
  const head = Buffer.alloc(13);
  head.writeUInt32BE(width, 0);
  head.writeUInt32BE(height, 4);
  head.set([8, 3, 0, 0, 0], 8);
  const colours = Buffer.from(palette.flatMap((it) => [it >> 16, (it >> 8) & 255, it & 255]));
  return Buffer.concat([
    png.subarray(0, 8),
    chunk('IHDR', head),
    chunk('PLTE', colours),
    chunk('IDAT', deflateSync(lines, { level: 9 })),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}

const at = (row, i) => (row[i] << 16) | (row[i + 1] << 8) | row[i + 2];

const distance = (a, b) => ((a >> 16) - (b >> 16)) ** 2 + (((a >> 8) & 255) - ((b >> 8) & 255)) ** 2 + ((a & 255) - (b & 255)) ** 2;

const nearest = (palette, colour) => palette.reduce((best, it, i) => (distance(it, colour) < distance(palette[best], colour) ? i : best), 0);

/** The most frequent colours, none too near to another. */
function chosen(counts) {
  const sorted = [...counts].sort(([, a], [, b]) => b - a).map(([colour]) => colour);
  for (let apart = 400; ; apart /= 2) {
    const palette = [];
    for (const colour of sorted) {
      if (palette.length < COLOURS && palette.every((it) => distance(it, colour) > apart)) palette.push(colour);
    }
    if (palette.length === COLOURS || apart < 1) return palette;
  }
}

function read(png) {
  let head;
  const parts = [];
  for (let i = 8; i < png.length; ) {
    const length = png.readUInt32BE(i);
    const kind = png.toString('latin1', i + 4, i + 8);
    const body = png.subarray(i + 8, i + 8 + length);
    if (kind === 'IHDR') head = body;
    if (kind === 'IDAT') parts.push(body);
    i += 12 + length;
  }
  const [width, height] = [head.readUInt32BE(0), head.readUInt32BE(4)];
  const channels = { 2: 3, 6: 4 }[head[9]];
  if (head[8] !== 8 || !channels || head[12] !== 0) throw new Error('the picture is not as browsers write it');
  const data = inflateSync(Buffer.concat(parts));
  const rows = [];
  let above = Buffer.alloc(width * channels);
  for (let y = 0; y < height; y += 1) {
    const start = y * (width * channels + 1);
    const row = Buffer.from(data.subarray(start + 1, start + 1 + width * channels));
    unfilter(data[start], row, above, channels);
    rows.push(row);
    above = row;
  }
  return { width, height, channels, rows };
}

/** The filters of the PNG specification, section 9. */
function unfilter(filter, row, above, channels) {
  for (let i = 0; i < row.length; i += 1) {
    const [a, b, c] = [row[i - channels] ?? 0, above[i], above[i - channels] ?? 0];
    const [pa, pb, pc] = [Math.abs(b - c), Math.abs(a - c), Math.abs(a + b - 2 * c)];
    const paeth = pa <= pb && pa <= pc ? a : pb <= pc ? b : c;
    row[i] += [0, a, b, (a + b) >> 1, paeth][filter];
  }
}

function chunk(kind, body) {
  const named = Buffer.concat([Buffer.from(kind, 'latin1'), body]);
  const out = Buffer.alloc(body.length + 12);
  out.writeUInt32BE(body.length, 0);
  named.copy(out, 4);
  out.writeUInt32BE(crc(named), body.length + 8);
  return out;
}

function crc(bytes) {
  let sum = 0xffffffff;
  for (const byte of bytes) {
    sum ^= byte;
    for (let k = 0; k < 8; k += 1) sum = sum & 1 ? (sum >>> 1) ^ 0xedb88320 : sum >>> 1;
  }
  return ~sum >>> 0;
}
