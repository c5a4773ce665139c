// How dash.js 5 estimates its link, with its default settings.

import { Debug, FactoryMaker, makeEventBus, moment, readInput, runModule } from './module.mjs';

const { directory, steps } = readInput();
const { EventBus, bus } = makeEventBus();

const settings = {
  get: () => ({
    streaming: {
      cacheLoadThresholds: { video: 10, audio: 5 },
      abr: {
        throughput: {
          averageCalculationMode: 'ewma',
          useResourceTimingApi: true,
          useNetworkInformationApi: { xhr: false, fetch: false },
          useDeadTimeLatency: true,
          bandwidthSafetyFactor: 0.9,
          sampleSettings: { live: 3, vod: 4, maxMeasurementsToKeep: 20, averageLatencySampleAmount: 4 },
          ewma: {
            throughputSlowHalfLifeSeconds: 8,
            throughputFastHalfLifeSeconds: 3,
            latencySlowHalfLifeCount: 2,
            latencyFastHalfLifeCount: 1,
            weightDownloadTimeMultiplicationFactor: 0.0015,
          },
        },
      },
    },
  }),
};
const standIns = {
  Debug,
  EventBus,
  FactoryMaker,
  Constants: {
    VIDEO: 'video',
    AUDIO: 'audio',
    FILE_LOADER_TYPES: { FETCH: 'fetch_loader', XHR: 'xhr_loader' },
    THROUGHPUT_TYPES: { LATENCY: 'latency', BANDWIDTH: 'bandwidth' },
    THROUGHPUT_CALCULATION_MODES: { EWMA: 'ewma' },
  },
  HTTPRequest: { MPD_TYPE: 'MPD', MEDIA_SEGMENT_TYPE: 'MediaSegment' },
  MediaPlayerEvents: { METRIC_ADDED: 'metric', THROUGHPUT_MEASUREMENT_STORED: 'stored' },
  MetricsConstants: { HTTP_REQUEST: 'HttpList' },
  window: {},
  navigator: {},
};
const ThroughputModel = runModule(directory, 'src/streaming/models/ThroughputModel.js', standIns);
const path = 'src/streaming/controllers/ThroughputController.js';
const controller = runModule(directory, path, { ...standIns, ThroughputModel })({}).getInstance();
controller.setConfig({ settings, playbackController: { getIsDynamic: () => true } });
controller.initialize();

for (const step of steps) {
  const value = {
    type: 'MediaSegment',
    _fileLoaderType: 'fetch_loader',
    trequest: moment(step.request_us),
    tresponse: moment(step.first_byte_us),
    _tfinish: moment(step.end_us),
    trace: [{ d: step.transfer_us / 1000, b: [step.bytes] }],
  };
  bus.trigger('metric', { metric: 'HttpList', mediaType: 'video', value });
  console.log(controller.getAverageThroughput('video') * 1000, controller.getAverageLatency('video') * 1000);
}
