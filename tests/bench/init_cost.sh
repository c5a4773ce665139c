#!/usr/bin/env bash
# Measures, by hand: what CPU the packager takes beside ffmpeg, which encodes the same ladder of the same clip
# with the same encoder settings into LL-DASH; with packets made on demand and eagerly, nobody watching and 100
# viewers who zap or switch; and what zaps take in both modes. Everything is done twice over, as two channels:
# ffmpeg as two processes. The machine may be a shared one: rounds are interleaved, and medians of each round's
# ratios, of the CPU that a frame takes, are told with their range. A round takes about six times --seconds.
# Usage: tests/bench/init_cost.sh [--seconds N] [--rounds R] [--viewers N] [--modes "on-demand eager"] [CLIP]
# CLIP: a natural clip with 25 frames a second and sound, which is looped; without one, the test picture.
set -euo pipefail
cd "$(dirname "$0")/../.."

seconds=30
rounds=3
viewers=100
modes=(on-demand eager)
clip=
while [ $# -gt 0 ]; do
    case "$1" in
    --seconds | --rounds | --viewers)
        declare "${1#--}=$2"
        shift 2
        ;;
    --modes)
        read -ra modes <<<"$2"
        shift 2
        ;;
    -*)
        echo "usage: tests/bench/init_cost.sh [--seconds N] [--rounds R] [--viewers N] [--modes MODES] [CLIP]" >&2
        exit 2
        ;;
    *)
        clip=$1
        shift
        ;;
    esac
done
for command in jq curl ffmpeg; do
    command -v "$command" >/dev/null || {
        echo "init_cost.sh: $command is missing: install it" >&2
        exit 1
    }
done
cmake --preset release >/dev/null
cmake --build --preset release --target hesp-packager player-sim >/dev/null

ladder=1280x720@2500k,640x360@800k,426x240@400k
warm_up=5
work=$(mktemp -d)
running=() # processes that we started
finish() {
    stop
    rm -rf "$work"
}
trap finish EXIT
trap 'exit 130' INT TERM

stop() {
    local process
    for process in "${running[@]}"; do
        kill "$process" 2>/dev/null || true
    done
    for process in "${running[@]}"; do
        wait "$process" 2>/dev/null || true
    done
    running=()
}

