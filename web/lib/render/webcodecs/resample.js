// Samples to slightly more or fewer samples, without a seam from one block to the next (cubic interpolation). Pure.

/** Interpolation looks at one sample before and two behind. */
const taps = 4;

export class Resampler {
  /** The last samples of the block before, for each channel. @type {Float32Array[]} */
  #tail = [];
  /** Where the next output sample lies, in input samples from the start of the tail. */
  #position = 0;

  /** What comes next does not continue what was before. */
  restart() {
    this.#tail = [];
  }

  /**
   * @param {Float32Array[]} planes  one for each channel, of one length
   * @param {number} step            input samples an output sample, above 0; 1 leaves all as it is
   * @returns {Float32Array[]} of one length, which may be 0
   */
  push(planes, step) {
    if (this.#tail.length !== planes.length) {
      this.#tail = planes.map(() => new Float32Array(1));
      this.#position = 1;
    }
    const inputs = planes.map((plane, channel) => {
      const tail = this.#tail[channel];
      const input = new Float32Array(tail.length + plane.length);
      input.set(tail);
      input.set(plane, tail.length);
      return input;
    });
    const length = inputs[0]?.length ?? 0;
    const count = Math.max(0, Math.ceil((length - taps + 2 - this.#position) / step));
    const outputs = inputs.map((input) => interpolate(input, this.#position, step, count));
    const next = this.#position + count * step;
    const kept = Math.max(0, Math.min(Math.floor(next) - 1, length));
    this.#tail = inputs.map((input) => input.slice(kept));
    this.#position = next - kept;
    return outputs;
  }
}

/**
 * @param {Float32Array} input
 * @param {number} from
 * @param {number} step
 * @param {number} count
 */
function interpolate(input, from, step, count) {
  const output = new Float32Array(count);
  for (let i = 0; i < count; i++) {
    const at = from + i * step;
    const index = Math.floor(at);
    const t = at - index;
    const b = input[index];
    if (t === 0) {
      output[i] = b;
      continue;
    }
    const a = input[index - 1];
    const c = input[index + 1];
    const d = input[index + 2];
    output[i] = b + 0.5 * t * (c - a + t * (2 * a - 5 * b + 4 * c - d + t * (3 * (b - c) + d - a)));
  }
  return output;
}
