// L2A-LL as its authors published it.

import { Debug, FactoryMaker, SAFETY, makeEventBus, moment, readInput, runModule } from './module.mjs';

const RULE = 'dash.js/src/streaming/rules/abr/L2ARule.js';
const { directory, setup, steps } = readInput();
const { EventBus, bus } = makeEventBus();
let step;
let known = false; // whether there was a download

// Its AbrController, getQualityForBitrate, by its formula: the part of a segment's time that goes to
// latency is taken off the throughput.
function qualityForBitrate(mediaInfo, kbps, latencyMs) {
  const dead = latencyMs / 1000 / (setup.segment_us / 1e6);
  const fits = setup.bitrates_bps.findLastIndex((bps) => bps <= kbps * (1 - dead) * 1000);
  return Math.max(fits, 0);
}

const factory = runModule(directory, RULE, {
  Debug,
  EventBus,
  FactoryMaker,
  Events: {
    PLAYBACK_SEEKING: 'seeking',
    MEDIA_FRAGMENT_LOADED: 'loaded',
    METRIC_ADDED: 'metric',
    QUALITY_CHANGE_REQUESTED: 'requested',
  },
  HTTPRequest: { MEDIA_SEGMENT_TYPE: 'MediaSegment' },
  MediaPlayer: () => ({ create: () => ({ getPlaybackRate: () => step.playback_rate }) }),
  MetricsConstants: { HTTP_REQUEST: 'HttpList' },
  SwitchRequest: () => ({ create: () => ({}) }),
});

const request = () => ({
  type: 'MediaSegment',
  trequest: moment(step.request_us),
  tresponse: moment(step.first_byte_us),
  _tfinish: moment(step.end_us),
  trace: [{ d: step.transfer_us / 1000, b: [step.bytes] }],
});

const rule = factory({}).create({
  dashMetrics: {
    getCurrentBufferLevel: () => step.buffer_us / 1e6,
    getCurrentHttpRequest: request,
  },
});

const mediaInfo = { type: 'video', bitrateList: setup.bitrates_bps.map((bandwidth) => ({ bandwidth })) };
const throughput = () => (known ? step.throughput_bps / 1000 : NaN);
const history = {
  getAverageThroughput: throughput,
  getSafeAverageThroughput: () => throughput() * SAFETY,
  getAverageLatency: () => step.rtt_us / 1000,
};
const rulesContext = {
  getMediaInfo: () => mediaInfo,
  getMediaType: () => mediaInfo.type,
  getScheduleController: () => ({ setTimeToLoadDelay() {} }),
  getStreamInfo: () => ({ manifestInfo: { isDynamic: true } }),
  getAbrController: () => ({ getThroughputHistory: () => history, getQualityForBitrate: qualityForBitrate }),
  useL2AABR: () => true,
};

step = steps[0];
rule.getMaxIndex(rulesContext); // before the first segment
known = true;
for (step of steps) {
  const chunk = {
    mediaInfo,
    start: (step.segment * setup.segment_us) / 1e6,
    duration: setup.segment_us / 1e6,
    quality: step.rung,
  };
  bus.trigger('loaded', { chunk });
  bus.trigger('metric', { metric: 'HttpList', mediaType: 'video', value: request() });
  console.log(rule.getMaxIndex(rulesContext).quality);
}
