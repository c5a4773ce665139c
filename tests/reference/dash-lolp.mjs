// LoL+ as it is in dash.js 5.

import { Debug, FactoryMaker, SAFETY, moment, readInput, runModule } from './module.mjs';

const FOLDER = 'src/streaming/rules/abr/lolp';
const { directory, setup, steps } = readInput();
let step;

const part = (name, more) => runModule(directory, `${FOLDER}/${name}.js`, { Debug, FactoryMaker, ...more });
const settings = { streaming: { abr: { rules: { loLPRule: { priority: 1 } } } } };
const factory = part('LoLpRule', {
  LearningAbrController: part('LearningAbrController'),
  LoLpQoeEvaluator: part('LoLpQoEEvaluator', { QoeInfo: part('QoeInfo') }),
  LoLpWeightSelector: part('LoLpWeightSelector'),
  SwitchRequest: () => ({ create: () => ({}) }),
  MetricsConstants: { ABANDON_LOAD: 'abandonload' },
  Constants: { AUDIO: 'audio' },
  Settings: () => ({ getInstance: () => ({ get: () => settings }) }),
});

const rule = factory({}).create({
  dashMetrics: {
    getCurrentBufferState: () => ({}),
    getCurrentBufferLevel: () => step.buffer_us / 1e6,
    getCurrentHttpRequest: () => ({ trequest: moment(step.request_us), tresponse: moment(step.first_byte_us) }),
  },
});
rule.getClassName = () => 'LoLPRule';

const representations = setup.bitrates_bps.map((bandwidth, id) => ({
  id,
  bandwidth,
  fragmentDuration: setup.segment_us / 1e6,
}));
const playback = {
  getCurrentLiveLatency: () => Math.max(step.latency_us, 0) / 1e6,
  getPlaybackRate: () => step.playback_rate,
};
const rulesContext = {
  getMediaInfo: () => ({ type: 'video' }),
  getStreamInfo: () => ({ id: 0 }),
  getRepresentation: () => representations[step.rung],
  getScheduleController: () => ({ setTimeToLoadDelay() {}, getPlaybackController: () => playback }),
  getThroughputController: () => ({ getSafeAverageThroughput: () => (step.throughput_bps / 1000) * SAFETY }),
  getAbrController: () => ({
    getPossibleVoRepresentationsFilteredBySettings: () => representations,
    getAbandonmentStateFor: () => 'allowload',
  }),
};

for (step of steps) console.log(rule.getSwitchRequest(rulesContext).representation.id);
