// The controls under the picture: pause, sound, quality, renderer, full screen.

import { rungText } from "./figures.js";
import { found, make, write } from "./markup.js";
import { bpsText } from "./units.js";

/** @typedef {{index: number, width: number, height: number, bandwidthBps: number}} Level */

/**
 * With its bitrate where another one has the same size.
 * @param {readonly Level[]} levels
 * @param {Level} level
 */
function optionText(levels, level) {
  const size = rungText(level);
  const isAlone = levels.every((other) => other === level || rungText(other) !== size);
  return isAlone ? size : `${size}, ${bpsText(level.bandwidthBps)}`;
}

/**
 * What the controls ask of the player.
 * @typedef {object} Commands
 * @property {() => void} pause            or go on
 * @property {(muted: boolean) => void} mute
 * @property {(volume: number) => void} setVolume
 * @property {(level: number) => void} setLevel
 * @property {(name: "mse" | "webcodecs") => void} setRenderer
 */

export class Controls {
  #pause = found("pause", HTMLButtonElement);
  #mute = found("mute", HTMLButtonElement);
  #soundOn = found("sound-on", HTMLButtonElement);
  #volume = found("volume", HTMLInputElement);
  #quality = found("quality", HTMLSelectElement);
  #renderer = found("renderer", HTMLSelectElement);
  #why = found("renderer-why", HTMLElement);
  #ladder = "";
  #missing = "";
  #fullscreen;

  /**
   * @param {Commands} commands
   * @param {HTMLElement} picture  what full screen shows
   */
  constructor(commands, picture) {
    this.#fullscreen = () => {
      if (document.fullscreenElement) document.exitFullscreen();
      else picture.requestFullscreen?.().catch(() => {});
    };
    this.#pause.addEventListener("click", () => commands.pause());
    this.#mute.addEventListener("click", () => commands.mute(this.#mute.getAttribute("aria-pressed") === "true"));
    this.#soundOn.addEventListener("click", () => commands.mute(false));
    this.#volume.addEventListener("input", () => commands.setVolume(this.#volume.valueAsNumber));
    this.#quality.addEventListener("change", () => commands.setLevel(Number(this.#quality.value)));
    this.#renderer.addEventListener("change", () => {
      commands.setRenderer(this.#renderer.value === "webcodecs" ? "webcodecs" : "mse");
    });
    const fullscreen = found("fullscreen", HTMLButtonElement);
    fullscreen.addEventListener("click", this.#fullscreen);
    fullscreen.hidden = !document.fullscreenEnabled;
  }

  toggleFullscreen() {
    this.#fullscreen();
  }

  /**
   * @param {{mse: boolean, webcodecs: boolean, why: string}} support
   * @param {string} chosen
   */
  offerRenderers(support, chosen) {
    const offer = (/** @type {string} */ value, /** @type {string} */ text, /** @type {boolean} */ is) => {
      const option = make("option", { value }, is ? text : `${text} (not here)`);
      option.disabled = !is;
      return option;
    };
    this.#renderer.replaceChildren(offer("mse", "Media Source", support.mse),
      offer("webcodecs", "WebCodecs", support.webcodecs));
    this.#renderer.value = chosen;
    this.#missing = support.mse && support.webcodecs ? "" : support.why;
    this.tellRenderer(chosen, "");
  }

  /**
   * @param {string} name
   * @param {string} why  what is to be said of it; "": only why another one can't be had
   */
  tellRenderer(name, why) {
    const reason = why || this.#missing;
    const text = reason && reason[0].toUpperCase() + reason.slice(1);
    this.#renderer.value = name;
    this.#renderer.title = text;
    this.#why.hidden = !text;
    write(this.#why, text);
  }

  /** @param {boolean} paused */
  showPaused(paused) {
    this.#pause.dataset.paused = String(paused);
    this.#pause.setAttribute("aria-label", paused ? "Play" : "Pause");
    this.#pause.title = paused ? "Play (K)" : "Pause (K)";
  }

  /**
   * @param {boolean} muted
   * @param {number} volume
   * @param {boolean} wanted  sound was wanted, and refused
   */
  showSound(muted, volume, wanted) {
    this.#mute.setAttribute("aria-pressed", String(!muted));
    this.#mute.setAttribute("aria-label", "Sound");
    this.#mute.title = muted ? "Sound on (M)" : "Sound off (M)";
    this.#volume.value = String(muted ? 0 : volume);
    this.#soundOn.hidden = !(muted && wanted);
  }

  /**
   * @param {readonly Level[]} levels  lowest first
   * @param {number} level    the one chosen, -1: automatic
   * @param {number} current  the one on screen, -1: none yet
   */
  showLevels(levels, level, current) {
    const ladder = levels.map((l) => `${l.index} ${rungText(l)} ${l.bandwidthBps}`).join();
    if (ladder !== this.#ladder) {
      this.#ladder = ladder;
      this.#quality.replaceChildren(make("option", { value: "-1" }, "Auto"), ...[...levels].reverse().map((l) =>
        make("option", { value: String(l.index) }, optionText(levels, l))));
    }
    this.#quality.disabled = levels.length === 0;
    this.#quality.value = String(level);
    const automatic = this.#quality.options[0];
    const now = levels.find((l) => l.index === current);
    if (automatic && document.activeElement !== this.#quality) {
      write(automatic, level === -1 && now ? `Auto (${rungText(now)})` : "Auto");
    }
  }
}
