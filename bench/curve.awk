# curve: a picture (SVG) of what an update of one row costs as the list grows, both axes logarithmic, from lines of bench/run:
#   update ROUND PARTICIPANT PAGE CHANGE NANOSECONDS MEDIAN PERCENTILE BYTES
# Those of table-N with one cell changed count. Needs figures.awk. Colours follow the reader's light or dark mode.
BEGIN {
    FS = "\t"
    left = 92; right = 560; top = 98; bottom = 404; width = 760; height = 470; label_height = 38
    names[1] = "upstream"; labels["upstream"] = "upstream LiveTemplate"
    names[2] = "lvt"; labels["lvt"] = "lvt, C array"
    names[3] = "tracked"; labels["tracked"] = "lvt, tracked list"
}

$1 == "update" && $4 ~ /^table-/ && $5 == "one cell" {
    size = substr($4, 7) + 0
    if (!(size in seen)) {
        seen[size] = 1
        for (i = size_count++; i > 0 && sizes[i] > size; i--) sizes[i + 1] = sizes[i]
        sizes[i + 1] = size
    }
    time[$3, size, ++count[$3, size]] = $6 + 0
    bytes[$3, size] = $9 + 0
}

function log10(number) { return log(number) / log(10) }
function floor(number) { return int(number) - (number < int(number)) }
function time_of(name, size,    r, list) {
    for (r = 1; r <= count[name, size]; r++) list[r] = time[name, size, r]
    return median(list, count[name, size])
}
function x_of(size) { return left + (right - left) * (log10(size) - x_low) / (x_high - x_low) }
function y_of(nanoseconds) { return bottom - (bottom - top) * (log10(nanoseconds) - y_low) / (y_high - y_low) }
function text(x, y, anchor, class, content) {
    printf "<text x=\"%.1f\" y=\"%.1f\" text-anchor=\"%s\" class=\"%s\">%s</text>\n", x, y, anchor, class, content
}
function mark(name, x, y) {
    if (name == "upstream") printf "<rect x=\"%.1f\" y=\"%.1f\" width=\"8\" height=\"8\" class=\"dot %s\"/>\n", x - 4, y - 4, name
    else if (name == "lvt") printf "<path d=\"M%.1f %.1fl5.5 9.5h-11z\" class=\"dot %s\"/>\n", x, y - 6, name
    else printf "<circle cx=\"%.1f\" cy=\"%.1f\" r=\"4.5\" class=\"dot %s\"/>\n", x, y, name
}

function line(name,    i, x, y, points, last) {
    for (i = 1; i <= size_count; i++) {
        if (!((name, sizes[i]) in count)) continue
        last = sizes[i]
        points = points sprintf("%s%.1f,%.1f", points == "" ? "" : " ", x_of(last), y_of(time_of(name, last)))
    }
    if (last == "") return
    printf "<polyline points=\"%s\" class=\"line %s\"/>\n", points, name
    for (i = 1; i <= size_count; i++) {
        if (!((name, sizes[i]) in count)) continue
        x = x_of(sizes[i])
        y = y_of(time_of(name, sizes[i]))
        mark(name, x, y)
    }
    x = x_of(last) + 14
    y = y_of(time_of(name, last))
    for (i in label_places) # labels of lines that end at the same place stand below one another
        if (label_places[i] == x && y < i + label_height && y > i - label_height) y = i + label_height
    label_places[y] = x
    text(x, y - 2, "start", "label " name, labels[name])
    text(x, y + 15, "start", "small", duration(time_of(name, last)) ", " grouped(bytes[name, last]) " bytes")
}

END {
    if (size_count < 2) exit 1
    x_low = log10(sizes[1])
    x_high = log10(sizes[size_count])
    for (key in count) {
        split(key, words, SUBSEP)
        t = log10(time_of(words[1], words[2]))
        if (!has_any || t < y_low) y_low = t
        if (!has_any || t > y_high) y_high = t
        has_any = 1
    }
    y_low = floor(y_low)
    y_high = -floor(-y_high)
    printf "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\" width=\"%d\" height=\"%d\" role=\"img\" aria-labelledby=\"title\">\n", width, height, width, height
    print "<title id=\"title\">Time of an update after one cell of a list changed, by the list's length</title>"
    print "<style>"
    print "svg { --ground: #fff; --ink: #1f2328; --quiet: #59636e; --line: #d8dde3; --upstream: #b3480b; --lvt: #6a3fc4; --tracked: #0f6d5c;"
    print "  font: 14px system-ui, -apple-system, \"Segoe UI\", \"Liberation Sans\", sans-serif; }"
    print "@media (prefers-color-scheme: dark) { svg { --ground: #0d1117; --ink: #e6edf3; --quiet: #9198a1; --line: #30363d;"
    print "  --upstream: #f0985a; --lvt: #b79cff; --tracked: #4fd1b5; } }"
    print ".ground { fill: var(--ground); } .grid { stroke: var(--line); } .axis { stroke: var(--quiet); }"
    print "text { fill: var(--ink); } .small { fill: var(--quiet); font-size: 13px; } .head { font-size: 17px; font-weight: 600; }"
    print ".label { font-weight: 600; } .line { fill: none; stroke-width: 2.5; stroke-linejoin: round; }"
    for (i = 1; i <= 3; i++) {
        name = names[i]
        print "text." name ", .dot." name " { fill: var(--" name "); } .line." name " { stroke: var(--" name "); }"
    }
    print "</style>"
    printf "<rect width=\"%d\" height=\"%d\" class=\"ground\"/>\n", width, height
    text(24, 32, "start", "head", "One cell of a list changes: what the update costs")
    text(24, 54, "start", "small", "Rendered, compared and encoded, on one core; both axes are logarithmic. Lower is better.")
    for (y = y_low; y <= y_high; y++) {
        printf "<path d=\"M%d %.1fH%d\" class=\"grid\"/>\n", left, y_of(10 ^ y), right
        text(left - 10, y_of(10 ^ y) + 5, "end", "small", duration(10 ^ y))
    }
    for (i = 1; i <= size_count; i++) {
        is_power = log10(sizes[i]) - floor(log10(sizes[i]) + 1e-9) < 1e-6
        if (is_power) printf "<path d=\"M%.1f %dV%d\" class=\"grid\"/>\n", x_of(sizes[i]), top, bottom
        if (is_power) text(x_of(sizes[i]), bottom + 22, "middle", "small", grouped(sizes[i]))
    }
    printf "<path d=\"M%d %dV%dH%d\" fill=\"none\" class=\"axis\"/>\n", left, top, bottom, right
    text(left, top - 10, "middle", "small", "time")
    text((left + right) / 2, bottom + 46, "middle", "small", "rows in the list")
    for (i = 1; i <= 3; i++) line(names[i])
    print "</svg>"
}
