// Silent sound: AAC-LC frames of nothing, with the boxes around them. Chromium starts its clock only once some 200 ms
// of sound wait to be played, and shows no picture before there is any; live sound takes just that long to come. So a
// timeline begins with silence, and what is missing of the sound is filled with it.

/** Samples of a frame of AAC-LC. */
export const SILENT_SAMPLES = 1024;

const SAMPLE_RATES = [96000, 88200, 64000, 48000, 44100, 32000, 24000, 22050, 16000, 12000, 11025, 8000, 7350];
const UNIT_MATRIX = [0x10000, 0, 0, 0, 0x10000, 0, 0, 0, 0x40000000];

/** A raw_data_block without spectrum (ISO/IEC 14496-3 4.4.2.1): of one channel, and of a pair of them. */
const FRAMES = [[], [0x00, 0xc8, 0x00, 0x80, 0x23, 0x80], [0x21, 0x10, 0x04, 0x60, 0x8c, 0x1c]];

/** @param {number} n */
function u32(n) {
  return [(n >>> 24) & 255, (n >>> 16) & 255, (n >>> 8) & 255, n & 255];
}

/** @param {number} n */
function u16(n) {
  return [(n >>> 8) & 255, n & 255];
}

/**
 * @param {string} type
 * @param {...number[]} parts
 * @returns {number[]}
 */
function box(type, ...parts) {
  const payload = parts.flat();
  return [...u32(8 + payload.length), ...[...type].map((c) => c.charCodeAt(0)), ...payload];
}

/** @param {number} sampleRate @param {number} channels */
function sampleEntry(sampleRate, channels) {
  const config = ((2 << 11) | (SAMPLE_RATES.indexOf(sampleRate) << 7) | (channels << 3)) & 0xffff;
  const specific = [0x05, 2, ...u16(config)];
  const decoder = [0x04, 13 + specific.length, 0x40, 0x15, 0, 0, 0, ...u32(0), ...u32(0), ...specific];
  const descriptor = [0x03, 3 + decoder.length + 3, ...u16(0), 0, ...decoder, 0x06, 1, 0x02];
  const esds = box("esds", u32(0), descriptor);
  return box("mp4a", [0, 0, 0, 0, 0, 0], u16(1), u32(0), u32(0), u16(channels), u16(16), u32(0),
    u32(sampleRate < 65536 ? sampleRate * 65536 : 0), esds);
}

/** @param {number} sampleRate @param {number} channels */
function movie(sampleRate, channels) {
  const none = u32(0);
  const table = box("stbl", box("stsd", none, u32(1), sampleEntry(sampleRate, channels)), box("stts", none, none),
    box("stsc", none, none), box("stsz", none, none, none), box("stco", none, none));
  const information = box("minf", box("smhd", none, none), box("dinf", box("dref", none, u32(1), box("url ", u32(1)))),
    table);
  const media = box("mdia", box("mdhd", none, none, none, u32(sampleRate), none, u16(0x55c4), u16(0)),
    box("hdlr", none, none, [0x73, 0x6f, 0x75, 0x6e], none, none, none, [0]), information);
  const matrix = UNIT_MATRIX.flatMap(u32);
  const head = box("tkhd", u32(3), none, none, u32(1), none, none, none, none, u16(0), u16(0), u16(0x100), u16(0),
    matrix, none, none);
  const movieHead = box("mvhd", none, none, none, u32(1000), none, u32(0x10000), u16(0x100), u16(0), none, none, matrix,
    none, none, none, none, none, none, u32(2));
  return [...box("ftyp", [0x69, 0x73, 0x6f, 0x35], none, [0x69, 0x73, 0x6f, 0x35]),
    ...box("moov", movieHead, box("trak", head, media),
      box("mvex", box("trex", none, u32(1), u32(1), u32(SILENT_SAMPLES), none, none)))];
}

/** Silence of one kind of AAC-LC; its timescale is the sample rate. */
export class Silence {
  /**
   * @param {string} codecs      RFC 6381
   * @param {number} sampleRate
   * @param {number} channels
   * @returns {Silence | null}   null: there is none for that
   */
  static of(codecs, sampleRate, channels) {
    const isLc = /^mp4a\.40\.0?2$/.test(codecs);
    const fits = isLc && SAMPLE_RATES.includes(sampleRate) && (FRAMES[channels]?.length ?? 0) > 0;
    return fits ? new Silence(sampleRate, channels) : null;
  }

  /** @param {number} sampleRate @param {number} channels */
  constructor(sampleRate, channels) {
    this.sampleRate = sampleRate;
    this.channels = channels;
    /** An initialization segment. */
    this.header = Uint8Array.from(movie(sampleRate, channels));
  }

  /**
   * @param {number} time   media time of the first frame, samples
   * @param {number} count  of frames
   * @returns {Uint8Array}  one media segment
   */
  frames(time, count) {
    const frame = FRAMES[this.channels];
    const base = [...u32(Math.floor(time / 2 ** 32)), ...u32(time % 2 ** 32)];
    /** @param {number} offset */
    const fragment = (offset) => box("moof", box("mfhd", u32(0), u32(1)), box("traf",
      box("tfhd", u32(0x020038), u32(1), u32(SILENT_SAMPLES), u32(frame.length), u32(0x02000000)),
      box("tfdt", u32(0x01000000), base), box("trun", u32(1), u32(count), u32(offset))));
    const data = Array.from({ length: count }, () => frame).flat();
    return Uint8Array.from([...fragment(fragment(0).length + 8), ...box("mdat", data)]);
  }
}
