# broadcast: a Markdown table of what lvt_bench_broadcast printed, run several times. Needs figures.awk. Times are medians.
$1 == "case" { next }
{
    name = $1
    for (i = 2; i <= NF - 9; i++) name = name " " $i
    if (!(name in runs)) names[++count] = name
    run = ++runs[name]
    pages[name] = $(NF - 8)
    change[name, run] = $(NF - 6) + 0
    taking[name, run] = $(NF - 4) + 0
    renders[name] = $(NF - 3) + 0
    encodings[name] = $(NF - 2) + 0
}
function middle(what, name,    r, list) {
    for (r = 1; r <= runs[name]; r++) list[r] = what[name, r]
    return median(list, runs[name])
}
END {
    print "### One change, shown to many pages"
    print ""
    print "In process, without sockets (`bench/broadcast.c`): a list of 50 rows and a number; the number changes. The time of a change is until"
    print "every page's message is queued; a page then takes it, as a server that writes it does."
    print ""
    print "| pages | change | a page of that | renders | encodings | taking, a page |"
    print "|---|---:|---:|---:|---:|---:|"
    for (i = 1; i <= count; i++) {
        n = names[i]
        print "| " grouped(pages[n]) ", " n " | " duration(middle(change, n)) " | " duration(middle(change, n) / pages[n]) " | " \
            grouped(renders[n]) " | " grouped(encodings[n]) " | " duration(middle(taking, n)) " |"
    }
    print ""
}
