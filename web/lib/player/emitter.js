// Who listens to what. A listener that throws is reported as any uncaught error is, and keeps nobody from being told.

/**
 * @template M  names of events and what is told with them
 */
export class Emitter {
  /** @type {Map<keyof M, Set<(payload: any) => void>>} */
  #listeners = new Map();

  /**
   * @template {keyof M} K
   * @param {K} name
   * @param {(payload: M[K]) => void} listener
   */
  on(name, listener) {
    const set = this.#listeners.get(name) ?? new Set();
    this.#listeners.set(name, set.add(listener));
  }

  /**
   * @template {keyof M} K
   * @param {K} name
   * @param {(payload: M[K]) => void} listener
   */
  off(name, listener) {
    this.#listeners.get(name)?.delete(listener);
  }

  /**
   * @template {keyof M} K
   * @param {K} name
   * @param {M[K]} payload
   */
  emit(name, payload) {
    for (const listener of [...(this.#listeners.get(name) ?? [])]) {
      try {
        listener(payload);
      } catch (error) {
        globalThis.reportError(error);
      }
    }
  }

  clear() {
    this.#listeners.clear();
  }
}
