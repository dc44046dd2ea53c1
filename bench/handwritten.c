/* handwritten: the bench's pages as an experienced C programmer would print them for speed: literals, loops, and the
 * escapers of handwritten_writer.h called where a person decided that they belong. Prints the same bytes as lvt does.
 */
#include "bench/handwritten_writer.h"

/* ---- the writer ------------------------------------------------------------------------------------------------- */

bool writer_grow(writer *w, size_t count) {
    if (w->failed) return false;
    size_t used = (size_t)(w->at - w->start), capacity = (size_t)(w->end - w->start);
    while (capacity - used < count) capacity = capacity == 0 ? 65536 : capacity * 2;
    char *moved = realloc(w->start, capacity);
    if (moved == NULL) {
        w->failed = true;
        return false;
    }
    *w = (writer){moved + used, moved + capacity, moved, false};
    return true;
}

#define AS(literal) \
    { literal, sizeof(literal) - 1 }
#define HTML_REFERENCES                                                                                     \
    ['&'] = AS("&amp;"), ['<'] = AS("&lt;"), ['>'] = AS("&gt;"), ['"'] = AS("&#34;"), ['\''] = AS("&#39;"), \
    ['+'] = AS("&#43;")
const replacement html_table[256] = {HTML_REFERENCES};

/* Bytes that no URL may contain as they are. */
#define PERCENT_ESCAPES                                                                                 \
    [0x01] = AS("%01"), [0x02] = AS("%02"), [0x03] = AS("%03"), [0x04] = AS("%04"), [0x05] = AS("%05"), \
    [0x06] = AS("%06"), [0x07] = AS("%07"), [0x08] = AS("%08"), [0x09] = AS("%09"), [0x0a] = AS("%0a"), \
    [0x0b] = AS("%0b"), [0x0c] = AS("%0c"), [0x0d] = AS("%0d"), [0x0e] = AS("%0e"), [0x0f] = AS("%0f"), \
    [0x10] = AS("%10"), [0x11] = AS("%11"), [0x12] = AS("%12"), [0x13] = AS("%13"), [0x14] = AS("%14"), \
    [0x15] = AS("%15"), [0x16] = AS("%16"), [0x17] = AS("%17"), [0x18] = AS("%18"), [0x19] = AS("%19"), \
    [0x1a] = AS("%1a"), [0x1b] = AS("%1b"), [0x1c] = AS("%1c"), [0x1d] = AS("%1d"), [0x1e] = AS("%1e"), \
    [0x1f] = AS("%1f"), [0x20] = AS("%20"), [0x22] = AS("%22"), [0x27] = AS("%27"), [0x28] = AS("%28"), \
    [0x29] = AS("%29"), [0x3c] = AS("%3c"), [0x3e] = AS("%3e"), [0x5c] = AS("%5c"), [0x5e] = AS("%5e"), \
    [0x60] = AS("%60"), [0x7b] = AS("%7b"), [0x7c] = AS("%7c"), [0x7d] = AS("%7d"), [0x7f] = AS("%7f"), \
    [0x80] = AS("%80"), [0x81] = AS("%81"), [0x82] = AS("%82"), [0x83] = AS("%83"), [0x84] = AS("%84"), \
    [0x85] = AS("%85"), [0x86] = AS("%86"), [0x87] = AS("%87"), [0x88] = AS("%88"), [0x89] = AS("%89"), \
    [0x8a] = AS("%8a"), [0x8b] = AS("%8b"), [0x8c] = AS("%8c"), [0x8d] = AS("%8d"), [0x8e] = AS("%8e"), \
    [0x8f] = AS("%8f"), [0x90] = AS("%90"), [0x91] = AS("%91"), [0x92] = AS("%92"), [0x93] = AS("%93"), \
    [0x94] = AS("%94"), [0x95] = AS("%95"), [0x96] = AS("%96"), [0x97] = AS("%97"), [0x98] = AS("%98"), \
    [0x99] = AS("%99"), [0x9a] = AS("%9a"), [0x9b] = AS("%9b"), [0x9c] = AS("%9c"), [0x9d] = AS("%9d"), \
    [0x9e] = AS("%9e"), [0x9f] = AS("%9f"), [0xa0] = AS("%a0"), [0xa1] = AS("%a1"), [0xa2] = AS("%a2"), \
    [0xa3] = AS("%a3"), [0xa4] = AS("%a4"), [0xa5] = AS("%a5"), [0xa6] = AS("%a6"), [0xa7] = AS("%a7"), \
    [0xa8] = AS("%a8"), [0xa9] = AS("%a9"), [0xaa] = AS("%aa"), [0xab] = AS("%ab"), [0xac] = AS("%ac"), \
    [0xad] = AS("%ad"), [0xae] = AS("%ae"), [0xaf] = AS("%af"), [0xb0] = AS("%b0"), [0xb1] = AS("%b1"), \
    [0xb2] = AS("%b2"), [0xb3] = AS("%b3"), [0xb4] = AS("%b4"), [0xb5] = AS("%b5"), [0xb6] = AS("%b6"), \
    [0xb7] = AS("%b7"), [0xb8] = AS("%b8"), [0xb9] = AS("%b9"), [0xba] = AS("%ba"), [0xbb] = AS("%bb"), \
    [0xbc] = AS("%bc"), [0xbd] = AS("%bd"), [0xbe] = AS("%be"), [0xbf] = AS("%bf"), [0xc0] = AS("%c0"), \
    [0xc1] = AS("%c1"), [0xc2] = AS("%c2"), [0xc3] = AS("%c3"), [0xc4] = AS("%c4"), [0xc5] = AS("%c5"), \
    [0xc6] = AS("%c6"), [0xc7] = AS("%c7"), [0xc8] = AS("%c8"), [0xc9] = AS("%c9"), [0xca] = AS("%ca"), \
    [0xcb] = AS("%cb"), [0xcc] = AS("%cc"), [0xcd] = AS("%cd"), [0xce] = AS("%ce"), [0xcf] = AS("%cf"), \
    [0xd0] = AS("%d0"), [0xd1] = AS("%d1"), [0xd2] = AS("%d2"), [0xd3] = AS("%d3"), [0xd4] = AS("%d4"), \
    [0xd5] = AS("%d5"), [0xd6] = AS("%d6"), [0xd7] = AS("%d7"), [0xd8] = AS("%d8"), [0xd9] = AS("%d9"), \
    [0xda] = AS("%da"), [0xdb] = AS("%db"), [0xdc] = AS("%dc"), [0xdd] = AS("%dd"), [0xde] = AS("%de"), \
    [0xdf] = AS("%df"), [0xe0] = AS("%e0"), [0xe1] = AS("%e1"), [0xe2] = AS("%e2"), [0xe3] = AS("%e3"), \
    [0xe4] = AS("%e4"), [0xe5] = AS("%e5"), [0xe6] = AS("%e6"), [0xe7] = AS("%e7"), [0xe8] = AS("%e8"), \
    [0xe9] = AS("%e9"), [0xea] = AS("%ea"), [0xeb] = AS("%eb"), [0xec] = AS("%ec"), [0xed] = AS("%ed"), \
    [0xee] = AS("%ee"), [0xef] = AS("%ef"), [0xf0] = AS("%f0"), [0xf1] = AS("%f1"), [0xf2] = AS("%f2"), \
    [0xf3] = AS("%f3"), [0xf4] = AS("%f4"), [0xf5] = AS("%f5"), [0xf6] = AS("%f6"), [0xf7] = AS("%f7"), \
    [0xf8] = AS("%f8"), [0xf9] = AS("%f9"), [0xfa] = AS("%fa"), [0xfb] = AS("%fb"), [0xfc] = AS("%fc"), \
    [0xfd] = AS("%fd"), [0xfe] = AS("%fe"), [0xff] = AS("%ff")
