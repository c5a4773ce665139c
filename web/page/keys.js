// What a key means. Channels have the numbers 1 to n; where there are ten or more, a digit may be the beginning of a
// longer number, and then the next one is waited for.

/**
 * @typedef {{do: "step", by: 1 | -1} | {do: "zap", index: number} | {do: "typed", text: string}
 *   | {do: "unknown", text: string} | {do: "sound"} | {do: "pause"} | {do: "fullscreen"}} KeyAction
 * step: to the next (1) or previous (-1) channel of the list. typed: digits that wait for more.
 */

const patienceMs = 900;

export class Keys {
  #typed = 0;
  #dueMs = Infinity;

  /** When due() has something to say; Infinity: never. */
  get dueMs() {
    return this.#dueMs;
  }

  /**
   * @param {string} key       as KeyboardEvent has it
   * @param {number} channels  how many there are
   * @param {number} nowMs
   * @returns {KeyAction | null}
   */
  press(key, channels, nowMs) {
    if (/^[0-9]$/.test(key)) return this.#digit(Number(key), channels, nowMs);
    this.#forget();
    switch (key) {
      case "ArrowDown":
        return { do: "step", by: 1 };
      case "ArrowUp":
        return { do: "step", by: -1 };
      case "m":
      case "M":
        return { do: "sound" };
      case "k":
      case "K":
        return { do: "pause" };
      case "f":
      case "F":
        return { do: "fullscreen" };
      default:
        return null;
    }
  }

  /**
   * The number that nothing was added to in time.
   * @param {number} channels
   * @param {number} nowMs
   * @returns {KeyAction | null}
   */
  due(channels, nowMs) {
    return nowMs >= this.#dueMs ? this.#finish(channels) : null;
  }

  #forget() {
    this.#typed = 0;
    this.#dueMs = Infinity;
  }

  /**
   * @param {number} digit
   * @param {number} channels
   * @param {number} nowMs
   * @returns {KeyAction | null}
   */
  #digit(digit, channels, nowMs) {
    this.#typed = this.#typed * 10 + digit;
    if (this.#typed === 0) return null;
    if (this.#typed * 10 > channels) return this.#finish(channels);
    this.#dueMs = nowMs + patienceMs;
    return { do: "typed", text: String(this.#typed) };
  }

  /**
   * @param {number} channels
   * @returns {KeyAction}
   */
  #finish(channels) {
    const number = this.#typed;
    this.#forget();
    return number <= channels ? { do: "zap", index: number - 1 } : { do: "unknown", text: String(number) };
  }
}

/**
 * Whether a key pressed there is for the page, and not for the control that has the focus.
 * @param {KeyboardEvent} event
 */
export function isForPage(event) {
  if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return false;
  const target = event.target;
  if (!(target instanceof HTMLElement)) return true;
  return !target.isContentEditable && !/^(INPUT|SELECT|TEXTAREA)$/.test(target.tagName)
    && !target.closest("[data-keys=own]");
}
