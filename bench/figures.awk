# figures: what the reports of the bench have in common.

# list[1..n] is sorted afterwards.
function median(list, n,    i, j, t) {
    for (i = 2; i <= n; i++)
        for (j = i; j > 1 && list[j] < list[j - 1]; j--) {
            t = list[j]
            list[j] = list[j - 1]
            list[j - 1] = t
        }
    return n % 2 ? list[(n + 1) / 2] : (list[n / 2] + list[n / 2 + 1]) / 2
}

function digits(number) { return sprintf(number < 9.995 ? "%.2f" : number < 99.95 ? "%.1f" : "%.0f", number) }
function microseconds(nanoseconds) { return digits(nanoseconds / 1000) " µs" }

function duration(nanoseconds) {
    if (nanoseconds < 999.5) return sprintf("%.3g ns", nanoseconds)
    if (nanoseconds < 999.5e3) return sprintf("%.3g µs", nanoseconds / 1e3)
    if (nanoseconds < 999.5e6) return sprintf("%.3g ms", nanoseconds / 1e6)
    return sprintf("%.3g s", nanoseconds / 1e9)
}

# 1234567 as 1,234,567
function grouped(number,    text, groups) {
    text = sprintf("%d", number)
    while (length(text) > 3) {
        groups = "," substr(text, length(text) - 2) groups
        text = substr(text, 1, length(text) - 3)
    }
    return text groups
}
