// Draws the picture of an Initialization Packet: by WebCodecs where there is one, else by a video element that is fed
// with the packet alone.

/** @typedef {import("../lib/types.js").Packet} Packet */

const patienceMs = 3000;

/**
 * @param {HTMLCanvasElement} canvas
 * @param {CanvasImageSource} picture
 */
function draw(canvas, picture) {
  canvas.getContext("2d", { alpha: false })?.drawImage(picture, 0, 0, canvas.width, canvas.height);
}

/**
 * @param {Packet} packet
 * @param {HTMLCanvasElement} canvas
 */
async function drawDecoded(packet, canvas) {
  /** @type {DOMException | null} */
  let failure = null;
  const decoder = new VideoDecoder({
    output: (frame) => {
      draw(canvas, frame);
      frame.close();
    },
    error: (error) => (failure = error),
  });
  try {
    decoder.configure({
      codec: packet.header.codec,
      description: packet.header.description,
      codedWidth: packet.header.width,
      codedHeight: packet.header.height,
      optimizeForLatency: true,
    });
    const data = packet.frame?.sample ?? new Uint8Array();
    decoder.decode(new EncodedVideoChunk({ type: "key", timestamp: 0, data }));
    await decoder.flush();
  } finally {
    if (decoder.state !== "closed") decoder.close();
  }
  if (failure) throw failure;
}

/**
 * @param {EventTarget} target
 * @param {string} name
 */
function once(target, name) {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`no ${name} in time`)), patienceMs);
    const settle = (/** @type {() => void} */ how) => {
      clearTimeout(timer);
      how();
    };
    target.addEventListener(name, () => settle(() => resolve(undefined)), { once: true });
    target.addEventListener("error", () => settle(() => reject(new Error("it can't be decoded"))), { once: true });
  });
}

/**
 * @param {Packet} packet
 * @param {HTMLCanvasElement} canvas
 */
async function drawPlayed(packet, canvas) {
  const frame = packet.frame;
  const Source = globalThis.MediaSource ?? /** @type {any} */ (globalThis).ManagedMediaSource;
  if (!Source || !frame) return;
  const video = document.createElement("video");
  const source = new Source();
  const url = URL.createObjectURL(source);
  video.muted = true;
  video.disableRemotePlayback = true;
  try {
    const opened = once(source, "sourceopen");
    video.src = url;
    await opened;
    const buffer = source.addSourceBuffer(`video/mp4; codecs="${packet.header.codec}"`);
    buffer.timestampOffset = -frame.time / frame.timescale;
    const ready = once(video, "loadeddata");
    for (const bytes of [packet.header.bytes, frame.bytes]) {
      const appended = once(buffer, "updateend");
      buffer.appendBuffer(/** @type {BufferSource} */ (bytes));
      await appended;
    }
    source.endOfStream();
    await ready;
    draw(canvas, video);
  } finally {
    video.removeAttribute("src");
    video.load();
    URL.revokeObjectURL(url);
  }
}

/**
 * Rejects where the picture can't be decoded.
 * @param {Packet} packet  of pictures
 * @param {HTMLCanvasElement} canvas
 */
export function drawStill(packet, canvas) {
  return "VideoDecoder" in globalThis ? drawDecoded(packet, canvas) : drawPlayed(packet, canvas);
}
