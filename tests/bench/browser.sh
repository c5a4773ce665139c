#!/usr/bin/env bash
# Measures, by hand and on an idle machine, what somebody waits for in front of a browser: our player with both its
# renderers, and beside it, one after the other, dash.js with LL-DASH and hls.js with HLS that ffmpeg makes of the same
# pictures with the same encoder settings. Headless Chromium; a zap is a key press, and ends when the right channel's
# stamp is on screen. The links need root and /dev/net/tun. docs/browser.md says what is counted, and how.
# Usage: tests/bench/browser.sh [--quick] [--out DIR] [--systems "mse webcodecs dash hls"] [--links "loopback 20 60 4M"]
# and [--web DIR]: where the player is, by default web.
set -euo pipefail
cd "$(dirname "$0")/../.."

systems="mse webcodecs dash hls"
links="loopback 20 60 4M"
out=
web=web
quick=
while [ $# -gt 0 ]; do
    case "$1" in
    --quick)
        quick=1
        shift
        ;;
    --out | --systems | --links | --web)
        declare "${1#--}=$2"
        shift 2
        ;;
    *)
        sed -n "s,^# Usage: ,usage: ,p" "$0" >&2
        exit 2
        ;;
    esac
done
for command in node npm ffmpeg; do
    command -v "$command" >/dev/null || {
        echo "browser.sh: $command is missing: install it" >&2
        exit 1
    }
done
cmake --preset release >/dev/null
cmake --build --preset release --target hesp-packager player-sim stamped-feed >/dev/null
bench=tests/bench/browser
[ -d $bench/node_modules ] || npm ci --prefix $bench >/dev/null

work=$(mktemp -d)
[ -n "$out" ] || out=$work
mkdir -p "$out"
csv=$out/browser.csv
: >"$csv"
namespace=
inside=() # what brings a command to where the servers are
if [ "$(id -u)" -eq 0 ] && [ -c /dev/net/tun ]; then
    namespace=browser-$$
    ip netns add "$namespace"
    ip -n "$namespace" link set lo up
    ip netns exec "$namespace" sysctl -qw net.ipv4.tcp_no_metrics_save=1
    inside=(ip netns exec "$namespace")
else
    echo "browser.sh: links need root and /dev/net/tun: loopback only" >&2
    links=loopback
fi
groups=() # process groups that we started
finish() {
    stop
    [ -z "$namespace" ] || ip netns del "$namespace"
    rm -rf "$work"
}
trap finish EXIT
trap 'exit 130' INT TERM

start() {
    setsid "${inside[@]}" "$@" >>"$work/ready" 2>>"$work/log" &
    groups+=("$!")
}

stop() {
    local group
    for group in "${groups[@]}"; do
        kill -- "-$group" 2>/dev/null || true
    done
    for group in "${groups[@]}"; do
        wait "$group" 2>/dev/null || true
    done
    groups=()
    : >"$work/ready"
}

# wait_for LINES: until so many servers have said that they are there.
wait_for() {
    local waited=0
    until [ "$(wc -l <"$work/ready")" -ge "$1" ]; do
        sleep 0.1
        waited=$((waited + 1))
        [ "$waited" -lt 300 ] || {
            cat "$work/log" >&2
            exit 1
        }
    done
}

start_hesp() {
    stop
    start node $bench/media_server.mjs 0.0.0.0 8099 "$web"
    start build/bin/hesp-packager --listen 0.0.0.0:8080 --preset ultrafast --fps 25 \
        --ladder 1280x720@2500k,640x360@800k one=test:1 two=test:2
    wait_for 3
    sleep 3
}

# start_other dash|hls
start_other() {
    local channel=1 name
    stop
    start node $bench/media_server.mjs 0.0.0.0 8099 "$web"
    wait_for 1
    for name in one two; do
        start $bench/start_ffmpeg.sh "$1" "$channel" "$name" 127.0.0.1:8099
        channel=$((channel + 1))
    done
    sleep 10
}

