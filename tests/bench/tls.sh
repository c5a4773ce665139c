#!/usr/bin/env bash
# Measures, by hand and on an idle machine: what TLS costs the origin's thread beside plain HTTP, with the same
# viewers, who stay or who zap; ECDSA (P-256) and RSA (2048 bits) certificates.
# Usage: tests/bench/tls.sh [--seconds N] [--sessions N]
set -euo pipefail
cd "$(dirname "$0")/../.."

seconds=20
sessions=100
while [ $# -gt 0 ]; do
    case $1 in
    --seconds) seconds=$2 ;;
    --sessions) sessions=$2 ;;
    *)
        sed -n '2,4s/^# //p' "$0" >&2
        exit 2
        ;;
    esac
    shift 2
done
if [ ! -x build/bin/hesp-packager ] || [ ! -x build/bin/player-sim ]; then
    echo "build/bin has no hesp-packager and player-sim: cmake --preset release && cmake --build --preset release" >&2
    exit 1
fi
. tests/bench/with_packager.sh
trap finish_packager EXIT

# certificate NAME KEY-OPTION...
certificate() {
    local name=$1
    shift
    openssl req -x509 -nodes "$@" -days 2 -subj /CN=localhost -addext subjectAltName=IP:127.0.0.1 \
        -keyout "$work/$name.key" -out "$work/$name.pem" 2>/dev/null
    chmod 600 "$work/$name.key"
}

# A counter of /metrics.
metric() {
    curl -sk "${url%/*/manifest.json}/metrics" | awk -v name="$1" '$1 == name { print $2 }'
}

# watch LABEL ZAP: one line.
watch() {
    local cpu bytes errors
    cpu=$(metric openhesp_origin_cpu_seconds_total)
    bytes=$(metric openhesp_origin_sent_bytes_total)
    build/bin/player-sim live --insecure --sessions "$sessions" --duration "$seconds" --ramp 1 --zap-every "$2" \
        --decode none "$url" >"$work/table" 2>>"$work/log" || true
    errors=$(sed -n 's/^errors: *//p' "$work/table")
    awk -v label="$1" -v zap="$2" -v a="$cpu" -v b="$(metric openhesp_origin_cpu_seconds_total)" \
        -v c="$bytes" -v d="$(metric openhesp_origin_sent_bytes_total)" -v errors="$errors" \
        -v arrival="$(awk '/^arrival_ms/ { print $3 }' "$work/table")" \
        -v join="$(awk '/^(startup|zap)_ms/ { t = $3 } END { print t }' "$work/table")" '
        BEGIN { printf "%-14s zap-every %-9s cpu %6.2f s   %7.1f MB   %6.2f ms of CPU a MB   arrival tm90 %6s ms   join or zap tm90 %6s ms   errors: %s\n",
            label, zap, b - a, (d - c) / 1e6, (b - a) * 1e9 / (d - c), arrival, join, errors }'
}

certificate ecdsa -newkey ec -pkeyopt ec_paramgen_curve:prime256v1
certificate rsa -newkey rsa:2048
for kind in http ecdsa rsa; do
    options=()
    [ "$kind" = http ] || options=(--tls-certificate "$work/$kind.pem" --tls-key "$work/$kind.key")
    start_packager build/bin/hesp-packager --preset ultrafast --fps 25 --ladder 640x360@800k "${options[@]}" one=test:
    watch "$kind" 0
    watch "$kind" random:2
    stop_packager
done
