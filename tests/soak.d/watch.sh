# shellcheck shell=bash
# What is looked at while it runs: the packager's memory, files and threads, and whether /healthz answers.
# Sourced by tests/soak.
# shellcheck disable=SC2154 # what tests/soak and world.sh set

watcher='' health_watcher=''

# One line: second, resident kB, open files, threads.
take_sample() {
    local kb threads files
    kb=$(awk '$1 == "VmRSS:" { print $2 }' "/proc/$packager/status" 2>/dev/null) || return 0
    threads=$(awk '$1 == "Threads:" { print $2 }' "/proc/$packager/status" 2>/dev/null) || return 0
    files=$(find "/proc/$packager/fd" -mindepth 1 2>/dev/null | wc -l)
    echo "$((SECONDS - started)) $kb $files $threads" >>"$work/samples"
}

watch_process() {
    while kill -0 "$packager" 2>/dev/null; do
        take_sample
        sleep 10
    done
}

# One line: second, HTTP status (000: no answer within 5 s), seconds it took.
watch_health() {
    while kill -0 "$packager" 2>/dev/null; do
        curl -so /dev/null -m 5 -w "$((SECONDS - started)) %{http_code} %{time_total}\n" "$url/healthz" \
            >>"$work/health" || true
        sleep 1
    done
}

start_watch() {
    watch_process &
    watcher=$!
    watch_health &
    health_watcher=$!
}

stop_watch() {
    local pid
    for pid in "$watcher" "$health_watcher"; do
        end_tree "$pid"
        wait "$pid" 2>/dev/null || true
    done
}
