# shellcheck shell=bash
# The packager, its feeds, and who watches: started, restarted, ended. Sourced by tests/soak.
# shellcheck disable=SC2154,SC2034 # what tests/soak sets, and what the others read

packager='' judge='' crowd_keeper=''
udp_port='' srt_port=''
guest=0 film_ladder=0 # what reloads change
reloads=false         # whether this packager can
declare -A pusher=()

# Kills a process that we started, and what it has started.
end_tree() {
    local child children
    children=$(pgrep -P "$1" || true)
    kill -KILL "$1" 2>/dev/null || true
    for child in $children; do
        end_tree "$child"
    done
}

clean_up() {
    local pid
    set +e
    for pid in $(jobs -p); do
        end_tree "$pid"
    done
    wait 2>/dev/null
    if [ -n "$keep" ]; then
        mkdir -p "$keep" && cp -r "$work/." "$keep/"
    fi
    rm -rf "$work"
}

# Ports that nobody has at the moment, for datagrams.
free_port() {
    local port
    while port=$((20000 + RANDOM % 12000)); do
        grep -qi ":$(printf %04X "$port") " /proc/net/udp /proc/net/udp6 || break
    done
    echo "$port"
}

# clip NAME SIZE RATE VIDEO-OPTION...: ten seconds, to be pushed again and again.
clip() {
    local name=$1 size=$2 rate=$3
    shift 3
    ffmpeg -nostdin -v error -f lavfi -i "testsrc2=size=$size:rate=$rate:duration=10" \
        -f lavfi -i "sine=frequency=440:sample_rate=48000:duration=10" -ac 2 "$@" -f mpegts "$work/$name.ts"
}

# push FEED CLIP: starts a feed's sender.
push() {
    local target="udp://127.0.0.1:$udp_port?pkt_size=1316"
    [ "$1" = udp ] || target="srt://127.0.0.1:$srt_port"
    ffmpeg -nostdin -v error -re -stream_loop -1 -i "$work/$2.ts" -c copy -f mpegts "$target" 2>>"$work/pushers.log" &
    pusher[$1]=$!
}

# Its sender is gone within this call.
unpush() {
    kill -KILL "${pusher[$1]}" 2>/dev/null || true
    wait "${pusher[$1]}" 2>/dev/null || true
}

write_configuration() {
    local ladders=('320x180@300k, 256x144@150k' '384x216@350k, 256x144@150k')
    cat >"$work/soak.yaml" <<YAML
listen: 127.0.0.1:0
preset: ultrafast
fps: 25
ladder: 320x180@300k, 256x144@150k
window: 20
segment_duration: 2
init_memory: 32M
channels:
  - {name: test, input: "test:1"}
  - {name: udp, input: "udp://127.0.0.1:$udp_port"}
  - {name: srt, input: "srt://127.0.0.1:$srt_port?mode=listener"}
  - {name: film, input: "$work/film.ts", loop: true, ladder: "${ladders[film_ladder]}"}
YAML
    [ "$guest" -eq 0 ] || echo '  - {name: guest, input: "test:9", ladder: 256x144@150k}' >>"$work/soak.yaml"
}

start_packager() {
    : >"$work/ready"
    ! "$build/bin/hesp-packager" --help | grep -q SIGHUP || reloads=true
    export TSAN_OPTIONS="suppressions=$root/tests/soak.d/tsan.supp:${TSAN_OPTIONS:-}"
    "$build/bin/hesp-packager" --config "$work/soak.yaml" >"$work/ready" 2>"$work/packager.log" &
    packager=$!
    for ((tries = 0; $(wc -l <"$work/ready") < 4; tries++)); do
        if ! kill -0 "$packager" 2>/dev/null || [ "$tries" -gt 600 ]; then
            cat "$work/packager.log" >&2
            echo "soak: the packager does not start" >&2
            exit 1
        fi
        sleep 0.1
    done
    mapfile -t manifests < <(head -n 4 "$work/ready" | cut -d' ' -f2)
    url=${manifests[0]%/*/*}
}

# Whoever watches behaves well all the time, changes channel and quality, and tells at the end what he has seen.
start_judge() {
    local events=()
    [ -z "$keep" ] || events=(--csv "$work/judge.csv")
    "$viewers/bin/player-sim" live --sessions 6 --ramp 3 --duration "$((seconds - 3))" --zap-every random:6 \
        --switch-every random:4 --decode 2 --seed "$seed" --json "$work/judge.json" \
        "${events[@]}" "${manifests[@]}" >"$work/judge.txt" 2>&1 &
    judge=$!
}

# A second lot of viewers, who come again whenever they are killed.
keep_crowd() {
    local round=0 crowd
    while true; do
        "$viewers/bin/player-sim" live --sessions 12 --ramp 2 --duration 3600 --zap-every random:3 \
            --switch-every random:3 --decode none --seed "$((seed + ++round))" "${manifests[@]}" \
            >/dev/null 2>>"$work/crowd.log" &
        crowd=$!
        echo "$crowd" >"$work/crowd.pid"
        wait "$crowd" 2>/dev/null || true
        sleep 1
    done
}

start_world() {
    udp_port=$(free_port)
    srt_port=$(free_port)
    clip film 320x180 25 -c:v libx264 -preset ultrafast -g 25 -c:a aac
    clip other 640x360 50 -c:v mpeg2video -b:v 2M -c:a mp2 -ar 44100
    write_configuration
    push udp film
    start_packager
    push srt film
    sleep 1
    start_judge
    keep_crowd &
    crowd_keeper=$!
    started=$SECONDS
}

wait_for_judge() {
    judge_status=0
    wait "$judge" || judge_status=$?
}

stop_feeds_and_faults() {
    local pid
    for pid in "${fault_jobs[@]}" "$crowd_keeper"; do
        end_tree "$pid"
        wait "$pid" 2>/dev/null || true
    done
    sleep 3
    take_sample
    stop_watch
    unpush udp
    unpush srt
}

stop_packager() {
    packager_status=0
    kill -TERM "$packager" 2>/dev/null || true
    for ((tries = 0; tries < 300; tries++)); do
        kill -0 "$packager" 2>/dev/null || break
        sleep 0.1
    done
    kill -KILL "$packager" 2>/dev/null || true
    wait "$packager" || packager_status=$?
}
