# shellcheck shell=bash
# The end: a table, and whether all is well. Sourced by tests/soak.
# shellcheck disable=SC2154 # what tests/soak and the others set

# Growth that is none: of memory (the allocator keeps some, and the window's bytes go up and down), of files and
# threads (a feed may be closed or open at either end).
memory_percent=10 memory_kb=16384 files_more=12 threads_more=12

bad=()

row() {
    printf '| %s | %s |\n' "$1" "$2"
}

# of_samples COLUMN first|last: the median of three samples, the first after the window has filled.
of_samples() {
    local from=$((seconds / 3 < 60 ? seconds / 3 : 60)) part="head"
    [ "$2" = first ] || part="tail"
    awk -v from="$from" -v c="$1" '$1 >= from { print $c }' "$work/samples" | "$part" -n 3 | sort -n | sed -n 2p
}

# of_judge FILTER: a number of the judge's report, or - where there is none.
of_judge() {
    jq -r "$1 // \"-\"" "$work/judge.json" 2>/dev/null || echo -
}

judge_growth() {
    local what=$1 column=$2 bound=$3 first last
    first=$(of_samples "$column" first)
    last=$(of_samples "$column" last)
    row "$what, start and end" "${first:-?}, ${last:-?}"
    [ -n "$first" ] && [ -n "$last" ] && [ "$last" -le $((first + bound)) ] || bad+=("$what has grown")
}

table_faults() {
    awk '{ n[$2]++ } END { for (f in n) print n[f], f }' "$work/done" 2>/dev/null | sort -k2 |
        awk '{ printf "%s%s %d", (NR > 1 ? ", " : ""), $2, $1 }' | tr _ ' '
}

table_viewers() {
    local continuity http
    continuity=$(of_judge '.errors | .sequence_gap + .sequence_repeat + .timestamp + .decode + .stamp')
    http=$(of_judge '.errors | .http + .timeout')
    row "viewers judged" "$(of_judge .sessions) for $(of_judge '.duration_s | round') s, \
$(of_judge '.metrics.startup_ms.n + .metrics.zap_ms.n') joins, $(of_judge .metrics.switch_ms.n) switches"
    row "their continuity errors" "$continuity"
    row "their requests that failed" "$http"
    row "their pictures' latency, tm90, p99, worst" \
        "$(of_judge '.metrics.latency_ms | "\(.tm90 | round), \(.p99 | round), \(.max | round) ms"')"
    row "from capture to arrival, tm90, p99, worst" \
        "$(of_judge '.metrics.arrival_ms | "\(.tm90 * 10 | round / 10), \(.p99 | round), \(.max | round) ms"')"
    row "their stalls" "$(of_judge '.metrics.stall_ms | "\(.n // 0), longest \(.max // 0 | round) ms"')"
    [ "$continuity" = 0 ] || bad+=("continuity errors: $(of_judge '.error_texts | tostring')")
    [ "$http" = 0 ] || bad+=("failed requests: $(of_judge '.error_texts | tostring')")
    [ "$judge_status" -eq 0 ] || bad+=("player-sim's exit code is $judge_status")
}

table_health() {
    local unanswered
    unanswered=$(awk '$2 == "000"' "$work/health" | wc -l)
    row "/healthz asked, unanswered, slowest" \
        "$(wc -l <"$work/health"), $unanswered, $(awk '$3 > m { m = $3 } END { printf "%.0f ms", 1000 * m }' "$work/health")"
    [ "$unanswered" -eq 0 ] || bad+=("/healthz did not answer $unanswered times")
}

table_process() {
    local first last
    first=$(of_samples 2 first)
    last=$(of_samples 2 last)
    row "memory, start and end" "$(awk -v a="${first:-0}" -v b="${last:-0}" 'BEGIN { printf "%.1f, %.1f MiB", a / 1024, b / 1024 }')"
    row "memory's slope" "$(awk -v from=60 '$1 >= from { n++; x += $1; y += $2; xx += $1 * $1; xy += $1 * $2 }
        END { d = n * xx - x * x; if (n > 2 && d > 0) printf "%.1f MiB an hour", (n * xy - x * y) / d * 3600 / 1024; else printf "-" }' "$work/samples")"
    if grep -qE '__(asan|tsan)_init' "$build/bin/hesp-packager"; then
        row "memory is judged" "no: a build with sanitizers"
    elif [ -z "$first" ] || [ "${last:-0}" -gt $((first + first * memory_percent / 100 + memory_kb)) ]; then
        bad+=("memory has grown by more than $memory_percent % and $((memory_kb / 1024)) MiB")
    fi
    judge_growth "open files" 3 "$files_more"
    judge_growth threads 4 "$threads_more"
    row "the packager's end" "exit code $packager_status, $(grep -c ' error ' "$work/packager.log" || true) errors in its log"
    [ "$packager_status" -eq 0 ] || bad+=("the packager's exit code is $packager_status")
    ! grep -q 'Sanitizer\|runtime error' "$work/packager.log" || bad+=("a sanitizer has found something")
}

table() {
    echo "| $minutes min, seed $seed | |"
    echo "| --- | --- |"
    row "faults injected" "$(wc -l <"$work/done" 2>/dev/null || echo 0): $(table_faults)"
    table_viewers
    table_health
    table_process
    if [ ${#bad[@]} -gt 0 ]; then
        printf 'soak: %s\n' "${bad[@]}" >&2
        exit 1
    fi
}
