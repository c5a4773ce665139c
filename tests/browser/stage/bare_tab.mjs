// A page that is treated as a person's, not a program's. It can be hidden as a tab is by another one in front of it:
// document.hidden is true, nothing is painted, and timers run once a second. And nobody has touched it: autoplay is
// refused. Playwright's own pages can't be either: it gives each of them a focus of its own, which keeps it visible
// whatever is in front, and takes what a test evaluates for a gesture. So this one is opened past Playwright, by messages
// through the browser's session.
import { saveShot } from "./chromium.mjs";

/** @typedef {import("playwright-core").CDPSession} CDPSession */

const answerMs = 30000;

export class BareTab {
  #session;
  #target = "";
  #attached = "";
  #cover = "";
  #nextId = 1;
  /** @type {Map<number, {done: (result: any) => void, failed: (error: Error) => void}>} */
  #pending = new Map();

  /** @param {CDPSession} session */
  constructor(session) {
    this.#session = session;
    session.on("Target.receivedMessageFromTarget", ({ sessionId, message }) => {
      if (sessionId === this.#attached) this.#received(JSON.parse(message));
    });
  }

  /** @param {import("playwright-core").Browser} browser @param {string} url */
  static async open(browser, url) {
    const tab = new BareTab(await browser.newBrowserCDPSession());
    // A context of its own is a window of its own: who is in front of whom concerns nobody else.
    const { browserContextId } = await tab.#session.send("Target.createBrowserContext");
    const { targetId } = await tab.#session.send("Target.createTarget", {
      url: "about:blank",
      browserContextId,
      width: 320,
      height: 240,
    });
    tab.#target = targetId;
    const attached = await tab.#session.send("Target.attachToTarget", { targetId, flatten: false });
    tab.#attached = attached.sessionId;
    await tab.#send("Page.navigate", { url });
    const { targetId: cover } = await tab.#session.send("Target.createTarget", { url: "about:blank", browserContextId });
    tab.#cover = cover;
    await tab.show();
    for (let tries = 0; !(await tab.evaluate("Boolean(window.stage)")); tries++) {
      if (tries === 150) throw new Error("the test's page does not start in a tab");
      await new Promise((done) => setTimeout(done, 100));
    }
    return tab;
  }

  /** @param {string} expression  what it gives is awaited @returns {Promise<any>} */
  async evaluate(expression) {
    const answer = await this.#send("Runtime.evaluate", { expression, returnByValue: true, awaitPromise: true });
    if (answer.exceptionDetails) throw new Error(answer.exceptionDetails.exception?.description ?? expression);
    return answer.result.value;
  }

  async hide() {
    await this.#session.send("Target.activateTarget", { targetId: this.#cover });
  }

  async show() {
    await this.#session.send("Target.activateTarget", { targetId: this.#target });
  }

  /** A gesture. @param {number} x @param {number} y */
  async click(x, y) {
    const at = { x, y, button: "left", clickCount: 1 };
    await this.#send("Input.dispatchMouseEvent", { type: "mousePressed", ...at });
    await this.#send("Input.dispatchMouseEvent", { type: "mouseReleased", ...at });
  }

  /** @param {string} name */
  async shot(name) {
    const { data } = await this.#send("Page.captureScreenshot", { format: "png" });
    saveShot(name, Buffer.from(data, "base64"));
  }

  async close() {
    await this.#session.send("Target.closeTarget", { targetId: this.#target });
    await this.#session.send("Target.closeTarget", { targetId: this.#cover });
    await this.#session.detach();
  }

  /** @param {string} method @param {object} [params] @returns {Promise<any>} */
  #send(method, params = {}) {
    const id = this.#nextId++;
    return new Promise((done, failed) => {
      this.#pending.set(id, { done, failed });
      setTimeout(() => failed(new Error(`${method} is not answered`)), answerMs).unref();
      const message = JSON.stringify({ id, method, params });
      this.#session.send("Target.sendMessageToTarget", { sessionId: this.#attached, message }).catch(failed);
    });
  }

  /** @param {any} message */
  #received(message) {
    const pending = this.#pending.get(message.id);
    if (!pending) return;
    this.#pending.delete(message.id);
    if (message.error) pending.failed(new Error(message.error.message));
    else pending.done(message.result);
  }
}
