#!/usr/bin/env bash
# Measures, by hand and on an idle machine, how fast `player-sim simulate` is: sessions on demand beside Sabre's on
# the same trace and movie, one core each; HESP sessions of five minutes at 30 frames a second on two cores; and
# whether its memory grows with simulated time. Medians of several rounds, in which all take turns.
# Usage: tests/bench/simulate.sh [--rounds N] [--sessions N] [sabre] [hesp] [memory]
# The first part needs python3, OPENHESP_SABRE=.../src/sabre.py, and the traces of ../shared (or OPENHESP_TRACES).
set -euo pipefail
cd "$(dirname "$0")/../.."

rounds=5
sessions=10000
parts=()
while [ $# -gt 0 ]; do
    case "$1" in
    --rounds)
        rounds=$2
        shift 2
        ;;
    --sessions)
        sessions=$2
        shift 2
        ;;
    sabre | hesp | memory)
        parts+=("$1")
        shift
        ;;
    *)
        echo "usage: tests/bench/simulate.sh [--rounds N] [--sessions N] [sabre] [hesp] [memory]" >&2
        exit 2
        ;;
    esac
done
[ ${#parts[@]} -gt 0 ] || parts=(sabre hesp memory)
[ -x /usr/bin/time ] || {
    echo "simulate.sh: /usr/bin/time is missing: install GNU time" >&2
    exit 1
}
cmake --preset release >/dev/null
cmake --build --preset release --target player-sim >/dev/null

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# cost NAME COMMAND...: appends "wall cpu kilobytes" to $work/NAME.
cost() {
    local name=$1
    shift
    /usr/bin/time -q -o "$work/cost" -f '%e %U %S %M' "$@" >"$work/out" 2>"$work/err" || {
        cat "$work/err" >&2
        exit 1
    }
    awk '{ print $1, $2 + $3, $4 }' "$work/cost" >>"$work/$name"
}

# median NAME COLUMN
median() {
    awk -v c="$2" '{ print $c }' "$work/$1" | sort -g |
        awk '{ v[NR] = $1 } END { print NR % 2 ? v[(NR + 1) / 2] : (v[NR / 2] + v[NR / 2 + 1]) / 2 }'
}

simulate() {
    local name=$1
    shift
    cost "$name" build/bin/player-sim simulate "$@"
}

# CPU time throughout, so that others on the machine matter less. Sabre is timed in three ways: as it is run, a
# process a session; the same without what python3 takes to start; and at its best, many sessions in one process
# that has compiled it and read its files already (sabre_sessions.py). Ours is a whole process, start, files and
# report included, of so many sessions that those hardly count (the bootstrap's cost no longer grows above 10,000);
# and the sessions alone, from the difference between two processes.
sabre() {
    local traces=${OPENHESP_TRACES:-../shared/traces} few=15000 many=45000 at_best=40 runs=10
    local trace=$traces/hsdpa-norway/report.2010-09-14_2303CEST.json movie=$traces/sabre-movie.json
    if [ -z "${OPENHESP_SABRE:-}" ] || [ ! -r "$trace" ] || ! command -v python3 >/dev/null; then
        echo "simulate.sh: Sabre is left out: it needs python3, OPENHESP_SABRE and $trace" >&2
        return 0
    fi
    local ours=(--delivery segment --on-demand --http ideal --abr bola --threads 1 --ramp 0 --zap-every 0 --trace-from 0
        --duration 100000 --content "$movie" --trace "$trace")
    local theirs=("$OPENHESP_SABRE" -noa -a bola -m "$movie" -n "$trace")
    for ((i = 0; i < rounds; i++)); do
        simulate few "${ours[@]}" --sessions "$few"
        simulate many "${ours[@]}" --sessions "$many"
        # shellcheck disable=SC2016
        cost processes bash -c 'for ((i = 0; i < '"$runs"'; i++)); do python3 "$@"; done' bash "${theirs[@]}"
        # shellcheck disable=SC2016
        cost starts bash -c 'for ((i = 0; i < '"$runs"'; i++)); do python3 -c pass; done'
        python3 tests/bench/sabre_sessions.py "$OPENHESP_SABRE" "$at_best" "${theirs[@]:1}" >>"$work/best"
    done
    awk -v few="$few" -v many="$many" -v runs="$runs" -v rounds="$rounds" -v a="$(median few 2)" -v b="$(median many 2)" \
        -v p="$(median processes 2)" -v s="$(median starts 2)" -v best="$(median best 1)" 'BEGIN {
            whole = b / many; alone = (b - a) / (many - few)
            printf "== one core, BOLA on demand over a 3G trace, 199 segments; CPU a session, medians of %d rounds\n", rounds
            printf "%-46s %12s %16s %16s\n", "", "ms a session", "to ours, whole", "to ours, alone"
            printf "%-46s %12.3f\n", "player-sim, whole process of " many, 1e3 * whole
            printf "%-46s %12.3f\n", "player-sim, sessions alone", 1e3 * alone
            row("Sabre, a process a session", p / runs)
            row("Sabre, without the start of python3", (p - s) / runs)
            row("Sabre, sessions alone in one warm process", best)
        }
        function row(name, t) { printf "%-46s %12.3f %15.0fx %15.0fx\n", name, 1e3 * t, t / whole, t / alone }'
}

hesp() {
    local sound
    echo "== two cores, $sessions HESP sessions of 5 minutes at 30 frames a second, medians of $rounds rounds"
    for ((i = 0; i < rounds; i++)); do
        for sound in 128k 0; do
            simulate "hesp-$sound" --sessions "$sessions" --duration 300 --threads 2 --audio-bitrate "$sound"
        done
    done
    for sound in 128k 0; do
        printf 'sound %-6s %6.1f s, %6.1f s of CPU, %.0f MB\n' "$sound" "$(median "hesp-$sound" 1)" \
            "$(median "hesp-$sound" 2)" "$(median "hesp-$sound" 3 | awk '{ print $1 / 1024 }')"
    done
}

# What grows is what is measured: each zap is a point, and latencies are runs of equal values, of which exact
# statistics keep up to 10,000,000 a metric. So each row is one kind of viewer.
memory() {
    local minutes
    echo "== memory, 200 sessions, MB"
    printf '%-30s %8s %8s\n' "" "1 min" "10 min"
    for minutes in 1 10; do
        simulate "still-$minutes" --sessions 200 --duration $((60 * minutes)) --zap-every 0
        simulate "zaps-$minutes" --sessions 200 --duration $((60 * minutes))
        simulate "segments-$minutes" --sessions 200 --duration $((60 * minutes)) --zap-every 0 --delivery segment
    done
    for kind in still zaps segments; do
        printf '%-30s %8.1f %8.1f\n' "$kind" "$(median $kind-1 3 | awk '{ print $1 / 1024 }')" \
            "$(median $kind-10 3 | awk '{ print $1 / 1024 }')"
    done
}

for part in "${parts[@]}"; do
    "$part"
done
