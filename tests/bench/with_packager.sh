# Sourced by benches: a packager in a folder of its own, which goes with the script.
# work: that folder. packager: its process, or nothing.

work=$(mktemp -d)
packager=

stop_packager() {
    [ -z "$packager" ] && return
    kill "$packager" 2>/dev/null
    wait "$packager" 2>/dev/null || true
    packager=
}

finish_packager() {
    stop_packager
    rm -rf "$work"
}

# start_packager PROGRAM OPTION... : url is then the manifest's, base the origin's.
start_packager() {
    local program=$1
    shift
    rm -f "$work/ready"
    "$program" --listen 127.0.0.1:0 "$@" >"$work/ready" 2>"$work/log" &
    packager=$!
    until [ -s "$work/ready" ]; do
        kill -0 "$packager" || {
            cat "$work/log" >&2
            exit 1
        }
        sleep 0.1
    done
    url=$(cut -d' ' -f2 "$work/ready")
    base=${url%/*/manifest.json}
}
