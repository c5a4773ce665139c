# shellcheck shell=bash
# What is done to feeds and origin; each takes its lot, 0 to 999. Sourced by tests/soak.
# shellcheck disable=SC2154 # what tests/soak and world.sh set

fault_jobs=()

# ---- feeds ----

# replace FEED CLIP LOT: its sender is killed, and another one comes up to 4 s later.
replace() {
    unpush "$1"
    sleep "$(($3 % 5))"
    push "$1" "$2"
}

fault_kill_udp() { replace udp film "$1"; }
fault_kill_srt() { replace srt film "$1"; }
# Another size, rate and codec.
fault_change_udp() { replace udp other "$1"; }
fault_change_srt() { replace srt other "$1"; }

# Nothing comes for 1 to 5 s, then all that was not sent.
fault_stop_udp() {
    kill -STOP "${pusher[udp]}" || return 0
    sleep "$((1 + $1 % 5))"
    kill -CONT "${pusher[udp]}"
}

# Between what is right.
fault_garbage_udp() {
    local n
    for ((n = 0; n < 50 + $1; n++)); do
        head -c $((1 + (n * 37 + $1) % 1400)) /dev/urandom >"/dev/udp/127.0.0.1/$udp_port" || true
    done
}

# ---- viewers ----

fault_kill_crowd() {
    kill -KILL "$(cat "$work/crowd.pid")" 2>/dev/null || true
}

# some_track: the path of a track, and of a segment that is there.
some_track() {
    local manifest=${manifests[$1 % ${#manifests[@]}]} base
    base=$(curl -sm 5 "$manifest" | jq -r '.presentations[0] | "\(.id)/\(.video[0].tracks[0].id)"') || base=none/none
    echo "${manifest%/*}/$base"
}

newest_packet_segment() {
    curl -sm 5 "$url/healthz" | jq -r --arg c "$1" '(.channels[$c].newest_sequence / 50 | floor)' || echo 0
}

# leave LOT: so many connections ask for the newest segment, and are gone at once.
fault_leave() {
    local port=${url##*:} track path n fd fds=()
    track=$(some_track "$1")
    path=${track#"$url"}/content-$(newest_packet_segment "$(cut -d/ -f2 <<<"${track#"$url"}")").mp4
    for ((n = 0; n < 200; n++)); do
        exec {fd}<>"/dev/tcp/127.0.0.1/$port" || break
        printf 'GET %s HTTP/1.1\r\nHost: soak\r\n\r\n' "$path" >&"$fd" || true
        fds+=("$fd")
    done
    for fd in "${fds[@]}"; do
        exec {fd}>&-
    done
}

fault_slow_readers() {
    local track segment n
    track=$(some_track "$1")
    segment=$(newest_packet_segment "$(cut -d/ -f2 <<<"${track#"$url"}")")
    for ((n = 0; n < 12; n++)); do
        curl -so /dev/null -m 12 --limit-rate 1k "$track/content-$segment.mp4" &
    done
    wait
}

fault_random_paths() {
    local n
    for ((n = 0; n < 150; n++)); do
        case $(((n + $1) % 6)) in
        0) printf 'url = "%s/%s"\n' "$url" "$(head -c 9 /dev/urandom | base64 | tr '+/' '-_')" ;;
        1) printf 'url = "%s/test/x/y/init-%s%s.mp4"\n' "$url" "$RANDOM" 99999999999999999999 ;;
        2) printf 'url = "%s/../../etc/passwd"\n' "$url" ;;
        3) printf 'url = "%s/test/%%2e%%2e/init-now.mp4"\n' "$url" ;;
        4) printf 'url = "%s/%s"\n' "$url" "$(printf '%0*d' $((100 + 10 * n)) 0)" ;;
        *) printf 'url = "%s/test//%s/content-0.mp4?%s"\n' "$url" "$RANDOM" "$n" ;;
        esac
        echo 'output = "/dev/null"'
    done >"$work/paths.$1"
    curl -sm 20 --path-as-is -K "$work/paths.$1" || true
}

fault_bad_ranges() {
    local track segment range
    track=$(some_track "$1")
    segment=$(($(newest_packet_segment "$(cut -d/ -f2 <<<"${track#"$url"}")") - 1))
    for range in bytes=9007199254740993- bytes=18446744073709551616- bytes=5-1 bytes=0-1,1-2,2-3 bytes=-5 bytes=- \
        bytes=0-0-0 items=0-1 "bytes=$1-$((1 + $1))" bytes=99999999-; do
        curl -so /dev/null -m 3 -H "Range: $range" "$track/content-$segment.mp4" || true
    done
}

# Heads that never get whole.
fault_typing() {
    local port=${url##*:} fd n
    exec {fd}<>"/dev/tcp/127.0.0.1/$port" || return 0
    for ((n = 0; n < 10; n++)); do
        printf 'GET /test' >&"$fd" || break
        sleep 1
    done
    exec {fd}>&-
}

fault_half_open() {
    local port=${url##*:} fd n fds=()
    for ((n = 0; n < 50; n++)); do
        exec {fd}<>"/dev/tcp/127.0.0.1/$port" || break
        fds+=("$fd")
    done
    sleep 10
    for fd in "${fds[@]}"; do
        exec {fd}>&-
    done
}

# One client that asks for packet after packet.
fault_every_packet() {
    local track newest
    track=$(some_track "$1")
    newest=$(($(newest_packet_segment "$(cut -d/ -f2 <<<"${track#"$url"}")") * 50))
    curl -so /dev/null -m 20 "$track/init-[$((newest > 200 ? newest - 200 : 0))-$newest].mp4" || true
}

# ---- the packager ----

# Its configuration has a channel more or less, and is read anew.
fault_reload() {
    guest=$((1 - guest))
    write_configuration
    kill -HUP "$packager"
}

# A channel gets another ladder: its viewers go on in a new Presentation.
fault_change_channel() {
    film_ladder=$((1 - film_ladder))
    write_configuration
    kill -HUP "$packager"
}

# Feeds' faults are ours to wait for, so that no two of them meet at one sender; others go on beside.
run_plan() {
    local at fault lot wait_s
    while read -r at fault lot; do
        wait_s=$((started + at - SECONDS))
        [ "$wait_s" -le 0 ] || sleep "$wait_s"
        kill -0 "$judge" 2>/dev/null || return 0
        case $fault in
        reload | change_channel) $reloads || continue ;;
        esac
        echo "$((SECONDS - started)) $fault $lot" >>"$work/done"
        case $fault in
        *_udp | *_srt | reload | change_channel) "fault_$fault" "$lot" 2>>"$work/faults.log" || true ;;
        *)
            "fault_$fault" "$lot" >/dev/null 2>>"$work/faults.log" </dev/null &
            fault_jobs+=($!)
            ;;
        esac
    done <"$1"
}
