#!/usr/bin/env bash
# Measures, by hand and on an idle machine: how long a frame takes from capture to being available and to
# arriving at 1 and at 500 viewers; and what share of the CPU is the packager's own, beside encoding, scaling
# and decoding, with 99 viewers.
# Usage: tests/bench/packager.sh [--seconds N] [CLIP]    CLIP: a natural clip with 25 frames a second, to be looped
set -euo pipefail
cd "$(dirname "$0")/../.."

seconds=20
if [ "${1:-}" = --seconds ]; then
    seconds=$2
    shift 2
fi
clip=${1:-}
cmake --preset release >/dev/null
cmake --build --preset release --target hesp-packager player-sim >/dev/null
. tests/bench/with_packager.sh
trap finish_packager EXIT

# What the packager itself says of capture to available: p50 and p99 from its histogram's buckets.
available() {
    curl -s "$base/metrics" | awk '
        /^openhesp_capture_to_available_seconds_bucket/ {
            match($0, /track="[^"]*"/); track = substr($0, RSTART + 7, RLENGTH - 8)
            match($0, /le="[^"]*"/); le = substr($0, RSTART + 4, RLENGTH - 5)
            if (!(track in seen)) { seen[track] = 1; order[++tracks] = track }
            n = ++count[track]; bound[track, n] = le; below[track, n] = $NF; total[track] = $NF
        }
        /^openhesp_capture_to_available_seconds_sum/ { match($0, /track="[^"]*"/); sum[substr($0, RSTART + 7, RLENGTH - 8)] = $NF }
        function quantile(t, q,   i) { for (i = 1; i <= count[t]; i++) if (below[t, i] >= q * total[t]) return bound[t, i] * 1000; }
        END { for (k = 1; k <= tracks; k++) { t = order[k]
            printf "  %-16s n %6d   mean %6.2f ms   p50 <= %g ms   p99 <= %g ms\n", t, total[t], sum[t] / total[t] * 1000, quantile(t, .5), quantile(t, .99) } }'
}

# watch SESSIONS RATE...: so many viewers at each rate, all at once (of the highest rendition whose bandwidth is not above it); when frames arrive.
watch() {
    local sessions=$1 rate viewers=()
    shift
    for rate in "$@"; do
        build/bin/player-sim live --sessions "$sessions" --duration "$seconds" --decode none --abr "fixed:$rate" \
            "$url" >"$work/$rate" 2>>"$work/log" &
        viewers+=($!)
    done
    wait "${viewers[@]}" || true
    for rate in "$@"; do
        printf '  %-6s' "$rate"
        grep '^arrival_ms' "$work/$rate"
        grep '^errors' "$work/$rate" | sed 's/^/         /'
    done
}

cpu() {
    curl -s "$base/metrics" | awk '
        /^openhesp_process_cpu_seconds_total/ { process = $NF }
        /^openhesp_origin_cpu_seconds_total/ { origin = $NF }
        /^openhesp_stage_cpu_seconds_total/ { if ($0 ~ /stage="package"/) package += $NF; else media += $NF }
        END { print process, media, package, origin }'
}

share() {
    local before after
    before=$(cpu)
    watch 33 3M 1M 500k
    after=$(cpu)
    awk -v a="$before" -v b="$after" 'BEGIN { split(a, x); split(b, y)
        process = y[1] - x[1]; media = y[2] - x[2]
        printf "  CPU with 99 viewers: %.2f s in all, %.2f s encoding, scaling, decoding; own share %.1f %%", process, media, 100 * (process - media) / process
        printf " (package %.1f %%, origin %.1f %%)\n", 100 * (y[3] - x[3]) / process, 100 * (y[4] - x[4]) / process }'
}

measure() {
    echo "== $1: 1280x720, 640x360, 426x240, superfast"
    shift
    start_packager build/bin/hesp-packager --ladder 1280x720@2500k,640x360@800k,426x240@400k "$@"
    sleep 2
    echo "one viewer of each rung"
    watch 1 3M 1M 500k
    echo "capture to available, as the packager's own histogram has it"
    available
    echo "33 viewers of each rung"
    share
    stop_packager
}

measure "test:" --fps 30 bench=test:
[ -n "$clip" ] && measure "$clip" --fps 25 --loop "bench=$clip"

echo "== 500 viewers, 256x144 ultrafast"
start_packager build/bin/hesp-packager --ladder 256x144@200k --preset ultrafast bench=test:
sleep 2
watch 500 300k
stop_packager
