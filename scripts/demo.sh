#!/usr/bin/env bash
# Installs what is missing, builds, starts two live test channels, has 20 viewers zap and switch between them
# and tells what they waited for; then goes on serving until Ctrl-C, or for --seconds N.
set -euo pipefail

usage() {
    cat <<'TEXT'
Usage: scripts/demo.sh [--seconds N] [--listen ADDR:PORT]

Starts two HESP channels made by the built-in test source (640x360, 426x240 and 256x144, with sound), has 20
viewers change channel and quality for ten seconds, two of them decoding what they get, prints a table of
what they waited for, and serves until Ctrl-C.

  --seconds N          stop by itself after N seconds of serving
  --listen ADDR:PORT   where to serve (default 127.0.0.1:8080; any free port where that one is taken)
TEXT
}

seconds=
listen=
while [ $# -gt 0 ]; do
    case "$1" in
    --seconds)
        seconds=${2:-}
        [[ "$seconds" =~ ^[0-9]+$ ]] || {
            echo "demo.sh: --seconds wants a whole number, for example --seconds 30" >&2
            exit 2
        }
        shift 2
        ;;
    --listen)
        listen=${2:-}
        [ -n "$listen" ] || {
            echo "demo.sh: --listen wants ADDR:PORT, for example --listen 127.0.0.1:9000" >&2
            exit 2
        }
        shift 2
        ;;
    -h | --help)
        usage
        exit 0
        ;;
    *)
        echo "demo.sh: unknown argument '$1'; see scripts/demo.sh --help" >&2
        exit 2
        ;;
    esac
done

cd "$(dirname "$0")/.."
. scripts/install-dependencies.sh
install_build_dependencies

echo "Building ..."
build_log=$(mktemp)
packager=
viewers=
lines=$(mktemp)
cleanup() {
    [ -n "$viewers" ] && kill -TERM "$viewers" 2>/dev/null
    [ -n "$packager" ] && kill -TERM "$packager" 2>/dev/null && wait "$packager" 2>/dev/null
    rm -f "$build_log" "$lines"
}
trap cleanup EXIT
{ cmake --preset release && cmake --build --preset release --target hesp-packager player-sim; } \
    >"$build_log" 2>&1 || {
    tail -n 40 "$build_log" >&2
    echo "demo.sh: the build failed, see above" >&2
    exit 1
}

start_packager() {
    setsid build/bin/hesp-packager --listen "$1" --preset ultrafast \
        --ladder 640x360@800k,426x240@400k,256x144@200k one=test:1 two=test:2 >"$lines" &
    packager=$!
    for _ in $(seq 200); do
        [ "$(wc -l <"$lines")" -ge 2 ] && return 0
        kill -0 "$packager" 2>/dev/null || return 1
        sleep 0.05
    done
    return 1
}

echo "Starting two channels ..."
if [ -n "$listen" ]; then
    start_packager "$listen"
elif ! start_packager 127.0.0.1:8080; then
    echo "Port 8080 can't be had: taking a free one."
    start_packager 127.0.0.1:0
fi

stop=
trap 'stop=1' INT TERM
echo "20 viewers, who zap and switch for ten seconds ..."
mapfile -t urls < <(cut -d' ' -f2 "$lines")
setsid build/bin/player-sim live --sessions 20 --duration 10 --zap-every random:2 --switch-every random:3 \
    --decode 2 "${urls[@]}" &
viewers=$!
wait "$viewers" || {
    [ -n "$stop" ] || echo "demo.sh: the viewers met errors, see above: is this machine very busy?" >&2
    kill -TERM "$viewers" 2>/dev/null && wait "$viewers" || true
}
viewers=

echo
echo "On the air:"
sed 's/^/  /' "$lines"
base=$(sed -n '1s,.* \(http://[^/]*\)/.*,\1,p' "$lines")
printf '  %s/           watch, zap and see what it took: open it in a browser\n' "$base"
printf '  %s/healthz    is all well?\n  %s/metrics    figures\n' "$base" "$base"
if [ -n "$seconds" ]; then
    echo "Serving for $seconds s."
else
    echo "Ctrl-C ends it."
fi
ends=$((SECONDS + ${seconds:-0}))
while [ -z "$stop" ] && { [ -z "$seconds" ] || [ $SECONDS -lt "$ends" ]; }; do
    kill -0 "$packager" 2>/dev/null || {
        echo "demo.sh: the packager ended by itself" >&2
        exit 1
    }
    sleep 0.2 || true
done
echo "Ending: the end is announced to the viewers first."
kill -TERM "$packager"
wait "$packager"
packager=
