// LoL+ as its authors published it: three scripts of a page.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { FactoryMaker, SAFETY, moment, readInput } from './module.mjs';

const FOLDER = 'dash.js/samples/low-latency/abr';
const { directory, setup, steps } = readInput();
let step;

const mediaInfo = { type: 'video', bitrateList: setup.bitrates_bps.map((bandwidth) => ({ bandwidth })) };
const instances = {
  MetricsModel: { getMetricsFor: () => ({}) },
  DashMetrics: {
    getLatestBufferInfoVO: () => ({}),
    getCurrentBufferLevel: () => step.buffer_us / 1e6,
    getCurrentHttpRequest: () => ({ trequest: moment(step.request_us), tresponse: moment(step.first_byte_us) }),
  },
  StreamController: { getActiveStreamInfo: () => ({}) },
  PlaybackController: {
    getCurrentLiveLatency: () => Math.max(step.latency_us, 0) / 1e6,
    getPlaybackRate: () => step.playback_rate,
  },
  MediaPlayerModel: {},
};
const dashjs = {
  FactoryMaker: {
    ...FactoryMaker,
    getClassFactoryByName() {
      const switchRequest = () => ({ create: () => ({}) });
      switchRequest.PRIORITY = { STRONG: 1 };
      return switchRequest;
    },
    getSingletonFactoryByName: (name) => () => ({ getInstance: () => instances[name] }),
  },
};

const problems = (text) => { if (text.startsWith('Error')) throw new Error(text); };
const scripts = ['LoLp_QoEEvaluation', 'LoLp_WeightSelection', 'LoLp_BitrateSelection']
  .map((name) => readFileSync(join(directory, FOLDER, `${name}.js`), 'utf8'))
  .join('\n');
const make = new Function('dashjs', 'console', `${scripts}\nreturn TgcLearningRule;`)(dashjs, { log: problems });
const rule = make({}).create();

const rulesContext = {
  getMediaInfo: () => mediaInfo,
  getScheduleController: () => ({ setTimeToLoadDelay() {} }),
  getStreamInfo: () => ({ manifestInfo: { isDynamic: true } }),
  getRepresentationInfo: () => ({ fragmentDuration: setup.segment_us / 1e6 }),
  getAbrController: () => ({
    getQualityFor: () => step.rung,
    getAbandonmentStateFor: () => 'allowload',
    getThroughputHistory: () => ({ getSafeAverageThroughput: () => (step.throughput_bps / 1000) * SAFETY }),
  }),
};

for (step of steps) console.log(rule.getMaxIndex(rulesContext).quality);
