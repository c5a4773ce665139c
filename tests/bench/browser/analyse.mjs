// What pictures on screen say of a player: pure functions over the records of page/screen.js.

/** From a key press: when the first right picture was on screen, when the one after it was, and what it shows. */
export function zapSamples(zap, pictures, fps) {
  if (!zap?.picture) return [{ metric: "zap_failed", value: 1 }];
  const { keyMs, picture } = zap;
  const after = pictures.find(
    (other) => other.shownMs > picture.shownMs && other.channel === picture.channel && other.frame !== picture.frame,
  );
  const samples = [
    { metric: "zap_ms", value: picture.shownMs - keyMs },
    { metric: "zap_read_ms", value: picture.readMs - keyMs },
    { metric: "zap_picture_age_ms", value: picture.latencyMs },
    { metric: "zap_height", value: picture.height },
  ];
  if (after) {
    samples.push({ metric: "zap_running_ms", value: after.shownMs - keyMs });
    const running = pictures.filter((other) => other.shownMs >= after.shownMs);
    samples.push({ metric: "zap_stalls", value: stallsIn(running, fps).length });
  }
  return samples;
}

/** Of pictures that follow one another without any change asked for. */
export function steadySamples(pictures, fps) {
  const read = pictures.filter((picture) => picture.channel);
  const samples = read.map((picture) => ({ metric: "latency_ms", value: picture.latencyMs }));
  const order = orderOf(read);
  samples.push({ metric: "steady_pictures", value: read.length });
  samples.push({ metric: "steady_unread", value: pictures.length - read.length });
  samples.push({ metric: "steady_missing", value: order.missing });
  samples.push({ metric: "steady_back", value: order.back });
  samples.push({ metric: "steady_longest_ms", value: order.longestMs });
  samples.push({ metric: "steady_stalls", value: stallsIn(read, fps).length });
  return samples;
}

/** Intervals of three pictures and more that nothing new came in. */
export function stallsIn(pictures, fps) {
  const intervals = pictures.slice(1).map((picture, i) => picture.shownMs - pictures[i].shownMs);
  return intervals.filter((ms) => ms > 3000 / fps);
}

/**
 * Frame numbers from picture to picture: how many were left out, how often it went back to one shown before, and the
 * longest time that nothing new came. The same picture again in the next refresh is no new one.
 */
export function orderOf(pictures) {
  let missing = 0;
  let back = 0;
  let longestMs = 0;
  let last = null;
  for (const picture of pictures) {
    if (last && picture.frame === last.frame) continue;
    if (last) {
      if (picture.frame < last.frame) back++;
      else missing += picture.frame - last.frame - 1;
      longestMs = Math.max(longestMs, picture.shownMs - last.shownMs);
    }
    last = picture;
  }
  return { missing, back, longestMs };
}

/** Of a change of quality that was asked for at askedMs; its pictures are those from then until the next one. */
export function switchSamples(asked, pictures) {
  const first = pictures.find((picture) => picture.shownMs > asked.askedMs && picture.height === asked.height);
  if (!first) return [{ metric: "switch_failed", value: 1 }];
  const around = pictures.filter(
    (picture) => picture.channel && picture.shownMs > asked.askedMs - 200 && picture.shownMs < first.shownMs + 1000,
  );
  const order = orderOf(around);
  return [
    { metric: "switch_ms", value: first.shownMs - asked.askedMs },
    { metric: "switch_longest_ms", value: order.longestMs },
    { metric: "switch_missing", value: order.missing },
    { metric: "switch_back", value: order.back },
  ];
}
