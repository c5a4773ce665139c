# Draws the CSV of init-curves: what the bytes of a packet buy. init_curves.sh sets csv, svg and title.
set terminal svg size 940,820 dynamic enhanced font "sans-serif,14" background "#ffffff"
set output svg
set datafile separator ","
set datafile columnheaders

mean = "#1f5f9f"
worst = "#c0392b"
round = "#9a5b12"
ink = "#333333"

# Rows of one rule only.
by(rule, name) = stringcolumn("rule") eq rule ? column(name) : NaN
kb(rule) = by(rule, "bytes")/1000
tag(value) = sprintf(value == 0 ? "%d" : "%+d", value)

stats csv using (column("bytes")/1000) name "kb" nooutput
stats csv using (by("delta", "psnr")) name "psnr" nooutput
stats csv using (by("delta", "psnr_worst")) name "psnr_worst" nooutput
stats csv using (by("delta", "ssim")) name "ssim" nooutput
stats csv using (by("delta", "ssim_worst")) name "ssim_worst" nooutput
step = kb_max > 250 ? 50 : kb_max > 100 ? 20 : kb_max > 50 ? 10 : 5
left = step*floor(0.92*kb_min/step)
right = 1.05*kb_max

# What fits into r rounds of an unused TCP connection: ten segments, doubling each time.
rounds(r) = 14.6*(2**r - 1)
seen(r) = rounds(r) > left && rounds(r) < right

set key off
set border 3 lc rgb "#888888"
set tics nomirror textcolor rgb ink scale 0.6
set xrange [left:right]
set x2range [left:right]
set xtics step
set x2tics () scale 0
do for [i = int(left/step):int(right/step)] {
    set x2tics add (sprintf("%.0f / %.0f", 1.6*i*step, 0.4*i*step) i*step)
}
set grid xtics ytics lt 1 lw 0.8 lc rgb "#e2e2e2"
do for [r = 1:7] {
    if (seen(r)) {
        set arrow r from first rounds(r), graph 0 to first rounds(r), graph 1 nohead lc rgb round dt (6,5) lw 1.2 back
        set label 10 + r sprintf("from here %d round trips on a new connection", r + 1) \
            at first rounds(r), graph 0.03 left offset 0.6, 0.3 font ",12" textcolor rgb round
    }
}
set lmargin 10
set rmargin 6
set offsets 0, 0, graph 0.1, graph 0.06

set multiplot
set label 1 title at screen 0.5, 0.975 center font ",17" textcolor rgb "#111111"
set label 2 "What a viewer sees in the 30 frames after a join, against what the others see" \
    at screen 0.5, 0.946 center font ",13" textcolor rgb "#555555"
set label 5 "Dots: the packet's QP is that of its frame in the continuation plus a delta. Squares: all packets have one QP." \
    at screen 0.5, 0.922 center font ",13" textcolor rgb "#555555"
set size 1, 0.49
set origin 0, 0.435
set tmargin 3.8
set bmargin 1.2
set format x ""
set x2label "ms on the wire at 5 / 20 Mbit/s" offset 0, -0.4 textcolor rgb ink
set ylabel "luma PSNR, dB" textcolor rgb ink
set ytics 2
set label 3 "mean of the joins" at kb_max, psnr_max right offset 0, -1.6 textcolor rgb mean
set label 4 "worst join" at kb_max, psnr_worst_max right offset 0, -1.6 textcolor rgb worst
plot csv using (kb("delta")):(by("delta", "psnr")) with linespoints lw 2.2 pt 7 ps 0.6 lc rgb mean, \
     csv using (kb("delta")):(by("delta", "psnr")):(tag(column("value"))) with labels \
         offset 0, 0.9 font ",12" textcolor rgb mean, \
     csv using (kb("delta")):(by("delta", "psnr_worst")) with linespoints lw 2.2 pt 7 ps 0.6 lc rgb worst, \
     csv using (kb("qp")):(by("qp", "psnr")) with points pt 4 ps 0.75 lw 1.6 lc rgb mean, \
     csv using (kb("qp")):(by("qp", "psnr_worst")) with linespoints dt (3,3) pt 4 ps 0.75 lw 1.6 lc rgb worst, \
     csv using (kb("qp")):(by("qp", "psnr_worst")):(sprintf("%d", column("value"))) with labels \
         offset 0, -0.9 font ",12" textcolor rgb worst

unset label 1
unset label 2
unset label 5
unset x2tics
unset x2label
do for [r = 1:7] { unset label 10 + r }
set size 1, 0.435
set origin 0, 0
set tmargin 1.2
set bmargin 3.6
set format x "%g"
set xlabel "mean size of a packet, kB" textcolor rgb ink
set ylabel "luma SSIM"
set yrange [*:1]
set ytics autofreq
set format y "%.3f"
set label 3 "mean of the joins" at kb_max, ssim_max right offset 0, 0.9 textcolor rgb mean
set label 4 "worst join" at kb_max, ssim_worst_max right offset 0, -1.6 textcolor rgb worst
plot csv using (kb("delta")):(by("delta", "ssim")) with linespoints lw 2.2 pt 7 ps 0.6 lc rgb mean, \
     csv using (kb("delta")):(by("delta", "ssim_worst")) with linespoints lw 2.2 pt 7 ps 0.6 lc rgb worst, \
     csv using (kb("qp")):(by("qp", "ssim")) with points pt 4 ps 0.75 lw 1.6 lc rgb mean, \
     csv using (kb("qp")):(by("qp", "ssim_worst")) with linespoints dt (3,3) pt 4 ps 0.75 lw 1.6 lc rgb worst
unset multiplot
