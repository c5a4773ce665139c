# Draws one experiment of docs/lab.md. lab.sh sets csv, svg, and part: which one.
set terminal svg size 940,640 dynamic enhanced font "sans-serif,14" background "#ffffff"
set output svg
set datafile separator ","
set datafile columnheaders
set encoding utf8

ink = "#333333"
blue = "#1f5f9f"
red = "#c0392b"
green = "#2e7d32"
brown = "#9a5b12"

set border 3 lc rgb "#888888"
set tics nomirror textcolor rgb ink scale 0.6
set grid ytics lt 1 lw 0.8 lc rgb "#e2e2e2"
set key top left horizontal noenhanced textcolor rgb ink
set lmargin 11
set rmargin 4
set xlabel textcolor rgb ink
set ylabel offset 1, 0 textcolor rgb ink
set title textcolor rgb "#111111"
short(ms) = ms < 1000 ? sprintf("%.0f", ms) : sprintf("%.1f s", ms/1000)
is(name, value) = strcol(name) eq value

if (part eq "deliveries") {
    link(i) = word("50M:10 50M:40 50M:120 3G:100", i)
    place(l, r) = l eq "3G" ? 4 : r == 10 ? 1 : r == 40 ? 2 : 3
    names = "hesp ll-dash ll-hls segment"
    colour(i) = i == 1 ? blue : i == 2 ? red : i == 3 ? green : brown
    at(i) = place(strcol("link"), column("rtt")) + 0.19*(i - 2.5)
    set xrange [0.5:4.5]
    set xtics ("50 Mbit/s, rtt 10 ms" 1, "50 Mbit/s, rtt 40 ms" 2, "50 Mbit/s, rtt 120 ms" 3, \
               "86 traces of 3G, rtt 100 ms" 4)
    set logscale y
    set boxwidth 0.16
    set style fill solid 0.85 noborder
    set multiplot layout 2,1
    set title "A zap: from the wish to the first picture of the new channel"
    set ylabel "ms, tm90 and its 95 % interval"
    set yrange [10:8000]
    set ytics (10, 30, 100, 300, 1000, 3000)
    plot for [i = 1:4] csv using (is("delivery", word(names, i)) ? at(i) : NaN):"zap" \
             with boxes lc rgb colour(i) title word(names, i), \
         for [i = 1:4] csv using (is("delivery", word(names, i)) ? at(i) : NaN):"zap_low":(0):(column("zap_high") - column("zap_low")) \
             with vectors nohead lc rgb ink lw 2 notitle, \
         for [i = 1:4] csv using (is("delivery", word(names, i)) ? at(i) : NaN):"zap_high":(short(column("zap"))) \
             with labels offset 0, 0.7 font ",12" textcolor rgb colour(i) notitle
    set title "Latency: from capture to screen"
    set ylabel "ms, tm90"
    set yrange [30:30000]
    set ytics (30, 100, 300, 1000, 3000, 10000)
    set key off
    plot for [i = 1:4] csv using (is("delivery", word(names, i)) ? at(i) : NaN):"latency" \
             with boxes lc rgb colour(i), \
         for [i = 1:4] csv using (is("delivery", word(names, i)) ? at(i) : NaN):"latency":(short(column("latency"))) \
             with labels offset 0, 0.7 font ",12" textcolor rgb colour(i)
    unset multiplot
}

if (part eq "zap") {
    kinds = "1.1/0 1.1/1 2/ 3/"
    kind(i) = is("http", i == 3 ? "2" : i == 4 ? "3" : "1.1") && (i > 2 || strcol("spares") eq (i == 1 ? "0" : "1"))
    slot(r) = r == 10 ? 0 : r == 40 ? 1 : 2
    x(i) = slot(column("rtt"))*5 + i
    row(i, rate) = is("rate", rate) && kind(i) ? x(i) : NaN
    set style fill solid 0.9 noborder
    set boxwidth 0.7
    set xrange [0:15]
    set multiplot layout 2,1
    set ylabel "ms, means"
    do for [panel = 1:2] {
        rate = word("5M 50M", panel)
        set title panel == 1 ? "A link of 5 Mbit/s" : "50 Mbit/s"
        set yrange [0:panel == 1 ? 720 : 600]
        set ytics 100
        set xtics () nomirror scale 0 textcolor rgb ink
        do for [s = 0:2] {
            do for [i = 1:4] {
                set xtics add (word("1.1 1.1+1 2 3", i) s*5 + i)
            }
        }
        if (panel == 1) { set key top left vertical Left reverse } else { set key off }
        set xlabel panel == 2 ? "HTTP version; +1: with a spare connection" : ""
        do for [s = 0:2] {
            set label s + 1 sprintf("rtt %s ms", word("10 40 120", s + 1)) at s*5 + 2.5, graph (s == 2 ? 1.05 : 0.5) center textcolor rgb ink
        }
        plot for [i = 1:4] csv using (row(i, rate)):"next" with boxes lc rgb "#cfd8dc" title (i == 1 ? "next picture" : ""), \
             for [i = 1:4] csv using (row(i, rate)):"packet" with boxes lc rgb blue title (i == 1 ? "whole packet: first picture" : ""), \
             for [i = 1:4] csv using (row(i, rate)):"first_byte" with boxes lc rgb brown title (i == 1 ? "first byte" : ""), \
             for [i = 1:4] csv using (row(i, rate)):"connection" with boxes lc rgb red title (i == 1 ? "connection" : "")
    }
    unset multiplot
}