const replacement url_part_table[256] = {
    PERCENT_ESCAPES,    [0x21] = AS("%21"), [0x23] = AS("%23"), [0x24] = AS("%24"), [0x25] = AS("%25"),
    [0x26] = AS("%26"), [0x2a] = AS("%2a"), [0x2b] = AS("%2b"), [0x2c] = AS("%2c"), [0x2f] = AS("%2f"),
    [0x3a] = AS("%3a"), [0x3b] = AS("%3b"), [0x3d] = AS("%3d"), [0x3f] = AS("%3f"), [0x40] = AS("%40"),
    [0x5b] = AS("%5b"), [0x5d] = AS("%5d"),
};
/* A percent sign stays: put_url is for what is percent-encoded already. */
const replacement url_table[256] = {PERCENT_ESCAPES, [0x26] = AS("&amp;"), [0x2b] = AS("&#43;")};

#define SCRIPT_ESCAPES                                                                                              \
    [0x01] = AS("\\u0001"), [0x02] = AS("\\u0002"), [0x03] = AS("\\u0003"), [0x04] = AS("\\u0004"),                 \
    [0x05] = AS("\\u0005"), [0x06] = AS("\\u0006"), [0x07] = AS("\\u0007"), [0x08] = AS("\\b"), [0x09] = AS("\\t"), \
    [0x0a] = AS("\\n"), [0x0b] = AS("\\u000b"), [0x0c] = AS("\\f"), [0x0d] = AS("\\r"), [0x0e] = AS("\\u000e"),     \
    [0x0f] = AS("\\u000f"), [0x10] = AS("\\u0010"), [0x11] = AS("\\u0011"), [0x12] = AS("\\u0012"),                 \
    [0x13] = AS("\\u0013"), [0x14] = AS("\\u0014"), [0x15] = AS("\\u0015"), [0x16] = AS("\\u0016"),                 \
    [0x17] = AS("\\u0017"), [0x18] = AS("\\u0018"), [0x19] = AS("\\u0019"), [0x1a] = AS("\\u001a"),                 \
    [0x1b] = AS("\\u001b"), [0x1c] = AS("\\u001c"), [0x1d] = AS("\\u001d"), [0x1e] = AS("\\u001e"),                 \
    [0x1f] = AS("\\u001f"), [0x26] = AS("\\u0026"), [0x3c] = AS("\\u003c"), [0x3e] = AS("\\u003e"),                 \
    [0x5c] = AS("\\\\")
