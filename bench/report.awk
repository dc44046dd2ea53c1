# report: Markdown tables from the measurements of bench/run, tab-separated lines:
#   time  ROUND PARTICIPANT PAGE NANOSECONDS BYTES
#   count PARTICIPANT PAGE INSTRUCTIONS
# Needs figures.awk. Times are medians over the rounds. A ratio is made within each round, of two programs that ran
# shortly after one another, and is the median of these, with the smallest and the largest in brackets.
BEGIN { FS = "\t" }

$1 == "time" {
    see_page($4)
    if (!($3 in takes_part)) takes_part[$3] = 1
    time[$3, $4, $2] = $5 + 0
    bytes[$3, $4] = $6
    if ($2 > rounds) rounds = $2 + 0
}
$1 == "count" {
    count[$2, $3] = $4 + 0
    has_counts = 1
}

function see_page(page) {
    if (page in seen) return
    seen[page] = 1
    page_names[++page_count] = page
}

function time_of(name, page,    r, list) {
    for (r = 1; r <= rounds; r++) list[r] = time[name, page, r]
    return median(list, rounds)
}

function set_ratio(above, below, page,    r, list) {
    for (r = 1; r <= rounds; r++) list[r] = time[above, page, r] / time[below, page, r]
    ratio = median(list, rounds)
    spread = sprintf("(%s to %s)", digits(list[1]), digits(list[rounds]))
}

function table_against_go(title, ours, theirs, data,    p, page) {
    print "### " title
    print ""
    print data
    print ""
    print "| page | bytes | lvt | Go | times Go's speed |"
    print "|---|---:|---:|---:|---:|"
    for (p = 1; p <= page_count; p++) {
        page = page_names[p]
        set_ratio(theirs, ours, page)
        printf "| %s | %d | %s | %s | **%s** %s |\n", page, bytes[ours, page], microseconds(time_of(ours, page)),
            microseconds(time_of(theirs, page)), digits(ratio), spread
    }
    print ""
}

function table_by_hand(    p, page) {
    print "### Against a page written by hand in C"
    print ""
    print "From the same C structs, the same bytes."
    print ""
    print "| page | bytes | lvt | by hand | times its time |"
    print "|---|---:|---:|---:|---:|"
    for (p = 1; p <= page_count; p++) {
        page = page_names[p]
        set_ratio("lvt", "handwritten", page)
        printf "| %s | %d | %s | %s | **%s** %s |\n", page, bytes["lvt", page], microseconds(time_of("lvt", page)),
            microseconds(time_of("handwritten", page)), digits(ratio), spread
    }
    print ""
}

function table_of_counts(    p, page, ours) {
    print "### Instructions"
    print ""
    print "Counted by callgrind, which gives the same numbers whatever else the machine does."
    print ""
    printf "| page | lvt | a byte | by hand | a byte | lvt / by hand | lvt, dynamic values |"
    print (("askama", page_names[1]) in count ? " askama |" : "")
    printf "|---|---:|---:|---:|---:|---:|---:|"
    print (("askama", page_names[1]) in count ? "---:|" : "")
    for (p = 1; p <= page_count; p++) {
        page = page_names[p]
        ours = count["lvt", page]
        printf "| %s | %d | %.2f | %d | %.2f | **%.2f** | %d |", page, ours, ours / bytes["lvt", page],
            count["handwritten", page], count["handwritten", page] / bytes["lvt", page],
            ours / count["handwritten", page], count["lvt-dynamic", page]
        if (("askama", page) in count) printf " %d |", count["askama", page]
        print ""
    }
    print ""
}

function row_of_engine(label, data, name, ours,    p, page) {
    if (!(name in takes_part)) return
    printf "| %s | %s |", label, data
    for (p = 1; p <= page_count; p++) {
        page = page_names[p]
        if (name == ours) {
            printf " %s |", microseconds(time_of(name, page))
        } else {
            set_ratio(name, ours, page)
            printf " %s, %s× |", microseconds(time_of(name, page)), digits(ratio)
        }
    }
    print ""
}

function table_of_engines(    p) {
    print "### Against other engines"
    print ""
    print "Behind each time: how many times as long as lvt takes with the same sort of data."
    print ""
    printf "| engine | data |"
    for (p = 1; p <= page_count; p++) printf " %s |", page_names[p]
    print ""
    printf "|---|---|"
    for (p = 1; p <= page_count; p++) printf "---:|"
    print ""
    row_of_engine("lvt", "structs", "lvt", "lvt")
    row_of_engine("askama, compiled by rustc", "structs", "askama", "lvt")
    row_of_engine("lvt", "dynamic values", "lvt-dynamic", "lvt-dynamic")
    row_of_engine("minijinja", "dynamic values", "minijinja", "lvt-dynamic")
    row_of_engine("Jinja2", "dictionaries", "jinja2", "lvt-dynamic")
    row_of_engine("Handlebars", "objects", "handlebars", "lvt-dynamic")
    row_of_engine("eta", "objects", "eta", "lvt-dynamic")
    print ""
}

END {
    if ("go" in takes_part) {
        table_against_go("Against Go's html/template", "lvt", "go", "C structs here, Go structs there.")
        table_against_go("Against Go's html/template, dynamic values", "lvt-dynamic", "go-dynamic",
            "What JSON becomes: dynamic values here, `map[string]any` and `[]any` there.")
    }
    table_by_hand()
    if (has_counts) table_of_counts()
    table_of_engines()
}
