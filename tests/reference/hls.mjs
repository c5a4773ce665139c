// hls.js: its bandwidth estimator and the level it loads next, live, in parts.

import { createRequire } from 'node:module';
import { join } from 'node:path';

import { readInput } from './module.mjs';

globalThis.self ??= globalThis;
const { directory, setup, steps } = readInput();
const Hls = createRequire(import.meta.url)(join(directory, 'dist/hls.js'));

const segmentS = setup.segment_us / 1e6;
const details = { live: true, partTarget: setup.part_us / 1e6, averagetargetduration: segmentS };
const levels = setup.bitrates_bps.map((bitrate) => ({
  bitrate,
  maxBitrate: bitrate,
  averageBitrate: bitrate,
  codecSet: 'avc1',
  codecs: 'avc1.640028',
  videoRange: 'SDR',
  frameRate: 30,
  audioGroups: [],
  audioGroupIds: undefined,
  details,
  loadError: 0,
  fragmentError: 0,
}));
const silent = new Proxy({}, { get: () => () => {} });
const hls = {
  config: { ...Hls.DefaultConfig, useMediaCapabilities: false },
  logger: silent,
  levels,
  allAudioTracks: [],
  minAutoLevel: 0,
  maxAutoLevel: levels.length - 1,
  firstLevel: 0,
  latestLevelDetails: details,
  autoLevelEnabled: true,
  media: { playbackRate: 1 },
  mainForwardBufferInfo: { len: 0 },
  loadLevel: 0,
  on() {},
  off() {},
  trigger() {},
  get loadLevelObj() { return levels[this.loadLevel]; },
};
const controller = new Hls.DefaultConfig.abrController(hls);

for (const step of steps) {
  const start = step.request_us / 1000;
  const first = step.first_byte_us / 1000;
  const end = first + step.transfer_us / 1000;
  const frag = {
    type: 'main',
    level: step.rung,
    sn: step.segment,
    duration: segmentS,
    bitrate: levels[step.rung].bitrate,
    stats: { loading: { start, first, end }, parsing: { end }, loaded: step.bytes, total: step.bytes },
  };
  hls.loadLevel = step.rung;
  controller.onFragLoading('', { frag });
  controller.onFragLoaded('', { frag });
  controller.onFragBuffered('', { frag });
  controller.clearTimer();
  hls.media.playbackRate = step.playback_rate;
  hls.mainForwardBufferInfo.len = step.buffer_us / 1e6;
  const { bwEstimator } = controller;
  console.log(controller.nextAutoLevel, bwEstimator.getEstimate(), bwEstimator.getEstimateTTFB() * 1000);
}
