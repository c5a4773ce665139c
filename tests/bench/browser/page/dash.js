// dash.js, as it is measured: low latency with a set liveDelay, automatic quality off, buffers that allow the fastest
// start it has. A change of channel is attachSource on the same player, with the manifest that was read before
// (retrieveManifest), so that no MPD is asked for.

/* global dashjs */

export class Dash {
  constructor(video, urls, options) {
    this.urls = urls;
    this.options = options;
    this.log = [];
    this.player = dashjs.MediaPlayer().create();
    this.player.initialize(video, null, true);
    this.player.updateSettings({
      debug: { logLevel: dashjs.Debug.LOG_LEVEL_NONE },
      streaming: {
        delay: { liveDelay: options.liveDelay },
        liveCatchup: { enabled: true, maxDrift: 0, playbackRate: { min: -0.5, max: 0.5 } },
        buffer: { fastSwitchEnabled: true, bufferTimeDefault: 4 },
        abr: {
          autoSwitchBitrate: { video: false, audio: false },
          initialBitrate: { video: 2500 },
          limitBitrateByPortal: false,
        },
        utcSynchronization: { enabled: true, useManifestDateHeaderTimeSource: false },
      },
    });
    this.surface = video;
    this.rendererName = "mse";
    this.manifests = [];
    const names = dashjs.MediaPlayer.events;
    for (const name of ["ERROR", "BUFFER_EMPTY", "PLAYBACK_ERROR", "QUALITY_CHANGE_RENDERED"]) {
      this.player.on(names[name], (event) => {
        this.log.push({ name, atMs: performance.now(), text: event.error?.message ?? event.mediaType ?? "" });
      });
    }
  }

  /** Ends when the channels' manifests are there. They are read one at a time: a player tells all who wait of each. */
  async preload() {
    const reader = dashjs.MediaPlayer().create();
    reader.initialize();
    for (const [index, url] of this.urls.entries()) {
      this.manifests[index] = await new Promise((resolve) => reader.retrieveManifest(url, resolve));
    }
    reader.destroy();
  }

  load(channel) {
    this.player.attachSource(this.urls[channel]);
    if (this.options.preload) this.preload();
  }

  zap(channel) {
    this.player.attachSource(this.manifests[channel] ?? this.urls[channel]);
  }

  setQuality(index) {
    const all = this.player.getRepresentationsByType("video");
    const sorted = [...all].sort((a, b) => a.bandwidth - b.bandwidth);
    this.player.setRepresentationForTypeById("video", sorted[index].id, this.options.replace ?? false);
  }

  stats() {
    return { latencyMs: this.player.getCurrentLiveLatency() * 1000 };
  }
}
