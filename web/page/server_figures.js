// What two readings of /metrics say of the time between them: rates, loads, and how each feed and each rung does. Pure.

/** @typedef {import("./metrics_text.js").Metrics} Metrics */

/**
 * @typedef {object} Reading
 * @property {Metrics} metrics
 * @property {number} upS      seconds since the packager's start, by its own clock
 */

/**
 * One moment of the charts. NaN: not known.
 * @typedef {object} Point
 * @property {number} upS
 * @property {number} viewers          responses that go on: two for a viewer with sound
 * @property {number} connections
 * @property {number} sentBps
 * @property {number} requestsPerS
 * @property {number} cpuShare         of one core
 * @property {number} originCpuShare
 * @property {number} repeatedPerS     pictures that feeds or encoders did not bring in time
 */

/**
 * @typedef {object} RungFigures
 * @property {string} channel
 * @property {string} track
 * @property {boolean} isSound
 * @property {boolean} up
 * @property {number} promisedBps
 * @property {number} peakBps        of a finished segment; 0: none is finished
 * @property {number} load           of one core, all of its stages
 * @property {number} encodeLoad     scaling, encoding and packaging
 * @property {number} packetLoad     making Initialization Packets
 * @property {number} framesPerS
 * @property {number} packetsPerS
 * @property {number} repeated       pictures since the start
 * @property {number} shed
 * @property {number} restarts
 * @property {number} availableMs    from capture to available, mean
 */

/**
 * @typedef {object} FeedFigures
 * @property {string} channel
 * @property {number} load           of one core, with all of its rungs
 * @property {number} repeated
 * @property {number} dropped
 * @property {number} lost
 * @property {number} discontinuities
 * @property {number} decodeErrors
 * @property {number} storeBytes
 * @property {number} availableS     how far back viewers may go
 */

/**
 * @param {Metrics} metrics
 * @returns {Reading}
 */
export function readingOf(metrics) {
  return { metrics, upS: metrics.sum("openhesp_uptime_seconds") };
}

/**
 * How much a counter rose a second; NaN where that can't be said.
 * @param {Reading} before
 * @param {Reading} after
 * @param {string} name
 * @param {Readonly<Record<string, string>>} [labels]
 */
export function rate(before, after, name, labels) {
  const seconds = after.upS - before.upS;
  const rise = after.metrics.sum(name, labels) - before.metrics.sum(name, labels);
  return seconds > 0 && rise >= 0 ? rise / seconds : NaN;
}

/**
 * @param {Reading} before
 * @param {Reading} after
 * @returns {Point}
 */
export function pointOf(before, after) {
  const is = (/** @type {string} */ name) => after.metrics.sum(name);
  const per = (/** @type {string} */ name) => rate(before, after, name);
  return {
    upS: after.upS,
    viewers: is("openhesp_origin_live_responses"),
    connections: is("openhesp_origin_connections"),
    sentBps: 8 * per("openhesp_origin_sent_bytes_total"),
    requestsPerS: per("openhesp_origin_requests_total"),
    cpuShare: per("openhesp_process_cpu_seconds_total"),
    originCpuShare: per("openhesp_origin_cpu_seconds_total"),
    repeatedPerS: per("openhesp_feed_repeated_pictures_total") + per("openhesp_rung_repeated_pictures_total"),
  };
}

/**
 * @param {Reading} before
 * @param {Reading} after
 * @param {Readonly<Record<string, string>>} labels
 */
function availableMs(before, after, labels) {
  const name = "openhesp_capture_to_available_seconds";
  return 1000 * rate(before, after, `${name}_sum`, labels) / rate(before, after, `${name}_count`, labels);
}

/**
 * All rungs and sounds, in the order of /metrics.
 * @param {Reading} before
 * @param {Reading} after
 * @returns {RungFigures[]}
 */
export function rungsOf(before, after) {
  return after.metrics.samples("openhesp_track_bandwidth_bits_per_second").map(({ labels, value }) => {
    const of = { channel: labels.channel, track: labels.track };
    const is = (/** @type {string} */ name) => after.metrics.sum(name, of);
    const stage = (/** @type {string} */ name) =>
      rate(before, after, "openhesp_stage_cpu_seconds_total", { ...of, stage: name });
    const up = is("openhesp_rung_up");
    return {
      channel: of.channel,
      track: of.track,
      isSound: Number.isNaN(up),
      up: up !== 0,
      promisedBps: value,
      peakBps: is("openhesp_segment_peak_bits_per_second"),
      load: rate(before, after, "openhesp_stage_cpu_seconds_total", of),
      encodeLoad: ["scale", "encode", "package"].map(stage).filter((s) => s >= 0).reduce((sum, s) => sum + s, 0),
      packetLoad: stage("init"),
      framesPerS: rate(before, after, "openhesp_frames_total", of),
      packetsPerS: rate(before, after, "openhesp_packets_total", of),
      repeated: is("openhesp_rung_repeated_pictures_total"),
      shed: is("openhesp_rung_shed_pictures_total"),
      restarts: is("openhesp_rung_restarts_total"),
      availableMs: availableMs(before, after, of),
    };
  });
}

/**
 * @param {Reading} before
 * @param {Reading} after
 * @returns {FeedFigures[]}
 */
export function feedsOf(before, after) {
  return after.metrics.samples("openhesp_feed_up").map(({ labels }) => {
    const of = { channel: labels.channel };
    const is = (/** @type {string} */ name) => after.metrics.sum(name, of);
    return {
      channel: of.channel,
      load: rate(before, after, "openhesp_stage_cpu_seconds_total", of),
      repeated: is("openhesp_feed_repeated_pictures_total"),
      dropped: is("openhesp_feed_dropped_pictures_total"),
      lost: is("openhesp_feed_lost_total"),
      discontinuities: is("openhesp_feed_discontinuities_total"),
      decodeErrors: is("openhesp_feed_decode_errors_total"),
      storeBytes: is("openhesp_store_bytes"),
      availableS: is("openhesp_available_seconds"),
    };
  });
}

const pointsMax = 121;
const readingsMax = 5;

/** The last readings, and the points of the charts. A packager that was started anew begins a new history. */
export class History {
  /** @type {Reading[]} */
  #readings = [];
  /** @type {Point[]} */
  points = [];

  /** @param {Metrics} metrics */
  add(metrics) {
    const reading = readingOf(metrics);
    const before = this.#readings.at(-1);
    if (before && !(reading.upS > before.upS)) {
      this.#readings = [];
      this.points = [];
    } else if (before) {
      this.points.push(pointOf(before, reading));
      if (this.points.length > pointsMax) this.points.shift();
    }
    this.#readings.push(reading);
    if (this.#readings.length > readingsMax) this.#readings.shift();
  }

  /** The reading that rates are told since: some seconds ago, so that they are calm. */
  get before() {
    return this.#readings[0];
  }

  get latest() {
    return this.#readings[this.#readings.length - 1];
  }
}