const replacement script_table[256] = {SCRIPT_ESCAPES, [0x22] = AS("\\\"")};
const replacement script_attribute[256] = {
    SCRIPT_ESCAPES, [0x22] = AS("\\&#34;"), [0x27] = AS("&#39;"), [0x2b] = AS("&#43;")};

void put_script_text(writer *w, const char *text, const replacement table[256]) {
    if (text == NULL) return;
    /* U+2028 and U+2029 end a line in old scripts. */
    for (const char *found; (found = strstr(text, "\xe2\x80")) != NULL; text = found + 2) {
        size_t length = (size_t)(found - text);
        if (!reserve(w, REPLACEMENT_MAX * length + sizeof(replacement))) return;
        w->at = replace_bytes(w->at, text, length, table);
        if (found[2] == '\xa8' || found[2] == '\xa9') {
            put(w, found[2] == '\xa8' ? "\\u2028" : "\\u2029", 6);
            found++;
        } else {
            put(w, found, 2);
        }
    }
    put_replaced(w, text, table);
}

const char two_digits[201] = "0001020304050607080910111213141516171819"
                             "2021222324252627282930313233343536373839"
                             "4041424344454647484950515253545556575859"
                             "6061626364656667686970717273747576777879"
                             "8081828384858687888990919293949596979899";

void put_shortest(writer *w, double number) {
    if (!reserve(w, 64)) return;
    double cents = floor(fabs(number) * 100 + 0.5);
    if (cents < 1e15 && cents / 100 == fabs(number)) {
        if (number < 0) PUT(w, "-");
        uint64_t digits = (uint64_t)cents;
        put_natural(w, digits / 100);
        if (digits % 100 != 0) {
            PUT(w, ".");
            put_two_digits(w, (unsigned)(digits % 100));
            if (digits % 10 == 0) w->at--;
        }
        return;
    }
    for (int precision = 15; precision <= 17; precision++) {
        int length = snprintf(w->at, 64, "%.*g", precision, number);
        if (precision == 17 || strtod(w->at, NULL) == number) {
            w->at += length;
            return;
        }
    }
}

const char *const month_names[13] = {"",     "January", "February",  "March",   "April",    "May",     "June",
                                     "July", "August",  "September", "October", "November", "December"};