# measure NAME SYSTEM LINK OPTION...
measure() {
    local name=$1 system=$2 link=$3 host=10.77.0.1 label path=()
    shift 3
    case $link in
    loopback)
        host=127.0.0.1
        label=loopback
        path=("${inside[@]}")
        ;;
    4M)
        label="4 Mbit/s 20 ms"
        path=(build/bin/player-sim link --netns "$namespace" --rtt 20 --rate 4M --)
        ;;
    *)
        label="$link ms"
        path=(build/bin/player-sim link --netns "$namespace" --rtt "$link" --rate 50M --)
        ;;
    esac
    "${path[@]}" node $bench/measure.mjs --system "$system" --name "$name" --link "$label" --host "$host" \
        --bench-port 8099 --media-port 8080 --csv "$csv" "$@" 2>"$work/line" || {
        cat "$work/line" >&2
        echo "browser.sh: $name, $label: ended early" >&2
    }
    cat "$work/line" >>"$out/browser.log"
    grep -F "$name, $label: mean" "$work/line" >&2 || true
    grep '^player-sim link' "$work/line" >>"$out/links.log" || true
}

# effort LINK: how often each thing is done.
effort() {
    if [ -n "$quick" ]; then
        echo --starts 1 --steady 4 --zaps 5 --switches 3
    elif [ "$1" = loopback ]; then
        echo --starts 5 --steady 8 --zaps 20 --switches 8
    else
        echo --starts 3 --steady 6 --zaps 10 --switches 5
    fi
}

# ours NAME RENDERER
ours() {
    local link
    start_hesp
    for link in $links; do
        # shellcheck disable=SC2046
        measure "$1" hesp "$link" --set "renderer=\"$2\"" $(effort "$link")
        # shellcheck disable=SC2046
        [ "$link" != loopback ] || [ "$2" != mse ] ||
            measure "$1 without sound" hesp "$link" --silent --set "renderer=\"$2\"" $(effort 20)
        [ "$link" != 4M ] || [ -n "$quick" ] ||
            measure "$1 that joins at 360p" hesp "$link" --set "renderer=\"$2\"" --set 'join="smallest"' --starts 1 \
                --steady 3 --zaps 12 --switches 0
    done
    stop
}

mse() {
    ours "HESP MSE" mse
}

webcodecs() {
    ours "HESP WebCodecs" webcodecs
}

# holds CSV: whether the pictures of the one steady run in it never stood still for more than three frames.
holds() {
    awk -F, '$3 == "steady_stalls" || $3 == "startup_failed" { bad += $4 } $3 == "steady_pictures" { n += $4 }
        END { exit !(n > 100 && !bad) }' "$1"
}

# lowest_delay LINK: the lowest liveDelay that dash.js holds there for 20 s without standing still; delay is it.
lowest_delay() {
    local kept=$csv
    csv=$work/search.csv
    for delay in 0.5 0.75 1 1.5 2 3 4; do
        : >"$csv"
        measure "dash.js trying $delay s" dash "$1" --set liveDelay=$delay --set preload=true --starts 1 \
            --steady "$([ -n "$quick" ] && echo 8 || echo 20)" --zaps 0 --switches 0
        holds "$csv" && break
    done
    csv=$kept
}

dash() {
    local link delay
    start_other dash
    for link in $links; do
        delay=0.5
        [ "$link" = 4M ] && lowest_delay 4M
        # shellcheck disable=SC2046
        measure "dash.js at $delay s" dash "$link" --set "liveDelay=$delay" --set preload=true $(effort "$link")
    done
    stop
}

hls() {
    local link
    start_other hls
    for link in $links; do
        # shellcheck disable=SC2046
        measure "hls.js" hls "$link" $(effort "$link")
    done
    stop
}

stop
: >"$out/browser.log"
echo "$(nproc) x $(sed -n 's/^model name[^:]*: //p' /proc/cpuinfo | head -n 1); $("${CHROMIUM:-chromium}" --version 2>/dev/null | head -n 1);" \
    "senders' congestion control $("${inside[@]}" sysctl -n net.ipv4.tcp_congestion_control); load $(cut -d' ' -f1-3 /proc/loadavg)" |
    tee "$out/conditions.txt"
for system in $systems; do
    "$system"
done
node $bench/table.mjs build/bin/player-sim "$csv" | tee "$out/browser.md"
