// Two box parsers that are not ours, each turned into the same plain tree of
// { type, start, end, boxes, fields }, so that one set of rules judges what either of them saw.
// Both throw a Refusal for what they do not read in full.

import * as mp4box from 'mp4box';
import isoboxer from 'codem-isoboxer';

export class Refusal extends Error {}

const text = new TextDecoder();

// A buffer that holds data and nothing else, which a Node Buffer's own does not.
function ownBuffer(data) {
  return new Uint8Array(data).buffer;
}

function bytes(view) {
  return new Uint8Array(view.buffer, view.byteOffset, view.byteLength);
}

// mp4box tells what it could not read through its log alone. That it meets a type of box more than
// once at the top level is no complaint: every chunk has the same four.
function withComplaints(read) {
  const complaints = [];
  const { warn, error } = mp4box.Log;
  const note = (subject, message) => {
    if (!/^Found multiple boxes of type/.test(message)) complaints.push(`${subject}: ${message}`);
  };
  Object.assign(mp4box.Log, { warn: note, error: note });
  try {
    const tree = read();
    if (complaints.length) throw new Refusal(complaints[0]);
    return tree;
  } finally {
    Object.assign(mp4box.Log, { warn, error });
  }
}

function mp4boxFields(box) {
  const fields = { version: box.version, flags: box.flags };
  switch (box.type) {
    case 'emsg':
      return {
        ...fields,
        scheme: box.scheme_id_uri,
        value: box.value,
        timescale: box.timescale,
        delta: box.presentation_time_delta,
        duration: box.event_duration,
        message: text.decode(box.message_data),
      };
    case 'prft':
      return { ...fields, track: box.ref_track_id, mediaTime: box.media_time };
    case 'mvhd':
    case 'mdhd':
      return { ...fields, timescale: box.timescale, duration: box.duration };
    case 'tkhd':
      return { ...fields, track: box.track_id, duration: box.duration };
    case 'hdlr':
      return { ...fields, handler: box.handler };
    case 'stsz':
      return { ...fields, count: box.sample_count };
    case 'mfhd':
      return { ...fields, sequence: box.sequence_number };
    case 'tfhd':
      return { ...fields, track: box.track_id };
    case 'tfdt':
      return { ...fields, time: box.baseMediaDecodeTime };
    case 'trun':
      return {
        ...fields,
        count: box.sample_count,
        offset: box.data_offset,
        duration: box.sample_duration[0],
        size: box.sample_size[0],
        sampleFlags: box.sample_flags[0],
      };
    default:
      return fields;
  }
}

function mp4boxNode(box) {
  if (box.has_unparsed_data) throw new Refusal(`'${box.type}' at ${box.start} is not parsed`);
  const children = [...(box.boxes ?? []), ...(box.entries ?? [])];
  return {
    type: box.type,
    start: box.start,
    end: box.start + box.size,
    boxes: children.filter((child) => child instanceof mp4box.Box).map(mp4boxNode),
    fields: mp4boxFields(box),
  };
}

export function readWithMp4box(data) {
  const buffer = ownBuffer(data);
  buffer.fileStart = 0;
  return withComplaints(() => {
    const file = mp4box.createFile(true);
    file.appendBuffer(buffer);
    file.flush();
    return file.boxes.map(mp4boxNode);
  });
}

function isoboxerFields(box) {
  const fields = { version: box.version, flags: box.flags };
  switch (box.type) {
    case 'emsg':
      return {
        ...fields,
        scheme: box.scheme_id_uri,
        value: box.value,
        timescale: box.timescale,
        delta: box.presentation_time_delta,
        duration: box.event_duration,
        message: text.decode(bytes(box.message_data)),
      };
    case 'prft':
      return { ...fields, track: box.reference_track_ID, mediaTime: box.media_time };
    case 'mvhd':
    case 'mdhd':
      return { ...fields, timescale: box.timescale, duration: box.duration };
    case 'tkhd':
      return { ...fields, track: box.track_ID, duration: box.duration };
    case 'hdlr':
      return { ...fields, handler: box.handler_type };
    case 'mfhd':
      return { ...fields, sequence: box.sequence_number };
    case 'tfhd':
      return { ...fields, track: box.track_ID };
    case 'tfdt':
      return { ...fields, time: box.baseMediaDecodeTime };
    case 'trun': {
      const sample = box.samples?.[0] ?? {};
      return {
        ...fields,
        count: box.sample_count,
        offset: box.data_offset,
        duration: sample.sample_duration,
        size: sample.sample_size,
        sampleFlags: sample.sample_flags,
      };
    }
    default:
      return fields;
  }
}

function isoboxerNode(box) {
  if (box._incomplete) throw new Refusal(`'${box.type}' at ${box._offset} is truncated`);
  const children = [...(box.boxes ?? []), ...(box.entries ?? [])];
  return {
    type: box.type,
    start: box._offset,
    end: box._offset + (box.size === 1 ? box.largesize : box.size),
    boxes: children.filter((child) => child._offset !== undefined).map(isoboxerNode),
    fields: isoboxerFields(box),
  };
}

export function readWithIsoboxer(data) {
  const file = isoboxer.parseBuffer(ownBuffer(data));
  if (file._incomplete) throw new Refusal('the last box is truncated');
  return file.boxes.map(isoboxerNode);
}
