// The checker passes what the packager writes and refuses each thing that it is there to refuse.
// Its inputs are the seeds of the fuzz target, a few hundred bytes each.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { after, test } from 'node:test';

const here = fileURLToPath(new URL('.', import.meta.url));
const seed = (name) => readFileSync(join(here, '../../fuzz/corpus/cmaf', name));
const folder = mkdtempSync(join(tmpdir(), 'check-boxes-'));
after(() => rmSync(folder, { recursive: true }));

function run(...args) {
  return spawnSync(process.execPath, [join(here, 'check-boxes.mjs'), ...args], {
    encoding: 'utf8',
    timeout: 60000,
  });
}

function runOn(kind, data) {
  const file = join(folder, 'input');
  writeFileSync(file, data);
  return run(`--${kind}`, file);
}

function boxesOf(data) {
  const boxes = [];
  for (let at = 0; at < data.length; ) {
    const size = data.readUInt32BE(at);
    boxes.push({ type: data.toString('latin1', at + 4, at + 8), data: data.subarray(at, at + size) });
    at += size;
  }
  return boxes;
}

// The named top-level boxes of data, in that order.
function ordered(data, ...types) {
  const boxes = boxesOf(data);
  return Buffer.concat(types.map((type) => boxes.find((box) => box.type === type).data));
}

function replaced(data, from, to) {
  const at = data.indexOf(from, 0, 'latin1');
  assert.notEqual(at, -1, `no ${from} in the input`);
  const bytes = Buffer.from(to, 'latin1');
  return Buffer.concat([data.subarray(0, at), bytes, data.subarray(at + from.length)]);
}

// Puts extra bytes into data at the end of the box named last, and makes all named boxes longer.
// The names lead from the outermost box inwards.
function lengthened(data, path, extra) {
  const copy = Buffer.from(data);
  let at = 0;
  let end = 0;
  for (const type of path) {
    at = copy.indexOf(type, at, 'latin1') - 4;
    const size = copy.readUInt32BE(at);
    end = at + size;
    copy.writeUInt32BE(size + extra.length, at);
    at += 8;
  }
  return Buffer.concat([copy.subarray(0, end), extra, copy.subarray(end)]);
}

const packet = seed('video-packet');
const audioPacket = seed('audio-packet');
const segment = seed('video-segment');

test('H18 H19 H25: what the packager writes passes', () => {
  const path = (name) => join(here, '../../fuzz/corpus/cmaf', name);
  const { status, stdout, stderr } = run(
    ...['--packet', path('video-packet'), '--audio-packet', path('audio-packet')],
    ...['--segment', path('video-segment'), '--segment', path('audio-segment')],
  );
  assert.equal(stderr, '');
  assert.equal(stdout, '4 files and 7 chunks read by both parsers\n');
  assert.equal(status, 0);
});

test('wrong usage exits with 2', () => {
  assert.equal(run().status, 2);
  assert.equal(run('--packets', 'x').status, 2);
});

const sizeOf = (data, type, size) => {
  const copy = Buffer.from(data);
  copy.writeUInt32BE(size, data.indexOf(type, 0, 'latin1') - 4);
  return copy;
};

// A tfdt of version 0 that is right in itself: four bytes shorter, in traf and moof too.
function withOldTfdt(data) {
  const at = data.indexOf('tfdt', 0, 'latin1');
  const copy = Buffer.from(data);
  copy[at + 4] = 0;
  for (const type of ['moof', 'traf', 'tfdt']) {
    const size = copy.indexOf(type, 0, 'latin1') - 4;
    copy.writeUInt32BE(copy.readUInt32BE(size) - 4, size);
  }
  return Buffer.concat([copy.subarray(0, at + 8), copy.subarray(at + 12)]);
}

// A second sample in the run, of no bytes, told in full.
function withTwoSamples(data) {
  const longer = lengthened(data, ['moof', 'traf', 'trun'], Buffer.alloc(12));
  longer.writeUInt32BE(2, longer.indexOf('trun', 0, 'latin1') + 8);
  return longer;
}