if (part eq "rules") {
    set terminal svg size 940,560 dynamic enhanced font "sans-serif,14" background "#ffffff"
    set output svg
    set grid xtics ytics lt 1 lw 0.8 lc rgb "#e2e2e2"
    set xlabel "share of the time with a picture in which it stood still, %"
    set ylabel "mean bit rate on screen, kbit/s"
    set xrange [-0.2:5.2]
    set yrange [200:1100]
    set key bottom right vertical
    bola(y) = strcol("rule") eq "bola" ? y : NaN
    dash(c) = is("delivery", "ll-dash") ? column(c) : NaN
    hesp(c) = is("delivery", "hesp") ? column(c) : NaN
    seconds(ms) = sprintf("%.1f s behind", ms/1000)
    rule(r) = r eq "dynamic" || r eq "bola" ? "" : r eq "throughput" ? "throughput, dynamic" : r # the same points
    high(y) = strcol("rule") eq "throughput" && column("buffer") == 3000 ? y : NaN
    low(y) = strcol("rule") eq "throughput" && column("buffer") == 3000 ? NaN : y
    text(b) = strcol("rule")." ".b.", ".seconds(column("latency"))
    plot csv using (dash("stalled")):"kbps" with points pt 7 ps 0.9 lc rgb red title "ll-dash", \
         csv using (hesp("stalled")):"kbps" with points pt 5 ps 0.9 lc rgb blue title "hesp, with --buffer in ms", \
         csv using (dash("stalled")):"kbps":(rule(strcol("rule"))) with labels left offset 0.8, 0.1 \
             font ",12" textcolor rgb red noenhanced notitle, \
         csv using (dash("stalled")):(bola(column("kbps"))):(strcol("rule")) with labels right offset -0.8, 0.1 \
             font ",12" textcolor rgb red noenhanced notitle, \
         csv using (hesp("stalled")):(low(column("kbps"))):(text(strcol("buffer"))) \
             with labels left offset 0.8, 0.1 font ",12" textcolor rgb blue noenhanced notitle, \
         csv using (hesp("stalled")):(high(column("kbps"))):(text(strcol("buffer"))) \
             with labels left offset 0.2, 0.9 font ",12" textcolor rgb blue noenhanced notitle
}

if (part eq "join") {
    names = "same smallest burst"
    text(i) = word("join\\ same,\\ fixed join\\ smallest,\\ fixed burst", i)
    colour(i) = i == 1 ? red : i == 2 ? brown : blue
    set logscale x
    set xrange [2.7:56]
    set xtics (3, 4, 6, 10, 20, 50)
    set multiplot layout 2,1
    set title "A zap"
    set ylabel "ms, tm90 and its interval"
    set yrange [0:*]
    set key top right vertical
    plot for [i = 1:3] csv using (is("join", word(names, i)) ? column("rate") : NaN):"zap":"zap_low":"zap_high" \
         with yerrorbars lw 1.5 pt 7 ps 0.5 lc rgb colour(i) notitle, \
         for [i = 1:3] "< grep -e '^rate' -e ',".word(names, i).",' '".csv."' | sed 's/\"//g'" using "rate":"zap" \
         with lines lw 2 lc rgb colour(i) title (i == 1 ? "--join same" : i == 2 ? "--join smallest" : "--abr burst")
    set title "What is on screen meanwhile"
    set ylabel "kbit/s, mean"
    set xlabel "rate of the link, Mbit/s"
    set key off
    set yrange [0:3000]
    plot for [i = 1:3] "< grep -e '^rate' -e ',".word(names, i).",' '".csv."' | sed 's/\"//g'" using "rate":"kbps" \
         with linespoints lw 2 pt 7 ps 0.5 lc rgb colour(i)
    unset multiplot
}

if (part eq "loss") {
    colour(i) = i == 1 ? brown : i == 2 ? "#e5a39b" : blue
    width(i) = i == 2 ? 6 : 2 # HTTP/3's line lies upon HTTP/2's
    version(i) = word("1.1 2 3", i)
    rows(i) = "< grep -e '^percent' -e '^[0-9.]*,".version(i).",' '".csv."'"
    set xrange [0:2]
    set multiplot layout 2,1
    set title "A zap: median, and the hundredth that waits longest (dashed: p99)"
    set ylabel "ms"
    set yrange [0:*]
    plot for [i = 1:3] rows(i) using "percent":"zap_p50" with linespoints lw width(i) pt 7 ps 0.5 lc rgb colour(i) \
             title "HTTP/".version(i), \
         for [i = 1:3] rows(i) using "percent":"zap_p99" with linespoints lw width(i) dt (6,4) pt 7 ps 0.5 lc rgb colour(i) notitle
    set title "Standing still"
    set ylabel "% of the time"
    set xlabel "packets lost, %"
    set key off
    plot for [i = 1:3] rows(i) using "percent":"stalled" with linespoints lw width(i) pt 7 ps 0.5 lc rgb colour(i)
    unset multiplot
}