# start_packager OPTION...: base is then the origin's address, urls those of the manifests.
start_packager() {
    local channels=0 argument
    for argument in "$@"; do
        [[ "$argument" != *=* ]] || channels=$((channels + 1))
    done
    : >"$work/ready"
    build/bin/hesp-packager --listen 127.0.0.1:0 --fps 25 --loop "$@" >"$work/ready" 2>"$work/log" &
    packager=$!
    running+=("$packager")
    until [ "$(wc -l <"$work/ready")" -ge "$channels" ]; do
        kill -0 "$packager" 2>/dev/null || {
            cat "$work/log" >&2
            exit 1
        }
        sleep 0.1
    done
    mapfile -t urls < <(cut -d' ' -f2 "$work/ready")
    base=${urls[0]%/*/manifest.json}
}

# Both sides have to decode one file: twenty seconds of our own picture and sound, at a rate that leaves it alone.
write_test_clip() {
    local track where index offset kind
    echo "writing 20 s of the test picture"
    start_packager --preset superfast --ladder 1280x720@8M --segment-duration 60 test=test:
    for kind in video audio; do
        track=$(curl -sf "${urls[0]}" | jq -r ".presentations[0] | .baseUrl + .${kind}[0].baseUrl + .${kind}[0].tracks[0].baseUrl")
        track=${urls[0]%manifest.json}$track
        curl -sf "${track}init-now.mp4" -o "$work/$kind.mp4"
        where=$(strings -n 8 "$work/$kind.mp4" | grep -o '{"index".*}')
        index=$(jq .index <<<"$where") offset=$(jq '.offset // 0' <<<"$where")
        curl -s --max-time 20 -H "Range: bytes=$offset-9007199254740991" "${track}content-$index.mp4" >>"$work/$kind.mp4" &
        running+=($!)
    done
    wait "${running[@]:1}" || true
    stop
    ffmpeg -v error -i "$work/video.mp4" -i "$work/audio.mp4" -map 0:v -map 1:a -c copy -t 19 "$work/clip.mp4" 2>"$work/log" || {
        cat "$work/log" >&2
        exit 1
    }
    clip=$work/clip.mp4
}

# What encoder_x264.c and scaler.c ask for, as options of ffmpeg; a decoder with one thread, as decode.c has it.
start_ffmpeg() {
    local out=$1
    local x264=keyint=150:min-keyint=150:scenecut=0:ref=1:bframes=0:weightp=0:sliced-threads=0:threads=1
    mkdir -p "$out"
    ffmpeg -nostdin -v error -threads 1 -filter_complex_threads 1 -re -stream_loop -1 -i "$clip" \
        -filter_complex "[0:v]fps=25,split=3[a][b][c];[a]scale=1280:720:flags=area[x];[b]scale=640:360:flags=area[y];[c]scale=426:240:flags=area[z]" \
        -map '[x]' -map '[y]' -map '[z]' -map 0:a -pix_fmt yuv420p \
        -c:v libx264 -preset superfast -tune zerolatency \
        -x264-params "$x264:lookahead-threads=1:qpmin=20:stitchable=1" \
        -b:v:0 2500k -maxrate:v:0 2500k -bufsize:v:0 625k \
        -b:v:1 800k -maxrate:v:1 800k -bufsize:v:1 200k \
        -b:v:2 400k -maxrate:v:2 400k -bufsize:v:2 100k \
        -c:a aac -b:a 128k -ac 2 -ar 48000 \
        -f dash -ldash 1 -streaming 1 -seg_duration 6 -frag_type every_frame -use_template 1 -use_timeline 0 \
        -write_prft 1 -utc_timing_url http://127.0.0.1/time -window_size 5 -extra_window_size 0 -remove_at_exit 1 \
        -adaptation_sets 'id=0,streams=v id=1,streams=a' -progress "$out/progress" -stats_period 0.1 "$out/stream.mpd" 2>>"$work/ffmpeg.log" &
    running+=($!)
}

# Seconds of CPU that these processes have used, all threads together.
used() {
    local process
    for process in "$@"; do
        cat "/proc/$process/stat"
    done | awk -v hz="$(getconf CLK_TCK)" '{ sub(/.*\) /, ""); sum += $12 + $13 } END { print sum / hz }'
}

# Counters of the packager's /metrics, added over channels and tracks, as lines of NAME VALUE.
counters() {
    curl -sf "$base/metrics" | awk '
        /^openhesp_stage_cpu_seconds_total/ { match($0, /stage="[^"]*"/); sum[substr($0, RSTART + 7, RLENGTH - 8)] += $NF }
        /^openhesp_origin_cpu_seconds_total/ { sum["origin"] += $NF }
        /^openhesp_packets_total/ { sum["packets"] += $NF }
        /^openhesp_frames_total/ && !/track="audio"/ { sum["frames"] += $NF }
        /^openhesp_(feed|rung)_repeated_pictures_total/ { sum["repeated"] += $NF }
        END { for (name in sum) print name, sum[name] }'
}

# The frames that both ffmpegs have encoded of the first rung, in the form of counters.
ffmpeg_counters() {
    sed -n 's/^frame=//p' "$work/dash-one/progress" | tail -n 1 >"$work/frames"
    sed -n 's/^frame=//p' "$work/dash-two/progress" | tail -n 1 >>"$work/frames"
    awk '{ sum += $1 } END { print "frames", 3 * sum }' "$work/frames"
}

# note ROUND WHAT NAME VALUE: kept for the tables.
note() {
    echo "$@" >>"$work/notes"
}

# sample ROUND WHAT COUNTERS PROCESS...: percents of a core over the next $seconds, and the counters a second.
sample() {
    local round=$1 what=$2 counters=$3 before after began took name
    shift 3
    "$counters" >"$work/before"
    began=$(date +%s.%N) before=$(used "$@")
    sleep "$seconds"
    after=$(used "$@") took=$(awk -v a="$began" -v b="$(date +%s.%N)" 'BEGIN { print b - a }')
    note "$round" "$what" cpu "$(awk -v a="$before" -v b="$after" -v s="$took" 'BEGIN { print 100 * (b - a) / s }')"
    "$counters" >"$work/after"
    while read -r name before after; do
        note "$round" "$what" "$name" "$(awk -v a="$before" -v b="$after" -v s="$took" 'BEGIN { print (b - a) / s }')"
    done < <(join <(sort "$work/before") <(sort "$work/after"))
}

sample_ffmpeg() {
    local process
    start_ffmpeg "$work/dash-one"
    start_ffmpeg "$work/dash-two"
    sleep "$warm_up"
    sample "$1" ffmpeg ffmpeg_counters "${running[@]}"
    for process in "${running[@]}"; do
        kill -0 "$process" 2>/dev/null || {
            cat "$work/ffmpeg.log" >&2
            exit 1
        }
    done
    stop
}

# Zaps and switches together come every ten seconds.
sample_packager() {
    local round=$1 mode=$2 watching
    start_packager --preset superfast --ladder "$ladder" --audio-bitrate 128k --segment-duration 6 --init "$mode" \
        "one=$clip" "two=$clip"
    sleep "$warm_up"
    sample "$round" "$mode" counters "$packager"
    build/bin/player-sim live --sessions "$viewers" --duration $((warm_up + seconds + 2)) --decode none \
        --zap-every random:20 --switch-every random:20 --seed "$round" --json "$work/report.json" "${urls[@]}" \
        >/dev/null 2>>"$work/log" &
    watching=$!
    running+=("$watching")
    sleep "$warm_up"
    sample "$round" "$mode-viewers" counters "$packager"
    wait "$watching" || true
    running=("$packager")
    stop
    jq -r '.metrics as $m | "zap \($m.zap_ms.tm90) zap_p99 \($m.zap_ms.p99) zaps \($m.zap_ms.n) switch \($m.switch_ms.tm90) stalls \($m.stall_ms.n) errors \([.errors[]] | add) viewers_cpu \(100 * .cpu_s / .duration_s)"' \
        "$work/report.json" | xargs -n 2 | while read -r name value; do
        note "$round" "$mode-viewers" "$name" "$value"
    done
}

# The median over the rounds of one value (of WHAT), or of its ratio to another.s in the same round, with the range.
# over_rounds FORMAT WHAT NAME [OTHER-WHAT OTHER-NAME ratio|difference [LESS-NAME]]: LESS-NAME of WHAT is taken off before.
over_rounds() {
    awk -v form="$1" -v what="$2" -v name="$3" -v other="${4:-}" -v second="${5:-}" -v how="${6:-}" -v less="${7:-}" '
        { value[$1, $2, $3] = $4; if ($1 > rounds) rounds = $1 }
        END {
            for (r = 1; r <= rounds; r++) {
                if (!((r, what, name) in value) || value[r, what, name] == "null") continue
                x = value[r, what, name] - (less == "" ? 0 : value[r, what, less])
                if (how == "ratio") x /= value[r, other, second]
                if (how == "difference") x -= value[r, other, second]
                for (i = ++n; i > 1 && sorted[i - 1] > x; i--) sorted[i] = sorted[i - 1]
                sorted[i] = x
            }
            if (!n) { print "-"; exit }
            median = n % 2 ? sorted[(n + 1) / 2] : (sorted[n / 2] + sorted[n / 2 + 1]) / 2
            printf form " (" form ".." form ")", median, sorted[1], sorted[n]
        }' "$work/notes"
}

# Stages in percent as well; and CPU of a frame, which compares those who have not made equally many.
derive() {
    awk '
        { value[$1, $2, $3] = $4 }
        $3 ~ /^(ingest|scale|encode|package|init|origin)$/ { print $1, $2, $3 "_percent", 100 * $4 }
        END { for (key in value) {
            split(key, k, SUBSEP); frames = value[k[1], k[2], "frames"]
            if (k[3] == "cpu") print k[1], k[2], "cpu_a_frame", value[key] / frames
            if (k[3] == "origin") print k[1], k[2], "origin_a_frame", 100 * value[key] / frames } }' \
        "$work/notes" >"$work/derived"
    cat "$work/derived" >>"$work/notes"
}

# cpu_row WHAT TITLE AIM
cpu_row() {
    printf '%-30s %20s %20s %20s %8s %18s %18s\n' "$2" "$(over_rounds %.1f "$1" cpu)" \
        "$(over_rounds %.2f "$1" cpu_a_frame ffmpeg cpu_a_frame ratio)" \
        "$(over_rounds %.2f "$1" cpu_a_frame ffmpeg cpu_a_frame ratio origin_a_frame)" \
        "$3" "$(over_rounds %.1f "$1" packets)" "$(over_rounds %.0f "$1" frames)"
}

cpu_table() {
    local mode
    printf '%-30s %20s %20s %20s %8s %18s %18s\n' "median (range)" "CPU, % of a core" "of ffmpeg's" \
        "without serving" aim "packets/s" "frames/s"
    cpu_row ffmpeg "ffmpeg, LL-DASH" ""
    for mode in "${modes[@]}"; do
        cpu_row "$mode" "$mode, nobody watching" "$([ "$mode" = on-demand ] && echo '<= 1.10')"
        cpu_row "$mode-viewers" "$mode, $viewers viewers" "$([ "$mode" = on-demand ] && echo '<= 1.25')"
    done
}

# A repeated picture costs less than another one would have.
check_pace() {
    awk -v due=150 '
        { value[$1, $2, $3] = $4 }
        $3 == "frames" { all[++n] = $1 SUBSEP $2 }
        END { for (i = 1; i <= n; i++) {
            frames = value[all[i], "frames"]; repeated = value[all[i], "repeated"] + 0
            if (frames > 0.97 * due && repeated < 0.02 * due) continue
            split(all[i], k, SUBSEP)
            printf "void: round %d, %s: the machine was too busy: %.0f frames a second of %d, %.0f of them repeated\n", k[1], k[2], frames, due, repeated } }' \
        "$work/notes"
}

stage_table() {
    local mode what stage
    printf '\n%-30s' "% of a core by stage (medians)"
    printf '%12s' ingest scale encode package init origin repeated/s
    echo
    for mode in "${modes[@]}"; do
        for what in "$mode" "$mode-viewers"; do
            printf '%-30s' "$what"
            for stage in ingest scale encode package init origin; do
                printf '%12s' "$(over_rounds %.2f "$what" "${stage}_percent" | cut -d' ' -f1)"
            done
            printf '%12s\n' "$(over_rounds %.2f "$what" repeated | cut -d' ' -f1)"
        done
    done
}

zap_table() {
    local mode name
    printf '\n%-30s' "viewers (medians over rounds)"
    printf '%14s' "zap tm90 ms" "zap p99 ms" zaps "switch tm90" stalls errors "their CPU %"
    echo
    for mode in "${modes[@]}"; do
        printf '%-30s' "$mode"
        for name in zap zap_p99 zaps switch stalls errors viewers_cpu; do
            printf '%14s' "$(over_rounds %.1f "$mode-viewers" "$name" | cut -d' ' -f1)"
        done
        echo
    done
    [ ${#modes[@]} -lt 2 ] || printf 'zap tm90, %s less %s: %s ms (aim: <= 20)\n' "${modes[0]}" "${modes[1]}" \
        "$(over_rounds %.1f "${modes[0]}-viewers" zap "${modes[1]}-viewers" zap difference)"
}

[ -n "$clip" ] || write_test_clip
echo "== $(nproc) x $(sed -n 's/^model name[^:]*: //p' /proc/cpuinfo | head -n 1); $(ffmpeg -version | head -n 1 | cut -d' ' -f1-3)"
echo "== two channels of $ladder, superfast, 25 fps, $(basename "$clip"); $rounds rounds of $seconds s"
for round in $(seq "$rounds"); do
    sample_ffmpeg "$round"
    for mode in "${modes[@]}"; do
        sample_packager "$round" "$mode"
    done
    echo "round $round done, load $(cut -d' ' -f1 /proc/loadavg)" >&2
done
derive
cpu_table
stage_table
zap_table
check_pace
