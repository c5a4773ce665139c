#!/usr/bin/env bash
# Measures, by hand and on an idle machine, what viewers wait for: start-up, zap and switch on loopback for
# 1 to 500 sessions with the CPU of both sides, then over links of 20, 60 and 120 ms of round trip. The links need
# root and /dev/net/tun. Usage: tests/bench/players.sh [--seconds N] [--clip FILE] [loopback] [links]
set -euo pipefail
cd "$(dirname "$0")/../.."

seconds=30
input=test:
parts=()
while [ $# -gt 0 ]; do
    case "$1" in
    --seconds)
        seconds=$2
        shift 2
        ;;
    --clip)
        input=$2
        shift 2
        ;;
    loopback | links)
        parts+=("$1")
        shift
        ;;
    *)
        echo "usage: tests/bench/players.sh [--seconds N] [--clip FILE] [loopback] [links]" >&2
        exit 2
        ;;
    esac
done
[ ${#parts[@]} -gt 0 ] || parts=(loopback links)
command -v jq >/dev/null || {
    echo "players.sh: jq is missing: install it" >&2
    exit 1
}
cmake --preset release >/dev/null
cmake --build --preset release --target hesp-packager player-sim >/dev/null

work=$(mktemp -d)
packager=
namespace=
finish() {
    stop
    [ -n "$namespace" ] && ip netns del "$namespace"
    rm -rf "$work"
}
trap finish EXIT

# start ADDRESS LADDER [PREFIX...]: two channels; urls are then their manifests.
start() {
    local listen=$1 ladder=$2 two=test:2
    shift 2
    [ "$input" = test: ] || two=$input
    : >"$work/ready"
    "$@" build/bin/hesp-packager --listen "$listen" --loop --preset ultrafast --fps 25 --ladder "$ladder" \
        "one=${input/#test:/test:1}" "two=$two" >"$work/ready" 2>"$work/log" &
    packager=$!
    until [ "$(wc -l <"$work/ready")" -ge 2 ]; do
        kill -0 "$packager" || {
            cat "$work/log" >&2
            exit 1
        }
        sleep 0.1
    done
    mapfile -t urls < <(cut -d' ' -f2 "$work/ready")
    sleep 2
}

stop() {
    [ -n "$packager" ] || return 0
    kill "$packager" 2>/dev/null && wait "$packager" 2>/dev/null || true
    packager=
}

# Seconds of CPU that a process has used.
used() {
    awk -v hz="$(getconf CLK_TCK)" '{ sub(/.*\) /, ""); print ($12 + $13) / hz }' "/proc/$1/stat"
}

head_line() {
    printf '%-28s %9s %17s %17s %15s %13s %13s %9s %8s %7s\n' "" start-up "zap tm90 [95 %]" "zap p50 / p99" \
        "whole packet" "switch tm90" "gap tm90/max" packet stalls errors
}

# row NAME: of the run whose report is $work/report.json.
row() {
    jq -r --arg name "$1" '
        def f(n): if . == null then "-" else (. * pow(10; n) | round / pow(10; n) | tostring) end;
        .metrics as $m | [
            $name, ($m.startup_ms.tm90 | f(1)),
            "\($m.zap_ms.tm90 | f(1)) [\($m.zap_ms.ci95[0] | f(1)), \($m.zap_ms.ci95[1] | f(1))]",
            "\($m.zap_ms.p50 | f(1)) / \($m.zap_ms.p99 | f(1))", ($m.init_ms.tm90 | f(1)),
            ($m.switch_ms.tm90 | f(1)), "\($m.gap_ms.tm90 | f(1)) / \($m.gap_ms.max | f(1))",
            "\($m.packet_bytes.tm90 / 1000 | f(0)) kB", ($m.stall_ms.n | tostring),
            ([.errors[]] | add | tostring)] | @tsv' "$work/report.json" |
        awk -F'\t' '{ printf "%-28s %9s %17s %17s %15s %13s %13s %9s %8s %7s\n", $1, $2, $3, $4, $5, $6, $7, $8, $9, $10 }'
}

# Who can't decode in time measures his own machine: the figures are those of sessions that don't.
watch_for() {
    build/bin/player-sim live --duration "$seconds" --zap-every random:4 --switch-every random:5 --decode none \
        --json "$work/report.json" "$@" >/dev/null 2>>"$work/log" || true
}

loopback() {
    local sessions before
    echo "== loopback, $input, 1280x720@2500k,640x360@800k,256x144@200k ultrafast, 25 fps, HTTP/1.1"
    start 127.0.0.1:0 1280x720@2500k,640x360@800k,256x144@200k
    head_line
    for sessions in 1 20 100 500; do
        before=$(used "$packager")
        watch_for --sessions "$sessions" "${urls[@]}"
        row "$sessions sessions"
        awk -v a="$before" -v b="$(used "$packager")" -v sim="$(jq .cpu_s "$work/report.json")" \
            -v s="$(jq .duration_s "$work/report.json")" 'BEGIN {
            printf "%-28s packager %.0f %%, player-sim %.0f %% of a core\n", "", 100 * (b - a) / s, 100 * sim / s }'
    done
    watch_for --sessions 20 --decode 2 "${urls[@]}"
    row "20 sessions, 2 decode"
    stop
}

# The sender's side decides how fast a packet comes: what its kernel does is told with each block.
links() {
    local rtt join idle
    [ "$(id -u)" -eq 0 ] && [ -c /dev/net/tun ] || {
        echo "players.sh: links need root and /dev/net/tun: left out" >&2
        return 0
    }
    namespace=bench-$$
    ip netns add "$namespace"
    ip -n "$namespace" link set lo up
    for idle in 1 0; do
        ip netns exec "$namespace" sysctl -qw "net.ipv4.tcp_slow_start_after_idle=$idle" net.ipv4.tcp_no_metrics_save=1
        echo "== links of 50 Mbit/s, $input, 4 sessions together, sender's congestion control" \
            "$(ip netns exec "$namespace" sysctl -n net.ipv4.tcp_congestion_control), tcp_slow_start_after_idle=$idle"
        start 0.0.0.0:8080 1280x720@2500k,640x360@800k,256x144@200k ip netns exec "$namespace"
        head_line
        for rtt in 20 60 120; do
            for join in same smallest; do
                watch_link "$rtt" --join "$join" --switch-every random:5
                row "$rtt ms, join $join"
            done
            watch_link "$rtt" --abr fixed:300k
            row "$rtt ms, 256x144 alone"
        done
        stop
    done
}

watch_link() {
    local rtt=$1
    shift
    build/bin/player-sim link --netns "$namespace" --rtt "$rtt" --rate 50M -- \
        build/bin/player-sim live --sessions 4 --duration "$seconds" --zap-every random:4 --decode none \
        --json "$work/report.json" "$@" http://10.77.0.1:8080/one/manifest.json \
        http://10.77.0.1:8080/two/manifest.json >/dev/null 2>>"$work/log" || true
}

for part in "${parts[@]}"; do
    "$part"
done