// A sample in the header's stts that the table really has.
function withSampleInMoov(data) {
  const path = ['moov', 'trak', 'mdia', 'minf', 'stbl', 'stts'];
  const longer = lengthened(data, path, Buffer.from([0, 0, 0, 1, 0, 0, 3, 233]));
  longer.writeUInt32BE(1, longer.indexOf('stts', 0, 'latin1') + 8);
  return longer;
}

const firstChunk = boxesOf(segment).slice(0, 3);
const laterChunks = boxesOf(segment).slice(3);
const joined = (boxes) => Buffer.concat(boxes.map((box) => box.data));

const refused = {
  'a packet that is cut': ['packet', packet.subarray(0, -1), /boxes end at/],
  'a segment that is cut': ['segment', segment.subarray(0, -1), /boxes end at/],
  'half a header at the end': ['segment', Buffer.concat([segment, Buffer.alloc(3)]), /boxes end at/],
  'a size of 0': ['packet', sizeOf(packet, 'mdat', 0), /no known size/],
  'a size of 7': ['packet', sizeOf(packet, 'mdat', 7), /invalid size/],
  'a size beyond the end': ['packet', sizeOf(packet, 'mdat', 0x7fffffff), /boxes end at/],
  'a box that is not known': ['packet', replaced(packet, 'btrt', 'nope'), /not parsed/],
  'emsg behind prft': [
    'packet',
    ordered(packet, 'ftyp', 'moov', 'prft', 'emsg', 'moof', 'mdat'),
    /boxes are/,
  ],
  'a packet without emsg': [
    'packet',
    ordered(packet, 'ftyp', 'moov', 'prft', 'moof', 'mdat'),
    /boxes are/,
  ],
  'a packet without prft': [
    'packet',
    ordered(packet, 'ftyp', 'moov', 'emsg', 'moof', 'mdat'),
    /boxes are/,
  ],
  'H19: an audio packet with a sample': [
    'audio-packet',
    Buffer.concat([audioPacket, joined(firstChunk)]),
    /boxes are/,
  ],
  'H20: an audio packet without its event': [
    'audio-packet',
    ordered(audioPacket, 'ftyp', 'moov'),
    /boxes are/,
  ],
  'H20: another event': ['packet', replaced(packet, 'initdata', 'initdatb'), /value is initdatb/],
  'H20: no offset': ['packet', replaced(packet, '"offset"', '"offsex"'), /no offset/],
  'H20: data that is no JSON': ['packet', replaced(packet, '{"index"', '["index"'), /no JSON/],
  'H20: another timescale': [
    'audio-packet',
    replaced(audioPacket, 'initdata\0\0\0\0\x01', 'initdata\0\0\0\0\x02'),
    /timescale is 2 instead of 1/,
  ],
  'H5: tfdt of version 0': ['packet', withOldTfdt(packet), /tfdt is version 0/],
  'H25: two samples in a chunk': ['packet', withTwoSamples(packet), /2 samples/],
  'H18: a sample in the moov': ['packet', withSampleInMoov(packet), /holds samples/],
  'H18: a sample that is not independent': [
    'packet',
    replaced(packet, '\x02\0\0\0\0\0\0\x11mdat', '\x01\x01\0\0\0\0\0\x11mdat'),
    /not independent/,
  ],
  'a segment that starts with moof': ['segment', segment.subarray(32), /chunk at 0 is "moof mdat"/],
  'a chunk without prft': [
    'segment',
    joined([...firstChunk, ...laterChunks.slice(1)]),
    /is "moof mdat"/,
  ],
  'H4: a chunk that is missing': [
    'segment',
    joined([...firstChunk, ...laterChunks.slice(3)]),
    /time 302302, not 301301/,
  ],
  'a segment of nothing': ['segment', Buffer.alloc(0), /empty/],
};

for (const [what, [kind, data, why]] of Object.entries(refused)) {
  test(`refused: ${what}`, () => {
    const { status, stderr } = runOn(kind, data);
    assert.match(stderr, why);
    assert.equal(stderr.trim().split('\n').length, 1);
    assert.equal(status, 1);
  });
}
