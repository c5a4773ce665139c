#!/usr/bin/env bash
# Measures, by hand and on an idle machine, what viewers who behave notice of those who don't: when chunks and
# packets arrive at two of them, alone and among each kind of abuse, in one run of one packager. The abusers run
# on the same machine, and cost it CPU too.
# Usage: tests/bench/abuse.sh [--seconds N] [--build DIR]
set -euo pipefail
cd "$(dirname "$0")/../.."

seconds=15
build=build
while [ $# -gt 0 ]; do
    case "$1" in
    --seconds) seconds=$2 ;;
    --build) build=$2 ;;
    *)
        echo "usage: tests/bench/abuse.sh [--seconds N] [--build DIR]" >&2
        exit 2
        ;;
    esac
    shift 2
done
command -v jq >/dev/null || {
    echo "abuse.sh: jq is missing: install it" >&2
    exit 1
}
[ -f "$build/CMakeCache.txt" ] || cmake --preset release >/dev/null
cmake --build "$build" --target hesp-packager player-sim abuse >/dev/null
ulimit -n "$(ulimit -Hn)"

. tests/bench/with_packager.sh
abuser=
finish() {
    [ -n "$abuser" ] && kill "$abuser" 2>/dev/null
    finish_packager
}
trap finish EXIT

build_ladder=640x360@800k,256x144@200k
start_packager "$build/bin/hesp-packager" --exempt none --ladder "$build_ladder" --preset ultrafast \
    --segment-duration 6 --window 10 bench=test:
sleep 14 # until the window is full

resident() { awk '/^VmRSS/ { print $2 / 1024 }' "/proc/$packager/status"; }
cpu() { awk -v hz="$(getconf CLK_TCK)" '{ sub(/.*\) /, ""); print ($12 + $13) / hz }' "/proc/$packager/stat"; }

alone=
# row NAME [KIND=CONNECTIONS[@ADDRESS]...]
row() {
    local name=$1 before
    shift
    : >"$work/tally"
    if [ $# -gt 0 ]; then
        "$build/bin/abuse" "$url" 7 $((seconds + 4)) "$@" >"$work/tally" 2>&1 &
        abuser=$!
        sleep 2
    fi
    before=$(cpu)
    "$build/bin/player-sim" live --sessions 2 --duration "$seconds" --zap-every 2 --decode none \
        --json "$work/report.json" "$url" >/dev/null 2>>"$work/log" || true
    jq -r --arg name "$name" --arg alone "${alone:-0}" --arg cpu "$(awk -v a="$before" -v b="$(cpu)" \
        -v s="$seconds" 'BEGIN { print 100 * (b - a) / s }')" --arg rss "$(resident)" '
        def f: . * 10 | round / 10;
        .metrics as $m | $m.arrival_ms.tm90 as $a
        | [$name, ($a | f), (if $alone == "0" then "" else ($a / ($alone | tonumber) | f) end), ($m.arrival_ms.p50 | f),
           ($m.arrival_ms.p99 | f), ($m.init_ms.tm90 | f), ($m.stall_ms.n), ([.errors[]] | add),
           ($cpu | tonumber | round), ($rss | tonumber | round)] | @tsv' "$work/report.json" |
        awk -F'\t' '{ printf "%-34s %8s %6s %8s %8s %8s %6s %6s %6s %6s\n", $1, $2, $3, $4, $5, $6, $7, $8, $9, $10 }'
    jq -r 'select(([.errors[]] | add) > 0) | "    what went wrong: " + (.error_texts | tostring)' "$work/report.json" | cut -c1-400
    [ -n "$alone" ] || alone=$(jq .metrics.arrival_ms.tm90 "$work/report.json")
    if [ -n "$abuser" ]; then
        wait "$abuser" || echo "    an answer that nobody should give:"
        abuser=
        sed 's/^/    /' "$work/tally"
    fi
}

echo "two viewers of $build_ladder, ultrafast, 30 frames a second, $seconds s each; load of the machine $(cut -d' ' -f1-3 /proc/loadavg), $(nproc) cores"
printf '%-34s %8s %6s %8s %8s %8s %6s %6s %6s %6s\n' "" "arrival" "times" "p50" "p99" "packet" "stalls" "errors" "CPU %" "MB"
row "alone"
row "2,000 connections that say nothing" silent=2000@127.0.0.2
row "100 who type slowly" typist=50@127.0.0.2 body=50@127.0.0.2
row "50 slow, 50 stalled readers" slow=50@127.0.0.2 stalled=50@127.0.0.2
row "50 who scan paths" scan=50@127.0.0.2
row "50 who try ranges" ranges=50@127.0.0.2
row "100 who want every packet" hog=100@127.0.0.2
row "1,000 who watch and stay" watchers=1000@127.0.0.2
row "1,000 who leave each 3 s" leavers=1000@127.0.0.2
row "all of them" silent=1500@127.0.0.2 typist=50@127.0.0.3 body=50@127.0.0.3 slow=50@127.0.0.3 stalled=50@127.0.0.3 \
    scan=50@127.0.0.4 ranges=50@127.0.0.5 hog=100@127.0.0.6 leavers=1000@127.0.0.7
row "alone again"
curl -s "$base/metrics" | grep -E '^openhesp_origin_(cut_connections|refused)'
grep -E ' (warn|error) ' "$work/log" | cut -c1-160 | head -20 || true