/* Years begin in March, so that the day that comes and goes is the last one. */
calendar calendar_of(lvt_time time) {
    enum { SECONDS_A_DAY = 86400, DAYS_IN_400_YEARS = 146097 };
    int64_t seconds = time.seconds + time.offset;
    int64_t days = seconds / SECONDS_A_DAY, rest = seconds % SECONDS_A_DAY;
    if (rest < 0) {
        rest += SECONDS_A_DAY;
        days--;
    }
    days += 719468; /* since 1 March of the year 0 */
    int64_t era = (days >= 0 ? days : days - (DAYS_IN_400_YEARS - 1)) / DAYS_IN_400_YEARS;
    unsigned day = (unsigned)(days - era * DAYS_IN_400_YEARS);
    unsigned year = (day - day / 1460 + day / 36524 - day / 146096) / 365;
    day -= 365 * year + year / 4 - year / 100;
    unsigned month = (5 * day + 2) / 153;
    calendar date = {.day = day - (153 * month + 2) / 5 + 1, .month = month < 10 ? month + 3 : month - 9};
    date.year = (int64_t)year + era * 400 + (date.month <= 2);
    date.hour = (unsigned)(rest / 3600);
    date.minute = (unsigned)(rest / 60 % 60);
    date.second = (unsigned)(rest % 60);
    return date;
}

/* ---- the pages -------------------------------------------------------------------------------------------------- */

static void write_table(writer *w, const bench_table *page) {
    PUT(w, "<!doctype html>\n<html lang=\"en\">\n<head><meta charset=\"utf-8\"><title>");
    put_html(w, page->title);
    PUT(w, "</title><link rel=\"stylesheet\" href=\"/style.css\"></head>\n<body>\n<h1>");
    put_html(w, page->title);
    PUT(w, "</h1>\n<p>");
    put_natural(w, page->rows.length);
    PUT(w, " customers</p>\n<table>\n<thead><tr><th>No.</th><th>Name</th><th>Email</th><th>Amount</th><th>Status</th>"
           "<th>Since</th></tr></thead>\n<tbody>\n");
    for (size_t i = 0; i < page->rows.length; i++) {
        const bench_row *row = &page->rows.data[i];
        PUT(w, "<tr");
        if (row->closed) PUT(w, " class=\"closed\"");
        PUT(w, ">\n<td>");
        put_integer(w, row->id);
        PUT(w, "</td>\n<td>");
        put_html(w, row->name);
        PUT(w, "</td>\n<td><a href=\"mailto:");
        put_url(w, row->email);
        PUT(w, "\">");
        put_html(w, row->email);
        PUT(w, "</a></td>\n<td class=\"amount\">");
        put_fixed(w, row->amount, 2);
        PUT(w, "</td>\n<td><span class=\"");
        if (strcmp(row->status, "paid") == 0) {
            PUT(w, "good");
        } else if (strcmp(row->status, "late") == 0) {
            PUT(w, "bad");
        } else {
            PUT(w, "open");
        }
        PUT(w, "\">");
        put_html(w, row->status);
        PUT(w, "</span></td>\n<td>");
        calendar date = calendar_of(row->since);
        put_natural(w, (uint64_t)date.year);
        PUT(w, "-");
        put_two_digits(w, date.month);
        PUT(w, "-");
        put_two_digits(w, date.day);
        PUT(w, "</td>\n</tr>\n");
    }
    PUT(w, "</tbody>\n</table>\n</body>\n</html>\n");
}

static void write_text(writer *w, const bench_text *page) {
    PUT(w, "<!doctype html>\n<html lang=\"en\">\n<head><meta charset=\"utf-8\"><title>");
    put_html(w, page->title);
    PUT(w, "</title><link rel=\"stylesheet\" href=\"/style.css\"></head>\n<body>\n<h1>");
    put_html(w, page->title);
    PUT(w, "</h1>\n");
    for (size_t i = 0; i < page->articles.length; i++) {
        const bench_article *article = &page->articles.data[i];
        PUT(w, "<article id=\"");
        put_html(w, article->slug);
        PUT(w, "\">\n<h2><a href=\"/articles/");
        put_url(w, article->slug);
        PUT(w, "\">");
        put_html(w, article->title);
        PUT(w, "</a></h2>\n<p class=\"by\">");
        put_html(w, article->author);
        PUT(w, ", ");
        calendar date = calendar_of(article->date);
        put(w, month_names[date.month], strlen(month_names[date.month]));
        PUT(w, " ");
        put_natural(w, date.day);
        PUT(w, ", ");
        put_natural(w, (uint64_t)date.year);
        PUT(w, "</p>\n");
        for (size_t p = 0; p < article->paragraphs.length; p++) {
            PUT(w, "<p>");
            put_html(w, article->paragraphs.data[p]);
            PUT(w, "</p>\n");
        }
        PUT(w, "</article>\n");
    }
    PUT(w, "</body>\n</html>\n");
}

