// Hears the beeps of `test:`: when each of them leaves for the loudspeaker. Import it before the player: what a player
// connects to a loudspeaker by Web Audio is heard from then on.

const beepsMax = 1000;

// A beep is ten times as loud as the tone below it, and comes after most of a second without one.
const processor = `
registerProcessor("beeps", class extends AudioWorkletProcessor {
  quietSamples = 0;
  process(inputs) {
    const samples = inputs[0][0];
    for (let i = 0; samples && i < samples.length; i++) {
      if (Math.abs(samples[i]) < 0.2) {
        this.quietSamples++;
      } else {
        if (this.quietSamples > sampleRate / 4) this.port.postMessage((currentFrame + i) / sampleRate);
        this.quietSamples = 0;
      }
    }
    return true;
  }
});`;

/** @type {{heardMs: number}[]} performance.now() */
export const beeps = [];

const { connect } = AudioNode.prototype;

/** @type {WeakMap<BaseAudioContext, Promise<AudioWorkletNode>>} */
const ears = new WeakMap();

/**
 * Chromium doesn't tell the clock of a media element that is heard through Web Audio how much later that makes the
 * sound (measured with a file that ffmpeg made: the context's whole latency), and no player could help it; so that is
 * taken off.
 * @param {AudioContext} context @param {boolean} ofElement
 */
async function makeEar(context, ofElement) {
  await context.audioWorklet.addModule(URL.createObjectURL(new Blob([processor], { type: "text/javascript" })));
  const ear = new AudioWorkletNode(context, "beeps", { numberOfOutputs: 1 });
  ear.port.onmessage = (message) => {
    const { contextTime = 0, performanceTime = 0 } = context.getOutputTimestamp();
    // The latency is not known, but 0, until the context has run for a moment.
    const elementLateMs = ofElement ? context.outputLatency * 1000 : 0;
    const heardMs = performanceTime + (message.data - contextTime) * 1000 - elementLateMs;
    if (beeps.length < beepsMax) beeps.push({ heardMs });
  };
  // What leads nowhere is not run.
  connect.call(ear, context.destination);
  return ear;
}

/** @param {AudioNode} node */
function listen(node) {
  const context = /** @type {AudioContext} */ (node.context);
  let ear = ears.get(context);
  if (!ear) ears.set(context, (ear = makeEar(context, node instanceof MediaElementAudioSourceNode)));
  ear.then((heard) => connect.call(node, heard)).catch((error) => console.error(`the sound is not heard: ${error}`));
}

AudioNode.prototype.connect = /** @type {any} */ (
  /** @this {AudioNode} @param {AudioNode} to @param {...number} rest */
  function (to, ...rest) {
    const result = Reflect.apply(connect, this, [to, ...rest]);
    if (to instanceof AudioDestinationNode && this.context instanceof AudioContext) listen(this);
    return result;
  }
);

/**
 * Hears a media element, which is heard through Web Audio from then on.
 * @param {HTMLMediaElement} element
 */
export async function listenTo(element) {
  const context = new AudioContext();
  context.createMediaElementSource(element).connect(context.destination);
  await context.resume();
}
