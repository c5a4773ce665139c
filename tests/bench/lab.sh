#!/usr/bin/env bash
# Runs the five experiments of docs/lab.md in virtual time, prints their figures and draws their plots into OUTDIR. It takes
# about three minutes on two cores. TRACES is a folder of 3G traces in Sabre's format, by default those of Sabre itself,
# which are fetched. Usage: tests/bench/lab.sh OUTDIR [TRACES]
set -euo pipefail
cd "$(dirname "$0")/../.."

[ $# -ge 1 ] || {
    sed -n '/Usage:/s/.*Usage: /usage: /p' "$0" | head -n 1 >&2
    exit 2
}
for tool in gnuplot jq git; do
    command -v "$tool" >/dev/null || {
        echo "lab.sh: $tool is missing: install it (gnuplot is in gnuplot-nox)" >&2
        exit 1
    }
done
out=$1
cmake --preset release >/dev/null
cmake --build --preset release --target player-sim >/dev/null
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

logs=${2:-}
[ -n "$logs" ] || {
    git clone --quiet --depth 1 https://github.com/UMass-LIDS/sabre "$work/sabre"
    logs=$work/sabre/example/mmsys18/3Glogs
}
traces=()
for file in "$logs"/*.json; do
    traces+=(--trace "$file")
done

# run NAME OPTION...: a simulation, whose report is then NAME.json.
run() {
    local name=$1
    shift
    build/bin/player-sim simulate "$@" --json "$work/$name.json" >/dev/null
}

# figures FILE COLUMNS NAME...: a line of CSV for each, after the experiment's own columns, whose values NAME holds,
# divided by colons.
# shellcheck disable=SC2016 # $m and $s are jq's
figures='.metrics as $m | .duration_s as $s | [
    $m.startup_ms.tm90, $m.zap_ms.tm90, $m.zap_ms.ci95[0], $m.zap_ms.ci95[1], $m.zap_ms.p50, $m.zap_ms.p99,
    $m.latency_ms.tm90, $m.stall_count.mean, $m.stall_percent.mean, $m.bitrate_kbps.mean, $m.wasted_percent.mean,
    $m.switch_ms.tm90, $m.gap_ms.mean, $m.quality_switches.mean, $m.qoe_mmsys.mean,
    100 * $m.rung_ms.mean * $m.rung_ms.n / (1000 * $s * .sessions), .unfinished.zap,
    $m.connection_ms.mean, $m.first_byte_ms.mean, $m.init_ms.mean, $m.continuation_ms.mean, $m.packet_bytes.mean]
    | map(if . then . * 100 | round / 100 else "" end) | @csv'
heads=startup,zap,zap_low,zap_high,zap_p50,zap_p99,latency,stalls,stalled,kbps,wasted,switch,gap,switches,mmsys
heads+=,moving,unfinished,connection,first_byte,packet,next,packet_bytes
figures() {
    local csv=$work/$1.csv columns=$2 name
    printf '\n%s\n' "$1"
    shift 2
    echo "$columns,$heads" >"$csv"
    for name in "$@"; do
        echo "${name//:/,},$(jq -r "$figures" "$work/$name.json")" >>"$csv"
    done
    column -s, -t "$csv"
}

draw() {
    gnuplot -e "csv = '$work/$1.csv'; svg = '$out/lab-$1.svg'; part = '$1'" tests/bench/lab.gnuplot
}

# 1. What each delivery makes of the same channel on the same link.
deliveries() {
    local viewers=(--duration 180 --segment-duration 2 --audio-bitrate 0) names=() d rtt catchup
    local thin=(--sessions 430 --zap-every random:20 --abr throughput "${traces[@]}"
        --ladder "1280x720@2500k,854x480@1200k,640x360@600k,426x240@300k,256x144@150k")
    for d in hesp ll-dash ll-hls segment; do
        case $d in
        ll-dash) catchup=dash.js ;;
        ll-hls) catchup=hls.js ;;
        *) catchup=none ;;
        esac
        for rtt in 10 40 120; do
            run "50M:$rtt:$d" "${viewers[@]}" --sessions 200 --rate 50M --rtt $rtt --delivery $d --catchup $catchup
            names+=("50M:$rtt:$d")
        done
        run "3G:100:$d" "${viewers[@]}" "${thin[@]}" --delivery $d --catchup $catchup
        names+=("3G:100:$d")
    done
    figures deliveries link,rtt,delivery "${names[@]}"
    draw deliveries
    # Beside the plot: other rules and buffers for HESP, longer segments, and how a step up goes on a good link.
    run 3G:100:hesp-buffer "${viewers[@]}" "${thin[@]}" --buffer 1000
    run 3G:100:hesp-burst "${viewers[@]}" "${thin[@]}" --abr burst
    run 3G:100:hesp-burst-buffer "${viewers[@]}" "${thin[@]}" --abr burst --buffer 1000
    names=(3G:100:hesp-buffer 3G:100:hesp-burst 3G:100:hesp-burst-buffer)
    for d in hesp ll-dash ll-hls segment; do
        local rule=throughput
        [ $d != hesp ] || rule=burst
        run "50M:40:$d-6s" --duration 180 --sessions 200 --audio-bitrate 0 --rate 50M --delivery $d
        run "50M:40:$d-rule" "${viewers[@]}" --sessions 200 --rate 50M --delivery $d --abr $rule
        names+=("50M:40:$d-6s" "50M:40:$d-rule")
    done
    figures deliveries-more link,rtt,delivery "${names[@]}"
}

# 2. What a zap is made of.
zap() {
    local names=() rate rtt spares
    for rate in 5M 50M; do
        for rtt in 10 40 120; do
            for spares in 0 1; do
                run "$rate:$rtt:1.1:$spares" --sessions 500 --rate $rate --rtt $rtt --spares $spares
                names+=("$rate:$rtt:1.1:$spares")
            done
            run "$rate:$rtt:2:" --sessions 500 --rate $rate --rtt $rtt --http 2
            run "$rate:$rtt:3:" --sessions 500 --rate $rate --rtt $rtt --http 3
            names+=("$rate:$rtt:2:" "$rate:$rtt:3:")
        done
    done
    figures zap rate,rtt,http,spares "${names[@]}"
    draw zap
}

# 3. Rules on the profiles of the MMSys 2020 challenge, with its bit rates.
rules() {
    local viewers=(--sessions 500 --duration 150 --zap-every 0 --rtt 40 --audio-bitrate 0 --segment-duration 1
        --part-duration 0.033333 --ladder "1280x720@1000k,854x480@600k,640x360@200k" --trace cascade
        --trace intra-cascade --trace spike --trace slow-jitter --trace fast-jitter) names=() rule buffer
    for rule in throughput bola dynamic; do
        run "ll-dash:$rule:" "${viewers[@]}" --delivery ll-dash --abr $rule --catchup dash.js
        names+=("ll-dash:$rule:")
    done
    run ll-dash:l2a-ll: "${viewers[@]}" --delivery ll-dash --abr l2a-ll --estimator dash.js --catchup dash.js
    run ll-dash:lol+: "${viewers[@]}" --delivery ll-dash --abr lol+ --estimator dash.js --catchup lol+
    names+=(ll-dash:l2a-ll: ll-dash:lol+:)
    for buffer in 33 1000 3000; do
        for rule in throughput burst; do
            run "hesp:$rule:$buffer" "${viewers[@]}" --abr $rule --buffer $buffer
            names+=("hesp:$rule:$buffer")
        done
    done
    figures rules delivery,rule,buffer "${names[@]}"
    draw rules
    build/bin/player-sim compare "$work/ll-dash:throughput:.json" "$work/ll-dash:lol+:.json"
    build/bin/player-sim compare "$work/ll-dash:throughput:.json" "$work/hesp:burst:1000.json"
}

# 4. Where a join starts.
join() {
    local names=() rate
    for rate in 3 4 6 10 20 50; do
        run "$rate:same" --sessions 500 --rate ${rate}M
        run "$rate:smallest" --sessions 500 --rate ${rate}M --join smallest
        run "$rate:burst" --sessions 500 --rate ${rate}M --abr burst
        names+=("$rate:same" "$rate:smallest" "$rate:burst")
    done
    figures join rate,join "${names[@]}"
    draw join
}

# 5. Loss.
loss() {
    local names=() percent
    for percent in 0 0.25 0.5 1 1.5 2; do
        local share
        share=$(jq -n "$percent / 100")
        run "$percent:1.1" --sessions 300 --loss "$share" --tls
        run "$percent:2" --sessions 300 --loss "$share" --http 2
        run "$percent:3" --sessions 300 --loss "$share" --http 3
        names+=("$percent:1.1" "$percent:2" "$percent:3")
    done
    figures loss percent,http "${names[@]}"
    draw loss
}

deliveries
zap
rules
join
loss
