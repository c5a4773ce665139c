#!/usr/bin/env bash
# Measures, by hand, what a packet of each QP costs in bytes and what it is worth in fidelity, and draws it: CSV
# and SVG go into OUTDIR. It takes two to three minutes of one core at 720p. Only the CPU's figures need an idle
# machine.
# Usage: tests/bench/init_curves.sh [--name NAME] [OPTION VALUE...] CLIP|test: OUTDIR
# NAME: of the files (packet-quality); OPTION: see build/bin/init-curves --help, for example
#     tests/bench/init_curves.sh --name quality-360 --size 640x360 --bitrate 800k clip.mp4 /tmp
set -euo pipefail
cd "$(dirname "$0")/../.."

usage() {
    sed -n '/^# Usage/,/^set/s/^# //p' "$0" >&2
    exit 2
}

name=packet-quality
size=1280x720
bitrate=2500k
options=()
while [[ "${1:-}" == --* ]]; do
    [ $# -ge 2 ] || usage
    case "$1" in
    --name) name=$2 ;;
    --size) size=$2 ;;
    --bitrate) bitrate=$2 ;;
    *) options+=("$1" "$2") ;;
    esac
    shift 2
done
[ $# -eq 2 ] || usage
clip=$1
out=$2/$name
command -v gnuplot >/dev/null || {
    echo "init_curves.sh: gnuplot is missing: apt-get install gnuplot-nox" >&2
    exit 1
}
mkdir -p "$2"
cmake --preset release >/dev/null
cmake --build --preset release --target init-curves >/dev/null
build/bin/init-curves --size "$size" --bitrate "$bitrate" "${options[@]}" "$clip" >"$out.csv.part"
mv "$out.csv.part" "$out.csv"
column -s, -t "$out.csv"

what=$(basename "$clip")
[ "$clip" = test: ] && what="the test picture"
gnuplot -e "csv = '$out.csv'; svg = '$out.svg'; title = '$size at ${bitrate/%k/ k}bit/s, $what'" tests/bench/init_curves.gnuplot
echo "$out.csv and $out.svg written"
