// The charts of a report, drawn by uPlot. Axes are linear or logarithmic; a logarithmic one is
// drawn over log10 of its values, so that ranges within a decade get sensible ticks too.
"use strict";

const charts = (() => {
  const all = [];

  const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

  // 0.042, 4.21, 42.1, 421, 4210
  function figure(value) {
    if (value === null || value === undefined) return "–";
    const size = Math.abs(value);
    const digits = size === 0 ? 0 : size < 0.1 ? 3 : size < 10 ? 2 : size < 10000 ? 1 : 0;
    return value.toLocaleString("en", { minimumFractionDigits: digits, maximumFractionDigits: digits });
  }

  // Ticks need no trailing zeros.
  const tick = (value) => value.toLocaleString("en", { maximumSignificantDigits: 6 });

  // ---- axes ----

  function linearTicks(low, high, room) {
    const step = 10 ** Math.floor(Math.log10((high - low) / room));
    const wide = [1, 2, 5, 10].find((f) => (high - low) / (f * step) <= room) * step;
    const ticks = [];
    for (let i = Math.ceil(low / wide - 1e-9); i * wide <= high * (1 + 1e-12); i++)
      ticks.push(Number((i * wide).toPrecision(12)));
    return ticks;
  }

  function logTicks(low, high, room) {
    for (const digits of [[1, 2, 3, 4, 5, 6, 7, 8, 9], [1, 2, 5], [1, 3], [1]]) {
      const ticks = [];
      for (let decade = Math.floor(Math.log10(low)); 10 ** decade <= high; decade++)
        for (const digit of digits) {
          const at = Number((digit * 10 ** decade).toPrecision(6));
          if (at >= low * (1 - 1e-9) && at <= high * (1 + 1e-9)) ticks.push(at);
        }
      if (ticks.length <= room && ticks.length >= 2) return ticks;
    }
    return linearTicks(low, high, room).filter((value) => value > 0);
  }

  // {to: value to axis, from: axis to value, ticks(room)}
  function scale(log, low, high) {
    if (!log)
      return { to: (v) => v, from: (a) => a, ticks: (room) => linearTicks(low, high, room) };
    return {
      to: (v) => Math.log10(Math.max(v, low)),
      from: (a) => 10 ** a,
      ticks: (room) => logTicks(low, high, room).map(Math.log10),
    };
  }

  function axis(side, of, roomFor) {
    return {
      side,
      stroke: () => colour("--soft"),
      grid: { stroke: () => colour("--grid"), width: 1 },
      ticks: { stroke: () => colour("--line"), width: 1, size: 4 },
      font: "11px system-ui, sans-serif",
      size: side === 2 ? 26 : 50,
      gap: 3,
      splits: (u) => of.ticks(Math.max(3, Math.floor(roomFor(u)))),
      values: (u, splits) => splits.map((at) => tick(of.from(at))),
    };
  }

  const roomAcross = (u) => u.width / 64;
  const roomUp = (u) => u.height / 36;

  // ---- lines with labels ----

  // lines: [{name, value, strong}]. Labels stand above the plot, in rows where they would touch.
  function drawLines(u, of, lines) {
    const { ctx } = u, ratio = devicePixelRatio, ends = [];
    const { top, height } = u.bbox;
    ctx.save();
    ctx.textBaseline = "bottom";
    ctx.textAlign = "left";
    const placed = [...lines].sort((a, b) => a.value - b.value).map((line) => {
      const x = Math.round(u.valToPos(of.to(line.value), "x", true));
      const text = `${line.name} ${figure(line.value)}`;
      const font = `${line.strong ? 600 : 400} ${11 * ratio}px system-ui, sans-serif`;
      ctx.font = font;
      const wide = ctx.measureText(text).width;
      const at = Math.min(Math.max(x - wide / 2, 2), ctx.canvas.width - wide - 2);
      let row = 0;
      while (ends[row] !== undefined && ends[row] > at - 8 * ratio) row++;
      ends[row] = at + wide;
      return { ...line, x, text, font, wide, at, bottom: top - (3 + 14 * row) * ratio };
    });
    for (const { x, strong, bottom } of placed) {
      ctx.strokeStyle = colour(strong ? "--ink" : "--soft");
      ctx.lineWidth = (strong ? 2 : 1) * ratio;
      ctx.setLineDash(strong ? [] : [4 * ratio, 3 * ratio]);
      ctx.beginPath();
      ctx.moveTo(x, bottom + ratio);
      ctx.lineTo(x, top + height);
      ctx.stroke();
    }
    for (const { strong, text, font, wide, at, bottom } of placed) {
      ctx.fillStyle = colour("--card"); // over the line of a label further up
      ctx.fillRect(at - 2 * ratio, bottom - 12 * ratio, wide + 4 * ratio, 12 * ratio);
      ctx.fillStyle = colour(strong ? "--ink" : "--soft");
      ctx.font = font;
      ctx.fillText(text, at, bottom);
    }
    ctx.restore();
  }

  // ---- making them, and keeping them fit ----

  function make(place, height, options, data) {
    const chart = new uPlot({ width: Math.max(place.clientWidth, 200), height, legend: { show: false },
                              cursor: { y: false, drag: { setScale: false, x: false, y: false } }, ...options },
                            data, place);
    all.push(chart);
    new ResizeObserver(() => {
      if (place.clientWidth > 0 && place.clientWidth !== chart.width)
        chart.setSize({ width: place.clientWidth, height });
    }).observe(place);
    return chart;
  }

  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => {
    for (const chart of all) chart.redraw(false, true);
  });

  // bins: {log, low, below, edges, counts}; say(text) tells what the pointer is on.
  function histogram(place, bins, stats, unit, say) {
    const { edges, counts } = bins;
    const of = scale(bins.log, edges[0], edges[edges.length - 1]);
    const lines = [{ name: "p50", value: stats.p50 }, { name: "tm90", value: stats.tm90, strong: true },
                   { name: "p99", value: stats.p99 }];
    const before = [];
    counts.reduce((sum, count, i) => (before[i] = sum) + count, bins.below);
    const most = Math.max(...counts), upright = scale(false, 0, most);
    const tell = (u) => {
      const at = u.cursor.left >= 0 ? of.from(u.posToVal(u.cursor.left, "x")) : -1;
      const bin = edges.findIndex((edge, i) => i < counts.length && at >= edge && at <= edges[i + 1]);
      say(bin < 0 ? "" : `${figure(edges[bin])} to ${figure(edges[bin + 1])} ${unit}: ${counts[bin]} of ` +
          `${stats.n}; ${(100 * (before[bin] + counts[bin]) / stats.n).toFixed(1)} % up to here`);
    };
    make(place, 190, {
      padding: [46, 14, 0, 0],
      scales: { x: { time: false, range: [of.to(edges[0]), of.to(edges[edges.length - 1])] },
                y: { range: [0, most * 1.04] } },
      axes: [axis(2, of, roomAcross), { ...axis(3, upright, roomUp),
             splits: (u) => upright.ticks(roomUp(u)).filter(Number.isInteger) }],
      series: [{}, { paths: uPlot.paths.stepped({ align: 1 }), points: { show: false }, width: 1.5,
                     stroke: () => colour("--accent"), fill: () => colour("--fill") }],
      hooks: { draw: [(u) => drawLines(u, of, lines)], setCursor: [tell] },
    }, [edges.map(of.to), [...counts, counts[counts.length - 1]]]);
  }

  // points: [[s, ms, group]], names and colours of the groups, mean: a line across.
  function scatter(place, points, names, colours, mean, say) {
    const sorted = [...points].sort((a, b) => a[0] - b[0]);
    const values = sorted.map((p) => p[1]);
    const low = Math.max(Math.min(...values), Math.max(...values) / 1e4, 1e-3);
    const high = Math.max(...values, low * 1.01), log = high > 8 * low;
    const of = scale(log, log ? low / 1.2 : 0, high * 1.08);
    const range = log ? [Math.log10(low / 1.2), Math.log10(high * 1.15)] : [0, high * 1.08];
    const data = [sorted.map((p) => p[0]),
                  ...names.map((_, group) => sorted.map((p) => (p[2] === group ? of.to(p[1]) : null)))];
    const last = Math.max(sorted[sorted.length - 1][0], 1), across = scale(false, 0, last);
    const drawMean = (u) => {
      const y = Math.round(u.valToPos(of.to(mean), "y", true)), { ctx, bbox } = u;
      ctx.save();
      ctx.strokeStyle = ctx.fillStyle = colour("--ink");
      ctx.lineWidth = 1.5 * devicePixelRatio;
      ctx.setLineDash([5 * devicePixelRatio, 4 * devicePixelRatio]);
      ctx.beginPath();
      ctx.moveTo(bbox.left, y);
      ctx.lineTo(bbox.left + bbox.width, y);
      ctx.stroke();
      ctx.font = `600 ${11 * devicePixelRatio}px system-ui, sans-serif`;
      ctx.textAlign = "right";
      ctx.textBaseline = "bottom";
      ctx.fillText(`tm90 ${figure(mean)} ms`, u.ctx.canvas.width - 4, bbox.top - 3 * devicePixelRatio);
      ctx.restore();
    };
    make(place, 260, {
      padding: [22, 14, 0, 0],
      scales: { x: { time: false, range: [0, last * 1.01] }, y: { range } },
      axes: [{ ...axis(2, across, roomAcross), size: 22, label: "seconds since the start", labelSize: 14,
               labelGap: 0, labelFont: "11px system-ui, sans-serif" }, axis(3, of, roomUp)],
      series: [{}, ...names.map((_, group) => ({
        paths: () => null, stroke: () => colour(colours[group]),
        points: { show: true, size: 6, width: 1, stroke: () => colour(colours[group]),
                  fill: () => colour(colours[group]) + "99" } }))],
      hooks: { draw: [drawMean], setCursor: [(u) => {
        const point = u.cursor.idx === null || u.cursor.idx === undefined ? null : sorted[u.cursor.idx];
        say(point ? `${point[0].toFixed(1)} s, ${names[point[2]]}: ${figure(point[1])} ms` : "");
      }] },
    }, data);
  }

  // Values that hold until the next. lines: [{at, values, colour, fill}], at in s; bands: [{from, to,
  // colour}], marks behind them; end: of the time axis, s; say(time in s, or null).
  function steps(place, height, lines, bands, end, high, say) {
    const at = [...new Set(lines.flatMap((line) => [...line.at, end]))].sort((a, b) => a - b);
    const held = (line) => {
      let next = 0, value = null;
      return at.map((time) => {
        while (next < line.at.length && line.at[next] <= time) value = line.values[next++];
        return value;
      });
    };
    const across = scale(false, 0, end), upright = scale(false, 0, high);
    const drawBands = (u) => {
      const { ctx, bbox } = u;
      ctx.save();
      for (const { from, to, colour: of } of bands) {
        const left = u.valToPos(from, "x", true), right = u.valToPos(to, "x", true);
        ctx.fillStyle = colour(of);
        ctx.globalAlpha = 0.35;
        ctx.fillRect(left, bbox.top, Math.max(right - left, 1.5 * devicePixelRatio), bbox.height);
      }
      ctx.restore();
    };
    return make(place, height, {
      padding: [8, 14, 0, 0],
      scales: { x: { time: false, range: [0, end] }, y: { range: [0, high * 1.06] } },
      axes: [axis(2, across, roomAcross), axis(3, upright, roomUp)],
      series: [{}, ...lines.map((line) => ({
        paths: uPlot.paths.stepped({ align: 1 }), points: { show: false }, width: 1.5,
        stroke: () => colour(line.colour), fill: line.fill ? () => colour(line.fill) : undefined }))],
      hooks: { drawClear: [drawBands], setCursor: [(u) =>
        say(u.cursor.left >= 0 ? u.posToVal(u.cursor.left, "x") : null)] },
    }, [at, ...lines.map(held)]);
  }

  // runs: [{name, quantiles: percentiles 0 to 100, tm90, colour}].
  function cumulative(place, runs, unit, say) {
    const all = runs.flatMap((run) => run.quantiles), most = Math.max(...all);
    const least = Math.min(...all), low = Math.max(least, most / 1e4), log = least >= 0 && most > 8 * low && low > 0;
    const from = log ? low : least, to = Math.max(most, from + 1e-6);
    const of = scale(log, from, to), upright = scale(false, 0, 100);
    // Just before a value that many samples have, as there the curve goes straight up.
    const justBefore = (x) => x - 1e-9 * (of.to(to) - of.to(from));
    const steep = runs.flatMap(({ quantiles: q }) => q.filter((value, i) => value === q[i + 1] && value > from));
    const values = [...new Set([...all.map(of.to), ...steep.map((value) => justBefore(of.to(value)))])]
      .sort((a, b) => a - b);
    // On a straight line between percentiles; a vertical one where many are equal.
    const share = (run, x) => {
      const at = run.quantiles.map(of.to);
      if (x < at[0]) return 0;
      let i = at.length - 1;
      while (i > 0 && at[i] > x) i--;
      return i >= 100 ? 100 : i + (x - at[i]) / (at[i + 1] - at[i]);
    };
    const lines = runs.map((run) => ({ name: `${run.name} tm90`, value: run.tm90 }));
    make(place, 210, {
      padding: [16 + 14 * runs.length, 14, 0, 0],
      scales: { x: { time: false, range: [of.to(from), of.to(to)] }, y: { range: [0, 101] } },
      axes: [axis(2, of, roomAcross), axis(3, upright, roomUp)],
      series: [{}, ...runs.map((run) => ({ points: { show: false }, width: 2,
                                           stroke: () => colour(run.colour) }))],
      hooks: { draw: [(u) => drawLines(u, of, lines)], setCursor: [(u) => {
        const x = u.cursor.left >= 0 ? u.posToVal(u.cursor.left, "x") : null;
        say(x === null ? "" : `up to ${figure(of.from(x))} ${unit}: ` +
            runs.map((run) => `${run.name} ${share(run, x).toFixed(1)} %`).join(", "));
      }] },
    }, [values, ...runs.map((run) => values.map((x) => share(run, x)))]);
  }

  return { figure, tick, histogram, scatter, steps, cumulative, linearTicks };
})();
