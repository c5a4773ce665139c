#!/usr/bin/env bash
# Records, by hand, a channel made of a natural clip, and sets the made-up content beside it: figures of both on
# standard error, and OUTDIR/content.svg. It takes two and a half minutes; the machine should have little else to do.
# Usage: tests/bench/content.sh CLIP OUTDIR [PORT]
set -euo pipefail
cd "$(dirname "$0")/../.."

[ $# -ge 2 ] || {
    sed -n '/^# Usage/s/^# //p' "$0" >&2
    exit 2
}
clip=$1
out=$2
port=${3:-18594}
command -v gnuplot >/dev/null || {
    echo "content.sh: gnuplot is missing: apt-get install gnuplot-nox" >&2
    exit 1
}
cmake --preset release >/dev/null
cmake --build --preset release --target hesp-packager player-sim content-shape >/dev/null
work=$(mktemp -d)
packager=
trap '[ -z "$packager" ] || kill "$packager" 2>/dev/null; rm -rf "$work"' EXIT

build/bin/hesp-packager --listen "127.0.0.1:$port" --loop --fps 25 \
    --ladder 1280x720@2500k,640x360@800k,426x240@400k natural="$clip" >"$work/ready" 2>"$work/log" &
packager=$!
for _ in $(seq 100); do
    [ -s "$work/ready" ] && break
    sleep 0.1
done
sleep 7 # the first segment has the feed's start in it
build/bin/player-sim record --duration 120 --packets-every 5 -o "$work/natural.json" \
    "http://127.0.0.1:$port/natural/manifest.json"

echo "recorded:" >&2
build/bin/content-shape 1 "$work/natural.json" >"$work/natural.csv"
echo "made up:" >&2
build/bin/content-shape 1 >"$work/synthetic.csv"
gnuplot -e "natural = '$work/natural.csv'; synthetic = '$work/synthetic.csv'; svg = '$out/content.svg'" \
    tests/bench/content.gnuplot
echo "$out/content.svg written"
