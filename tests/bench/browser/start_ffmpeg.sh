#!/usr/bin/env bash
# One channel of the stamped pictures, encoded by ffmpeg with the settings of the packager's rungs at preset ultrafast
# and pushed to media_server.mjs. Usage: start_ffmpeg.sh dash|hls CHANNEL NAME ADDRESS:PORT; ends with its feed.
set -euo pipefail
cd "$(dirname "$0")/../../.."
kind=$1 channel=$2 name=$3 server=$4
x264=keyint=50:min-keyint=50:scenecut=0:ref=1:bframes=0:weightp=0:sliced-threads=0:threads=1:lookahead-threads=1
url=http://$server/live/$kind/$name

encode=(-filter_complex "[0:v]split=2[x][b];[b]scale=640:360:flags=area[y]" -map '[x]' -map '[y]' -map 0:a
    -pix_fmt yuv420p -c:v libx264 -preset ultrafast -tune zerolatency
    -b:v:0 2500k -maxrate:v:0 2500k -bufsize:v:0 625k -b:v:1 800k -maxrate:v:1 800k -bufsize:v:1 200k
    -c:a aac -b:a 128k -ac 2 -ar 48000)
case $kind in
dash)
    write=(-x264-params "$x264" -f dash -ldash 1 -streaming 1 -seg_duration 2 -frag_type every_frame
        -use_template 1 -use_timeline 0 -write_prft 1 -utc_timing_url "http://$server/time" -window_size 8
        -extra_window_size 4 -remove_at_exit 0 -method PUT -http_persistent 1 -timeout 5 -ignore_io_errors 1
        -adaptation_sets 'id=0,streams=v id=1,streams=a' "$url/stream.mpd")
    ;;
hls)
    write=(-x264-params "${x264//=50/=25}" -map 0:a -f hls -hls_time 1 -hls_list_size 6 -hls_segment_type fmp4
        -hls_flags independent_segments+program_date_time -method PUT -http_persistent 1 -ignore_io_errors 1
        -master_pl_name master.m3u8 -var_stream_map 'v:0,a:0 v:1,a:1' -hls_fmp4_init_filename init-%v.mp4
        -hls_segment_filename "$url/%v-%d.m4s" "$url/%v.m3u8")
    ;;
esac
build/bin/stamped-feed "$channel" 1280x720 25 |
    ffmpeg -nostdin -v error -threads 1 -filter_complex_threads 1 -fflags nobuffer -probesize 32 -f nut -i - \
        "${encode[@]}" "${write[@]}"
