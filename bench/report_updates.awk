# report_updates: Markdown tables of what updates cost, from the measurements of bench/run, tab-separated lines:
#   update ROUND PARTICIPANT PAGE CHANGE NANOSECONDS MEDIAN PERCENTILE BYTES
#   first  ROUND PAGE MEASURE NANOSECONDS BYTES
#   steps  PARTICIPANT PAGE CHANGE INSTRUCTIONS
#   right  PAGE CHANGE ANSWER         what bench/peers/upstream/check.mjs says
#   fails  PARTICIPANT PAGE CHANGE
# Needs figures.awk and `shown`: the journeys that the tables show, PAGE/CHANGE with commas between them. Times are medians
# over the rounds; a ratio is made within each round and is the median of these, with the smallest and the largest.
BEGIN {
    FS = "\t"
    journey_count = split(shown, journeys, ",")
}

$1 == "update" {
    journey = $4 "/" $5
    if ($2 + 0 > rounds) rounds = $2 + 0
    measured[$3, journey] = 1
    mean[$3, journey, $2] = $6 + 0
    middle[$3, journey, $2] = $7 + 0
    if ($8 == "-") is_short[$3, journey] = 1
    high[$3, journey, $2] = $8 + 0
    bytes[$3, journey] = $9 + 0
}
$1 == "first" {
    if (!(($3, "print") in first_bytes) && $4 == "print") first_pages[++first_count] = $3
    first_time[$3, $4, $2] = $5 + 0
    first_bytes[$3, $4] = $6 + 0
}
$1 == "steps" {
    steps[$2, $3 "/" $4] = $5 + 0
    has_steps = 1
}
$1 == "right" {
    has_answers = 1
    if ($4 != "right") {
        wrong[++wrong_count] = $2 ", " $3 ": " $4
        is_wrong["upstream", $2 "/" $3] = 1
    } else {
        right_count++
    }
}
$1 == "fails" { has_failed[$2, $3 "/" $4] = 1 }

function time_of(what, name, journey,    r, list) {
    for (r = 1; r <= rounds; r++) list[r] = what[name, journey, r]
    return median(list, rounds)
}
function cell(name, journey) {
    if ((name, journey) in has_failed) return "fails"
    if (!((name, journey) in measured)) return ""
    return duration(time_of(mean, name, journey)) ((name, journey) in is_wrong ? ", wrong page" : "")
}
function middle_cell(name, journey) { return (name, journey) in measured ? duration(time_of(middle, name, journey)) : "" }
function high_cell(name, journey) {
    if (!((name, journey) in measured)) return ""
    return (name, journey) in is_short ? "–" : duration(time_of(high, name, journey))
}
function bytes_cell(name, journey) { return (name, journey) in measured ? grouped(bytes[name, journey]) : "" }
function steps_cell(name, journey) { return (name, journey) in steps ? grouped(steps[name, journey]) : "" }
function times(ratio) { return ratio < 999.5 ? digits(ratio) : grouped(ratio) }
function ratio_cell(name, journey,    r, list, ratio) {
    if (!((name, journey) in measured) || !(("upstream", journey) in measured)) return ""
    if ((name, journey) in has_failed || ("upstream", journey) in has_failed) return ""
    for (r = 1; r <= rounds; r++) list[r] = mean["upstream", journey, r] / mean[name, journey, r]
    ratio = median(list, rounds)
    return "**" times(ratio) "** (" times(list[1]) " to " times(list[rounds]) ")"
}
function name_of(journey,    words) {
    split(journey, words, "/")
    if (words[1] ~ /^table-/) words[1] = "table " grouped(substr(words[1], 7))
    return words[1] " | " words[2]
}

function table_against_upstream(    i, j) {
    print "### Updates against upstream LiveTemplate"
    print ""
    print "From one state to the next: rendered, compared and encoded, from C structs here and Go structs there."
    print ""
    print "| page | change | lvt | lvt, tracked list | upstream | lvt: times upstream's speed | tracked list: times upstream's speed |"
    print "|---|---|---:|---:|---:|---:|---:|"
    for (i = 1; i <= journey_count; i++) {
        j = journeys[i]
        print "| " name_of(j) " | " cell("lvt", j) " | " cell("tracked", j) " | " cell("upstream", j) " | " \
            ratio_cell("lvt", j) " | " ratio_cell("tracked", j) " |"
    }
    print ""
    if (!has_answers) {
        print "Whether upstream's updates are right was not checked: that needs Node.js."
    } else {
        print "Upstream's updates, applied by its own client (`bench/peers/upstream/check.mjs`), show the right page in " \
            right_count " of these " (right_count + wrong_count) (wrong_count ? "; not in:" : ".")
        if (wrong_count) print ""
        for (i = 1; i <= wrong_count; i++) print "- `" wrong[i] "`"
    }
    print ""
}

function table_of_bytes(    i, j) {
    print "### Bytes and instructions of updates"
    print ""
    print "Instructions are counted by callgrind."
    print ""
    print "| page | change | lvt, bytes | upstream, bytes | lvt, instructions | lvt, tracked list, instructions |"
    print "|---|---|---:|---:|---:|---:|"
    for (i = 1; i <= journey_count; i++) {
        j = journeys[i]
        print "| " name_of(j) " | " bytes_cell("lvt", j) " | " bytes_cell("upstream", j) " | " steps_cell("lvt", j) " | " \
            steps_cell("tracked", j) " |"
    }
    print ""
}

function table_of_percentiles(    i, j) {
    print "### Single updates"
    print ""
    print "Median and 99th percentile by the clock, so with whatever else the machine does; – where fewer than 100 were measured."
    print ""
    print "| page | change | lvt, median | 99 % | tracked list, median | 99 % | upstream, median | 99 % |"
    print "|---|---|---:|---:|---:|---:|---:|---:|"
    for (i = 1; i <= journey_count; i++) {
        j = journeys[i]
        print "| " name_of(j) " | " middle_cell("lvt", j) " | " high_cell("lvt", j) " | " middle_cell("tracked", j) " | " \
            high_cell("tracked", j) " | " middle_cell("upstream", j) " | " high_cell("upstream", j) " |"
    }
    print ""
}

function table_of_first_messages(    i, page) {
    print "### Connections"
    print ""
    print "Print: the page as HTML. Encode: the complete tree as a message. Render: and the rendering made before. Memory: what the"
    print "rendering holds, from which the next update is made; texts: the part of it that is texts of slots and keys of rows."
    print ""
    print "| page | HTML | print | first message | encode | render and encode | memory | texts |"
    print "|---|---:|---:|---:|---:|---:|---:|---:|"
    for (i = 1; i <= first_count; i++) {
        page = first_pages[i]
        print "| " page " | " grouped(first_bytes[page, "print"]) " | " duration(time_of(first_time, page, "print")) " | " \
            grouped(first_bytes[page, "encode complete"]) " | " duration(time_of(first_time, page, "encode complete")) " | " \
            duration(time_of(first_time, page, "render complete")) " | " grouped(first_bytes[page, "memory"]) " | " \
            grouped(first_bytes[page, "texts"]) " |"
    }
    print ""
}

END {
    table_against_upstream()
    table_of_bytes()
    table_of_percentiles()
    table_of_first_messages()
}
