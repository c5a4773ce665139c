#!/usr/bin/env bash
# Measures, by hand and on an idle machine: how long packets of older frames take, whose pictures are decoded again,
# by their age; and the packager's memory while it runs.
# Usage: tests/bench/packet_window.sh [--minutes N] [CLIP]    CLIP: a natural clip with 25 frames a second, to be looped
set -euo pipefail
cd "$(dirname "$0")/../.."

minutes=3
if [ "${1:-}" = --minutes ]; then
    minutes=$2
    shift 2
fi
input=${1:-test:}
cmake --preset release >/dev/null
cmake --build --preset release --target hesp-packager >/dev/null
work=$(mktemp -d)
loop=()
[ "$input" = test: ] || loop=(--loop)
build/bin/hesp-packager --listen 127.0.0.1:0 --fps 25 --ladder 1280x720@2500k,640x360@800k,426x240@400k \
    "${loop[@]}" "bench=$input" >"$work/ready" 2>"$work/log" &
packager=$!
finish() {
    kill "$packager" 2>/dev/null && wait "$packager" 2>/dev/null
    rm -rf "$work"
}
trap finish EXIT
until [ -s "$work/ready" ]; do
    kill -0 "$packager" || {
        cat "$work/log" >&2
        exit 1
    }
    sleep 0.1
done
manifest=$(cut -d' ' -f2 "$work/ready")
base=${manifest%/*/manifest.json}

metric() {
    curl -s "$base/metrics" | awk -v name="$1" 'index($0, name "{") == 1 && /1280x720/ { print $NF }'
}

# The largest rung's packets.
packets=${manifest%manifest.json}$(curl -s "$manifest" | jq -r '.presentations[0] |
    .baseUrl + (.video[0].tracks | max_by(.resolution.width)).baseUrl')

# ages FROM TO: packets of frames so many seconds old, 40 of them, as seen by curl.
ages() {
    local newest frame i
    for i in $(seq 40); do
        newest=$(metric openhesp_frames_total)
        frame=$(awk -v n="$newest" -v a="$1" -v b="$2" -v i="$i" 'BEGIN { print int(n - 1 - 25 * (a + (b - a) * (i * 17 % 40) / 40)) }')
        curl -s -o /dev/null -w '%{http_code} %{time_total}\n' "${packets}init-$frame.mp4"
    done | sort -k2n | awk -v a="$1" -v b="$2" '$1 != 200 { failed++ } { t[NR] = $2 * 1000 }
        END { printf "  %2d to %2d s old: p50 %6.1f ms   max %6.1f ms   failed %d\n", a, b, t[int((NR + 1) / 2)], t[NR], failed }'
}

resident() {
    awk '/^VmRSS/ { printf "%.0f MB", $2 / 1024 }' "/proc/$packager/status"
}

sleep 75
echo "== 720p packets by age, 6 s segments, 60 s window"
ages 0 1
ages 3 10
ages 10 30
ages 30 59
echo "== resident memory of one channel, 720p+360p+240p, 60 s window"
for minute in $(seq 0 "$minutes"); do
    [ "$minute" = 0 ] || sleep 60
    echo "  after $((minute + 2)) min: $(resident), pictures of 720p $(($(metric openhesp_packet_pictures_bytes) >> 20)) MB"
done
