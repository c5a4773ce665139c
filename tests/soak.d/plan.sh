# shellcheck shell=bash
# Which fault comes when: the same lines for the same seed. Sourced by tests/soak.

# What is drawn from; some are there more than once, as they come more often.
faults=(kill_udp kill_srt kill_srt stop_udp garbage_udp garbage_udp change_udp change_srt kill_crowd leave leave
    slow_readers random_paths bad_ranges bad_ranges typing half_open every_packet reload reload change_channel)

# Nothing happens before the window is full, nor so late that nobody would see what became of it.
plan_quiet_s=20

# A linear congruential generator; its low bits are not drawn from.
draw() {
    drawn=$(((drawn * 1103515245 + 12345) & 0x7fffffff))
    lot=$(((drawn >> 8) % $1))
}

# plan SEED SECONDS: lines of "second fault number", the number being the fault's own lot.
plan() {
    local drawn=$1 until=$(($2 - plan_quiet_s)) at=$plan_quiet_s lot fault
    draw 1
    while
        draw 5
        at=$((at + 1 + lot))
        [ "$at" -lt "$until" ]
    do
        draw ${#faults[@]}
        fault=${faults[lot]}
        draw 1000
        echo "$at $fault $lot"
    done
}
