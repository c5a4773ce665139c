# Draws a recorded and a made-up rung, frame by frame. content.sh sets natural, synthetic and svg.
set terminal svg size 940,640 dynamic enhanced font "sans-serif,14" background "#ffffff"
set output svg
set datafile separator ","
set datafile columnheaders

frame = "#1f5f9f"
packet = "#c0392b"
ink = "#333333"

set key off
set border 3 lc rgb "#888888"
set tics nomirror textcolor rgb ink scale 0.6
set grid ytics lt 1 lw 0.8 lc rgb "#e2e2e2"
set xrange [0:24]
set yrange [0:60]
set xtics 6
set ytics 20
set lmargin 8
set rmargin 4
set tmargin 2.4
set ylabel "kB" textcolor rgb ink
set multiplot layout 2,1
set title "640x360 at 800 kbit/s, 25 frames/s: recorded, a natural clip of 5.3 s in a loop" textcolor rgb "#111111"
set label 1 "Initialization Packets" at 12.4, 46 left textcolor rgb packet
set label 2 "frames, as chunks" at 12.4, 22 left textcolor rgb frame
plot natural using "seconds":"frame_kb" with impulses lw 1 lc rgb frame, \
     natural using "seconds":"packet_kb" with lines lw 1.6 lc rgb packet
set title "made up, seed 1"
set xlabel "seconds" textcolor rgb ink
unset label 1
unset label 2
plot synthetic using "seconds":"frame_kb" with impulses lw 1 lc rgb frame, \
     synthetic using "seconds":"packet_kb" with lines lw 1.6 lc rgb packet
unset multiplot