static void put_truth(writer *w, bool truth) {
    if (truth) {
        PUT(w, "true");
    } else {
        PUT(w, "false");
    }
}

static void write_actions(writer *w, const bench_actions *page) {
    PUT(w, "<!doctype html>\n<html lang=\"en\">\n<head><meta charset=\"utf-8\"><title>");
    put_html(w, page->title);
    PUT(w, "</title><link rel=\"stylesheet\" href=\"/style.css\"></head>\n<body>\n<ul>\n");
    for (size_t i = 0; i < page->cells.length; i++) {
        const bench_cell *cell = &page->cells.data[i];
        PUT(w, "<li id=\"c");
        put_integer(w, cell->n);
        PUT(w, "\" class=\"");
        put_html(w, cell->kind);
        if (cell->on) PUT(w, " on");
        PUT(w, "\" data-n=\"");
        put_integer(w, cell->n);
        PUT(w, "\" title=\"");
        put_html(w, cell->name);
        PUT(w, "\"><a href=\"/c/");
        put_integer(w, cell->n);
        PUT(w, "?kind=");
        put_url_part(w, cell->kind);
        PUT(w, "&amp;name=");
        put_url_part(w, cell->name);
        PUT(w, "\" onclick=\"pick( ");
        put_integer(w, cell->n);
        PUT(w, " , ");
        put_script_string_in_attribute(w, cell->name);
        PUT(w, ")\">");
        put_html(w, cell->name);
        PUT(w, "</a> ");
        put_integer(w, cell->n);
        PUT(w, " ");
        put_truth(w, cell->on);
        PUT(w, " ");
        put_html(w, cell->kind);
        PUT(w, " ");
        if (cell->off) {
            PUT(w, "-");
        } else {
            PUT(w, "+");
        }
        PUT(w, " <i style=\"order: ");
        put_integer(w, cell->m);
        PUT(w, "\">");
        put_integer(w, cell->m);
        PUT(w, "</i></li>\n");
    }
    PUT(w, "</ul>\n<script>\n");
    for (size_t i = 0; i < page->cells.length; i++) {
        const bench_cell *cell = &page->cells.data[i];
        PUT(w, "add( ");
        put_integer(w, cell->n);
        PUT(w, " ,  ");
        put_truth(w, cell->on);
        PUT(w, " , ");
        put_script_string(w, cell->name);
        PUT(w, ");\n");
    }
    PUT(w, "</script>\n</body>\n</html>\n");
}

/* ---- the participant -------------------------------------------------------------------------------------------- */

typedef struct engine {
    writer out;
    const char *page;
    const void *data;
} engine;

static void engine_close(void *state) {
    engine *self = state;
    if (self == NULL) return;
    free(self->out.start);
    free(self);
}

static lvt_status engine_open(void **out, const char *page, lvt_value data, lvt_error *error) {
    if (data.type != bench_page_type(page))
        return lvt_error_set(error, LVT_ERROR_INVALID_ARGUMENT, "hand-written pages print C structs only");
    engine *self = calloc(1, sizeof *self);
    if (self == NULL) return lvt_error_out_of_memory(error);
    self->page = page;
    self->data = data.data;
    *out = self;
    return LVT_OK;
}

static lvt_status engine_render(lvt_span *out, void *state, lvt_error *error) {
    engine *self = state;
    writer *w = &self->out;
    w->at = w->start;
    if (strcmp(self->page, "dashboard") == 0) {
        write_dashboard(w, self->data);
    } else if (strcmp(self->page, "table") == 0) {
        write_table(w, self->data);
    } else if (strcmp(self->page, "text") == 0) {
        write_text(w, self->data);
    } else {
        write_actions(w, self->data);
    }
    *out = (lvt_span){w->start, (size_t)(w->at - w->start)};
    return w->failed ? lvt_error_out_of_memory(error) : LVT_OK;
}

int main(int argc, char **argv) {
    return bench_main(argc, argv, &(bench_engine){engine_open, engine_render, engine_close});
}
