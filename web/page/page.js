// The page that hesp-packager serves: puts its parts together. A picture comes first; all else asks for what it shows
// one request at a time, once there is one.

import { hashWith, nameOf, manifestUrl, readWish } from "./address.js";
import { AnatomyView } from "./anatomy.js";
import { ChannelList, readChannels, stepFrom } from "./channels.js";
import { Controls } from "./controls.js";
import { Errands, get } from "./errands.js";
import { Figures } from "./figures.js";
import { Health } from "./health.js";
import { Histogram } from "./histogram.js";
import { isForPage, Keys } from "./keys.js";
import { found, write } from "./markup.js";
import { Banner, Notices } from "./notices.js";
import { Server } from "./server.js";
import { Views } from "./views.js";
import { Viewing } from "./viewing.js";
import { Wall } from "./wall.js";
import { ZapLog } from "./zaps.js";

const zapPatienceMs = 4000;
const figuresEveryMs = 250;
const headTimeoutMs = 4000;

class Page {
  #base = document.baseURI.replace(/#.*$/, "");
  #notices = new Notices();
  #banner = new Banner();
  #errands = new Errands();
  #keys = new Keys();
  #zaps = new ZapLog();
  #figures = new Figures(found("figures", HTMLElement));
  #histogram = new Histogram(found("histogram", HTMLElement));
  #anatomy = new AnatomyView(found("anatomy", HTMLElement));
  #list = new ChannelList(found("channels", HTMLElement), (url) => this.#watch(url));
  #views = new Views((view) => this.#remember({ view: view === "server" ? view : null }));
  #health = new Health(this.#base, {
    onHealth: (health, isBack) => this.#showHealth(health, isBack),
    onGone: () => this.#showGone(),
  });
  #wall;
  #server;
  #controls;
  #viewing;
  /** @type {import("./channels.js").Channel[]} */
  #channels = [];
  /** @type {import("./channels.js").Channel | null} */
  #other = null;
  #signed = false;
  #suspected = false;
  #soundWanted = true;
  #zapping = false;
  #hasPicture = false;
  #hasFailed = false;
  /** @type {Set<string>} */
  #preloaded = new Set();

  constructor() {
    const wish = readWish(location.hash, this.#base);
    const support = Viewing.support();
    const renderer = (wish.renderer === "webcodecs" || !support.mse) && support.webcodecs ? "webcodecs" : "mse";
    const picture = found("picture", HTMLElement);
    this.#controls = new Controls(this.#commands(), picture);
    this.#controls.offerRenderers(support, renderer);
    this.#wall = new Wall(found("wall", HTMLElement), (url) => this.#watch(url),
      () => this.#hasPicture && !this.#zapping && !this.#signed && this.#views.view === "watch");
    this.#server = new Server(found("server", HTMLElement), this.#base, () => this.#views.view === "server");
    this.#viewing = new Viewing(picture, renderer, this.#listener());
    this.#notices.set("starting", { text: "Asking the packager for its channels …" });
    if (!support.mse && !support.webcodecs) {
      this.#notices.set("fatal", { text: `This browser can't play this: ${support.why}` });
    }
    this.#listenToPeople();
    this.#views.show(wish.view);
    if (wish.url) this.#open(wish.url);
    this.#addErrands();
    setInterval(() => this.#refresh(), figuresEveryMs);
  }

  // ---- what the player tells ----

  /** @returns {import("./viewing.js").Listener} */
  #listener() {
    return {
      onZapped: (zap) => this.#zapped(zap),
      onRunning: (sinceMs) => this.#anatomy.running(sinceMs),
      onLevels: () => this.#refresh(),
      onRenderer: (name, text) => {
        this.#controls.tellRenderer(name, text);
      },
      onMuted: () => {
        this.#notices.say("The browser lets sound begin only when you ask for it: press Sound on, or M.");
        this.#refresh();
      },
      onBlocked: () => this.#notices.set("blocked", {
        text: "The browser lets nothing play before you ask for it.",
        action: "Play",
        onAction: () => this.#setPaused(false),
      }),
      onLost: (text) => this.#notices.set("lost", { text: `Lost: ${text}. Trying again …` }),
      onFound: () => {
        this.#notices.clear("lost");
        this.#notices.say("It goes on.");
      },
      onError: (fatal, text) => this.#failed(fatal, text),
      onEnded: () => this.#notices.set("ended", {
        text: "This channel is over.", action: "Look again", onAction: () => this.#again(),
      }),
    };
  }

  /** @param {import("./anatomy.js").LastZap & {url: string}} told */
  #zapped(told) {
    const channel = this.#nameOf(told.url);
    this.#zapping = false;
    this.#hasPicture = true;
    found("picture", HTMLElement).dataset.on = "yes";
    this.#hasFailed = false;
    this.#errands.release();
    this.#notices.clear("starting", "lost", "fatal", "ended", "blocked", "signed");
    this.#notices.say(`Channel ${channel}`);
    this.#anatomy.show({ ...told, channel });
    if (!told.first) this.#zaps.add({ zapMs: told.zapMs, channel, renderer: this.#viewing.rendererName });
    this.#showZaps();
    this.#refresh();
  }

  #showZaps() {
    this.#histogram.show(this.#zaps.sorted(this.#viewing.rendererName));
  }

  /**
   * @param {boolean} fatal
   * @param {string} text
   */
  #failed(fatal, text) {
    if (this.#zapping && !this.#suspected) this.#lookForSignature(this.#viewing.url);
    if (!fatal) {
      console.warn(text);
      return;
    }
    this.#zapping = false;
    this.#hasFailed = true;
    this.#errands.release();
    this.#notices.set("fatal", { text, action: "Try again", onAction: () => this.#again() });
  }

  /**
   * Where URLs are signed, the player can't say more than that the manifest was refused.
   * @param {string} url
   */
  async #lookForSignature(url) {
    this.#suspected = true;
    try {
      const response = await get(url, headTimeoutMs, { method: "HEAD" });
      if (response.status !== 403) return;
      this.#signed = true;
      this.#notices.set("signed", {
        text: "This packager's URLs are signed. Open this page with #url= and a signed address of a manifest, or give "
          + "the address below the list of channels.",
      });
      found("other-url", HTMLInputElement).closest("details")?.setAttribute("open", "");
    } catch {
      // The errand of /healthz says that nobody answers.
    }
  }

  // ---- what people ask for ----

  /** @returns {import("./controls.js").Commands} */
  #commands() {
    return {
      pause: () => this.#setPaused(!this.#viewing.paused),
      mute: (muted) => this.#setMuted(muted),
      setVolume: (volume) => {
        this.#viewing.volume = volume;
        this.#setMuted(volume === 0);
      },
      setLevel: (level) => {
        this.#viewing.level = level;
        this.#refresh();
      },
      setRenderer: (name) => {
        this.#viewing.setRenderer(name);
        this.#remember({ renderer: name === "mse" ? null : name });
        this.#controls.tellRenderer(name, "");
        this.#showZaps();
      },
    };
  }

  /** @param {boolean} paused */
  #setPaused(paused) {
    this.#notices.clear("blocked");
    this.#viewing.paused = paused;
    this.#refresh();
  }

  /** @param {boolean} muted */
  #setMuted(muted) {
    this.#soundWanted = !muted;
    this.#viewing.muted = muted;
    this.#refresh();
  }

  #listenToPeople() {
    addEventListener("keydown", (event) => {
      if (!isForPage(event)) return;
      const action = this.#keys.press(event.key, this.#all().length, performance.now());
      if (action) event.preventDefault();
      this.#act(action);
    });
    addEventListener("hashchange", () => {
      const wish = readWish(location.hash, this.#base);
      this.#views.show(wish.view);
      if (wish.url) this.#open(wish.url);
    });
    found("clear", HTMLButtonElement).addEventListener("click", () => {
      this.#zaps.clear();
      this.#showZaps();
    });
    found("other", HTMLFormElement).addEventListener("submit", (event) => {
      event.preventDefault();
      const url = manifestUrl(found("other-url", HTMLInputElement).value, this.#base);
      write(found("other-fault", HTMLElement), url ? "" : "That is no address: it begins with http:// or https://");
      if (url) this.#open(url);
    });
  }

  /** @param {import("./keys.js").KeyAction | null} action */
  #act(action) {
    const all = this.#all();
    switch (action?.do) {
      case "step":
        if (all.length) this.#watch(all[stepFrom(all, this.#viewing.url, action.by)].url);
        break;
      case "zap":
        this.#watch(all[action.index].url);
        break;
      case "typed":
        this.#banner.show(`${action.text}–`, "");
        break;
      case "unknown":
        this.#banner.show(action.text, "no such channel");
        this.#notices.say(`There is no channel ${action.text}`);
        break;
      case "sound":
        this.#setMuted(!this.#viewing.muted);
        break;
      case "pause":
        this.#setPaused(!this.#viewing.paused);
        break;
      case "fullscreen":
        this.#controls.toggleFullscreen();
        break;
    }
  }

  /** @param {string} url  of a manifest that may be none of this packager's */
  #open(url) {
    const known = this.#channels.some((channel) => channel.url === url);
    if (!known) this.#other = { name: nameOf(url), url, status: "", feed: "", reason: "" };
    this.#signed = false;
    this.#showChannels();
    this.#watch(url);
  }

  /** @param {string} url */
  #watch(url) {
    const index = this.#all().findIndex((channel) => channel.url === url);
    this.#zapping = true;
    this.#errands.hold(zapPatienceMs);
    setTimeout(() => this.#zapping && this.#viewing.url === url && this.#giveUpWaiting(), zapPatienceMs);
    this.#hasFailed = false;
    this.#suspected = false;
    this.#notices.clear("fatal", "ended", "starting", "signed");
    this.#viewing.watch(url);
    this.#banner.show(index >= 0 ? String(index + 1) : "", this.#nameOf(url));
    this.#list.mark(url);
    this.#wall.mark(url);
    document.title = `${this.#nameOf(url)} – openhesp`;
    const isOther = url === this.#other?.url;
    this.#remember(isOther ? { url, channel: null } : { url: null, channel: this.#nameOf(url) });
  }

  /** Stills go on although the picture does not come: they may say more than it does. */
  #giveUpWaiting() {
    this.#zapping = false;
    const text = `There is no picture of ${this.#nameOf(this.#viewing.url)} yet. Still trying …`;
    if (!this.#hasFailed) this.#notices.set("starting", { text });
  }

  #again() {
    this.#hasFailed = false;
    this.#notices.clear("fatal", "ended");
    this.#viewing.reload();
  }

  // ---- what is shown ----

  #all() {
    return this.#other ? [...this.#channels, this.#other] : this.#channels;
  }

  /** @param {string} url */
  #nameOf(url) {
    return this.#all().find((channel) => channel.url === url)?.name ?? nameOf(url);
  }

  #showChannels() {
    this.#list.show(this.#all(), this.#viewing.url);
    this.#wall.show(this.#all(), this.#viewing.url);
  }

  /**
   * So that the page shows the same when it is loaded again.
   * @param {Readonly<Record<string, string | null>>} changes  of what is behind "#"
   */
  #remember(changes) {
    history.replaceState(null, "", hashWith(location.hash, changes) || location.pathname + location.search);
  }

  #refresh() {
    const nowMs = performance.now();
    this.#act(this.#keys.due(this.#all().length, nowMs));
    if (document.visibilityState !== "visible") return;
    const viewing = this.#viewing;
    const levels = viewing.levels;
    this.#controls.showPaused(viewing.paused);
    this.#controls.showSound(viewing.muted, viewing.volume, this.#soundWanted);
    this.#controls.showLevels(levels, viewing.level, viewing.currentLevel);
    const onScreen = levels.find((level) => level.index === viewing.currentLevel);
    this.#figures.show(this.#hasPicture ? viewing.stats : null, onScreen);
  }

  // ---- what is asked for besides the player ----

  #addErrands() {
    this.#errands.add({
      name: "health",
      everyMs: () => {
        if (this.#health.isDoubtful) return 1000;
        return this.#views.view === "server" || !this.#channels.length ? 1500 : 4000;
      },
      wanted: () => document.visibilityState === "visible" || !this.#channels.length,
      run: () => this.#health.ask(),
    });
    this.#errands.add({
      name: "manifests",
      everyMs: () => 150,
      wanted: () => this.#hasPicture && !this.#signed && this.#toPreload() !== undefined,
      run: async () => {
        const url = this.#toPreload();
        if (!url) return;
        this.#preloaded.add(url);
        this.#viewing.preload(url);
      },
    });
    this.#errands.add(this.#wall.errand());
    this.#errands.add(this.#server.errand());
    this.#errands.start();
  }

  #toPreload() {
    const isNew = (/** @type {string} */ url) => url !== this.#viewing.url && !this.#preloaded.has(url);
    return this.#channels.find((channel) => isNew(channel.url))?.url;
  }

  #showGone() {
    this.#notices.set("gone", { text: "The packager does not answer: is it running? Trying again …" });
  }

  /**
   * @param {unknown} health
   * @param {boolean} isBack
   */
  #showHealth(health, isBack) {
    this.#notices.clear("gone");
    if (isBack && this.#hasFailed) this.#again();
    this.#channels = readChannels(health, this.#base);
    this.#server.setHealth(health);
    if (this.#other && this.#channels.some((channel) => channel.url === this.#other?.url)) this.#other = null;
    this.#showChannels();
    if (!this.#viewing.url) this.#watchFirst();
  }

  #watchFirst() {
    const wanted = readWish(location.hash, this.#base).channel;
    const first = this.#channels.find((channel) => channel.name === wanted) ?? this.#channels[0];
    if (first) this.#watch(first.url);
    else this.#notices.set("starting", { text: "This packager has no channels yet." });
  }
}

new Page();
