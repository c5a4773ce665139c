#!/usr/bin/env bash
# Reads every #include of the production folders and fails on one that runs upwards, or sideways
# between parts that are to meet only at a contract. Usage: check-includes.sh SOURCE-DIRECTORY
set -euo pipefail
cd "$1"

# Lowest floor first; folders on one line don't include each other.
floors=(
    'media/core'
    'media/h264 media/aac media/stamp media/isobmff'
    'media/cmaf'
    'manifests'
    'packager/access'
    'packager/config packager/rtmp packager/pace packager/ladder packager/store'
    'packager/ingest packager/encode packager/origin'
    'packager/track packager/web'
    'packager/init'
    'packager/pipeline'
    'player-sim/stats player-sim/link player-sim/decode player-sim/session player-sim/content player-sim/abr player-sim/qoe'
    'player-sim/transport/http player-sim/transport/virtual player-sim/report player-sim/segmented player-sim/record'
    'player-sim/viewer'
    'player-sim/live player-sim/simulate'
    'player-sim/command'
)
declare -A floor_of
for i in "${!floors[@]}"; do
    for folder in ${floors[$i]}; do
        floor_of[$folder]=$i
    done
done

wrong=0
seen=0
while IFS=: read -r file line; do
    from=${file%/*}
    [[ "$file" =~ ^(packager|player-sim)/main.c$ ]] && continue
    to=${line#*\"}
    to=${to%%\"*}
    to=${to%/*}
    seen=$((seen + 1))
    [ "$from" = "$to" ] && continue
    if [ -z "${floor_of[$from]:-}" ] || [ -z "${floor_of[$to]:-}" ]; then
        echo "$file: includes from '$to', a folder without a floor"
        wrong=1
    elif [ "${floor_of[$to]}" -ge "${floor_of[$from]}" ]; then
        echo "$file: $from (floor ${floor_of[$from]}) includes $to (floor ${floor_of[$to]})"
        wrong=1
    elif [[ "$from $to" =~ ^packager/.*player-sim/ || "$from $to" =~ ^player-sim/.*packager/ ]]; then
        echo "$file: packager and player-sim never include each other"
        wrong=1
    elif [[ "$from $to" =~ ^packager/origin\ packager/(ingest|ladder|encode|track|init|pace) ]]; then
        echo "$file: the producers and the origin meet only at the store"
        wrong=1
    fi
done < <(grep -rn --include='*.[ch]' '^#include "' media manifests packager player-sim | sed 's/:[0-9]*:/:/')

if grep -rlq '#include ".*\.c"' media manifests packager player-sim tests --include='*.[ch]'; then
    echo "somebody includes a .c"
    wrong=1
fi
[ "$seen" -gt 50 ] || {
    echo "only $seen includes found: is this the source directory?"
    wrong=1
}
exit $wrong
