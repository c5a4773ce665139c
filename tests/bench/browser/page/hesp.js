// Our player, as it is measured: both channels' manifests are known before the first zap, as a page with a list of
// channels has them.

import { HespPlayer } from "/web/lib/index.js";

export class Hesp {
  constructor(video, urls, options) {
    this.urls = urls;
    this.told = {}; // what the player itself says
    this.options = options;
    this.player = new HespPlayer({
      renderer: options.renderer,
      joinLevel: options.join ?? "same",
      ...(options.targetLatencyMs ? { targetLatencyMs: options.targetLatencyMs } : {}),
    });
    this.player.attach(video);
    this.log = [];
    for (const name of ["zapped", "switched", "stalled", "resumed", "renderer", "error", "muted", "blocked", "lost"]) {
      this.player.on(name, (payload) => this.log.push({ name, atMs: performance.now(), ...payload }));
    }
  }

  get surface() {
    return this.player.surface;
  }

  get rendererName() {
    return this.player.rendererName;
  }

  load(channel) {
    this.player.load(this.urls[channel]);
    for (const [index, url] of this.urls.entries()) if (index !== channel) this.player.preload(url);
  }

  zap(channel) {
    this.player.zap(this.urls[channel]);
  }

  /** 0 is the smallest. */
  setQuality(index) {
    this.player.level = index;
  }

  stats() {
    return this.player.stats;
  }
}
