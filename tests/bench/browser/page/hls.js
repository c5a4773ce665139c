// hls.js, as it is measured: at the live edge as near as the playlist allows, automatic quality off. A change of
// channel is loadSource on the same player, a change of quality currentLevel, which takes effect at once.

/* global Hls */

export class HlsJs {
  constructor(video, urls, options) {
    this.urls = urls;
    this.log = [];
    this.player = new Hls({
      lowLatencyMode: true,
      liveSyncDurationCount: options.syncCount ?? 2,
      maxLiveSyncPlaybackRate: 1.5,
      startLevel: 1,
      enableWorker: true,
    });
    this.player.attachMedia(video);
    this.video = video;
    this.surface = video;
    this.rendererName = "mse";
    this.player.on(Hls.Events.ERROR, (_, data) => {
      this.log.push({ name: "error", atMs: performance.now(), text: data.details, fatal: data.fatal });
    });
    this.player.on(Hls.Events.MANIFEST_PARSED, () => video.play());
  }

  load(channel) {
    this.player.loadSource(this.urls[channel]);
  }

  zap(channel) {
    this.player.loadSource(this.urls[channel]);
  }

  /** Levels are sorted by bit rate, 0 is the smallest. */
  setQuality(index) {
    this.player.currentLevel = index;
  }

  stats() {
    return { latencyMs: this.player.latency * 1000 };
  }
}
