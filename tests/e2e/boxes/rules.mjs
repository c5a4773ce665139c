// What must hold for packets and segments of the Maximal Gain Profile (HESP 4.2, 6.2.1, C.1).
// Each rule throws a Violation with one line of why.

export class Violation extends Error {}

function demand(condition, why) {
  if (!condition) throw new Violation(why);
}

function name(box) {
  return `'${box.type}' at ${box.start}`;
}

// Boxes whose payload is nothing but boxes.
const CONTAINERS = ['moov', 'trak', 'mdia', 'minf', 'dinf', 'stbl', 'mvex', 'moof', 'traf'];

// Each box begins where the one before it ended, and the last one ends with its container.
function checkTiling(boxes, start, end, where) {
  let at = start;
  for (const box of boxes) {
    demand(box.start === at, `${where}: ${name(box)} should begin at ${at}`);
    demand(box.end - box.start >= 8, `${name(box)} has no known size`);
    at = box.end;
    if (CONTAINERS.includes(box.type)) checkTiling(box.boxes, box.start + 8, box.end, name(box));
  }
  demand(at === end, `${where}: boxes end at ${at} instead of ${end}`);
}

function only(parent, type) {
  const found = parent.boxes.filter((box) => box.type === type);
  demand(found.length === 1, `${name(parent)} has ${found.length} '${type}' boxes instead of 1`);
  return found[0];
}

function path(parent, ...types) {
  return types.reduce(only, parent);
}

function checkOrder(boxes, expected) {
  const types = boxes.map((box) => box.type).join(' ');
  demand(types === expected, `boxes are "${types}" instead of "${expected}"`);
}

// H18, H19: one track, no samples in the header, durations of 0 and no mehd.
function checkMoov(moov, handler) {
  const mdia = path(moov, 'trak', 'mdia');
  const stbl = path(mdia, 'minf', 'stbl');
  const empty = { stts: 16, stsc: 16, stsz: 20, stco: 16 };
  for (const [type, size] of Object.entries(empty)) {
    const table = only(stbl, type);
    const isEmpty = table.end - table.start === size && !table.fields.count;
    demand(isEmpty, `${name(table)} holds samples`);
  }
  only(path(moov, 'mvex'), 'trex');
  demand(!only(moov, 'mvex').boxes.some((box) => box.type === 'mehd'), 'there is an mehd');
  for (const box of [only(moov, 'mvhd'), path(moov, 'trak', 'tkhd'), only(mdia, 'mdhd')])
    demand(box.fields.duration === 0, `${name(box)} has a duration`);
  demand(only(mdia, 'hdlr').fields.handler === handler, `the track is no '${handler}'`);
  return only(mdia, 'mdhd').fields.timescale;
}

function isCount(value) {
  return Number.isSafeInteger(value) && value >= 0;
}

// H20.
function checkInitdata(emsg, timescale, duration) {
  const { fields } = emsg;
  const expected = {
    version: 0,
    scheme: 'urn:theo:hesp:2020',
    value: 'initdata',
    timescale,
    delta: 0,
    duration,
  };
  for (const [key, value] of Object.entries(expected))
    demand(fields[key] === value, `initdata: ${key} is ${fields[key]} instead of ${value}`);
  let data;
  try {
    data = JSON.parse(fields.message);
  } catch {
    demand(false, 'initdata: its data is no JSON');
  }
  demand(isCount(data?.index), 'initdata: no index');
  demand(isCount(data.offset), 'initdata: no offset');
}

const NON_SYNC = 0x10000;
const DEFAULT_BASE_IS_MOOF = 0x20000;

// H5, H25: prft, [emsg], moof, mdat with one sample that the moof describes in full.
function checkChunk(boxes) {
  const [prft, ...rest] = boxes;
  const moof = rest.at(-2);
  const mdat = rest.at(-1);
  const traf = only(moof, 'traf');
  const { fields: tfdt } = only(traf, 'tfdt');
  const { fields: run } = only(traf, 'trun');
  demand(tfdt.version === 1, `${name(moof)}: tfdt is version ${tfdt.version}`);
  demand(run.count === 1, `${name(moof)} has ${run.count} samples`);
  demand(only(traf, 'tfhd').fields.flags & DEFAULT_BASE_IS_MOOF, `${name(moof)}: another base`);
  demand(moof.start + run.offset === mdat.start + 8, `${name(moof)}: data_offset is not mdat's`);
  demand(run.size === mdat.end - mdat.start - 8, `${name(moof)}: the sample is not mdat's`);
  demand(run.duration > 0, `${name(moof)}: the sample has no duration`);
  demand(run.sampleFlags !== undefined, `${name(moof)}: the sample has no flags`);
  demand(prft.fields.version === 1, `${name(prft)} is version ${prft.fields.version}`);
  demand(prft.fields.mediaTime === tfdt.time, `${name(prft)} tells another time than its tfdt`);
  return {
    sequence: only(moof, 'mfhd').fields.sequence,
    time: tfdt.time,
    duration: run.duration,
    sync: !(run.sampleFlags & NON_SYNC),
  };
}

// H18.
function checkVideoPacket(boxes) {
  checkOrder(boxes, 'ftyp moov emsg prft moof mdat');
  const timescale = checkMoov(boxes[1], 'vide');
  const sample = checkChunk(boxes.slice(3));
  demand(sample.sync, 'the sample is not independent');
  checkInitdata(boxes[2], timescale, sample.duration);
  return 1;
}

// H19.
function checkAudioPacket(boxes) {
  checkOrder(boxes, 'ftyp moov emsg');
  checkMoov(boxes[1], 'soun');
  checkInitdata(boxes[2], 1, 0);
  return 0;
}

function takeChunk(boxes, at) {
  const end = boxes.findIndex((box, i) => i >= at && box.type === 'mdat') + 1;
  demand(end > 0, `${name(boxes[at])}: no mdat follows`);
  const chunk = boxes.slice(at, end);
  const types = chunk.map((box) => box.type).join(' ');
  demand(/^prft( emsg)* moof mdat$/.test(types), `chunk at ${boxes[at].start} is "${types}"`);
  return chunk;
}

// H4, H24: chunk after chunk without a gap.
function checkSegment(boxes) {
  let previous;
  let count = 0;
  for (let at = 0; at < boxes.length; count++) {
    const chunk = takeChunk(boxes, at);
    const sample = checkChunk(chunk);
    if (previous) {
      const time = previous.time + previous.duration;
      const sequence = (previous.sequence + 1) % 2 ** 32;
      demand(sample.time === time, `${name(chunk[0])}: time ${sample.time}, not ${time}`);
      demand(sample.sequence === sequence, `${name(chunk[0])}: mfhd is not one higher`);
    }
    previous = sample;
    at += chunk.length;
  }
  demand(count > 0, 'there is no chunk');
  return count;
}

const KINDS = {
  packet: checkVideoPacket,
  'audio-packet': checkAudioPacket,
  segment: checkSegment,
};

// Judges a file of the given kind by its tree; gives how many chunks it has.
export function check(kind, boxes, size) {
  demand(boxes.length > 0, 'there is no box');
  checkTiling(boxes, 0, size, 'the file');
  return KINDS[kind](boxes);
}

// Both parsers have to have seen the same boxes at the same places.
export function checkSame(one, other) {
  const places = (boxes) => boxes.map((box) => `${box.type} ${box.start}-${box.end}`).join(', ');
  demand(places(one) === places(other), 'the two parsers see different boxes');
}
