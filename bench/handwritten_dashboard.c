/* handwritten_dashboard: the dashboard of the bench, printed by hand. */
#include "bench/handwritten_writer.h"

static void put_truth(writer *w, bool truth) {
    if (truth) {
        PUT(w, "true");
    } else {
        PUT(w, "false");
    }
}

/* The first `count` characters. */
static void put_first(writer *w, const char *text, size_t count) {
    size_t length = 0;
    for (; text != NULL && text[length] != '\0'; length++) {
        bool starts_character = ((unsigned char)text[length] & 0xC0) != 0x80;
        if (starts_character && count-- == 0) break;
    }
    put_html_span(w, text, length);
}

/* The chart's data as a script reads them. */
static void write_chart(writer *w, const bench_chart *chart) {
    PUT(w, "{\"Points\":[");
    for (size_t i = 0; i < chart->points.length; i++) {
        const bench_point *point = &chart->points.data[i];
        if (i > 0) PUT(w, ",");
        PUT(w, "{\"Amount\":");
        put_shortest(w, point->amount);
        PUT(w, ",\"Day\":");
        put_script_string(w, point->day);
        PUT(w, ",\"Orders\":");
        put_integer(w, point->orders);
        PUT(w, "}");
    }
    PUT(w, "],\"Title\":");
    put_script_string(w, chart->title);
    PUT(w, "}");
}

void write_dashboard(writer *w, const bench_dashboard *page) {
    const bench_statistic_entry *entries = page->statistics.entries;
    calendar date, clock;
    PUT(w, "<!doctype html>\n"
           "<html lang=\"en\">\n"
           "<head>\n"
           "<meta charset=\"utf-8\">\n"
           "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
           "<title>");
    put_html(w, page->title);
    PUT(w,
        "</title>\n"
        "<style>\n"
        ":root { color-scheme: light dark; --ground: #f4f5f7; --card: #fff; --ink: #1c2128; --quiet: #636c76; --line: "
        "#d9dde3; --accent: #3457d5; --accent-ink: #fff; --good: #1a7f4b; --bad: #c0362c; --warn: #9a6700; "
        "--good-soft: #e3f5ea; --bad-soft: #fdeceb; --info-soft: #e8edfc; }\n"
        "@media (prefers-color-scheme: dark) { :root { --ground: #0f1216; --card: #191d23; --ink: #e4e7eb; --quiet: "
        "#98a1ab; --line: #2c323a; --accent: #8aa4ff; --accent-ink: #0f1530; --good: #6bd19a; --bad: #ff8b82; --warn: "
        "#e3b341; --good-soft: #14291e; --bad-soft: #331a19; --info-soft: #1a2240; } }\n"
        "* { box-sizing: border-box; }\n"
        "body { margin: 0; background: var(--ground); color: var(--ink); font: 15px/1.5 system-ui, sans-serif; }\n"
        ".page { max-width: 72rem; margin: 0 auto; padding: 1.25rem 1rem 3rem; }\n"
        "header { display: flex; flex-wrap: wrap; gap: .75rem 1.5rem; align-items: center; margin-bottom: 1.25rem; }\n"
        "header h1 { font-size: 1.5rem; line-height: 1.2; margin: 0; flex: 1 1 14rem; }\n"
        "header p { margin: 0; color: var(--quiet); }\n"
        "h2 { font-size: 1rem; margin: 0; }\n"
        "form { margin: 0; }\n"
        "button, input, select { font: inherit; color: inherit; }\n"
        "button { border: 1px solid var(--line); background: var(--card); border-radius: .45rem; padding: .25rem "
        ".65rem; cursor: pointer; }\n"
        "button:hover:not(:disabled) { border-color: var(--accent); }\n"
        "button:disabled { opacity: .45; cursor: default; }\n"
        "button.primary { background: var(--accent); border-color: var(--accent); color: var(--accent-ink); }\n"
        ":focus-visible { outline: 3px solid var(--accent); outline-offset: 2px; }\n"
        "input[type=text], select { min-width: 0; border: 1px solid var(--line); border-radius: .45rem; padding: "
        ".35rem .6rem; background: var(--card); }\n"
        ".badge { display: inline-block; border-radius: 1rem; padding: .05rem .6rem; font-size: .8rem; font-weight: "
        "600; background: var(--info-soft); color: var(--accent); }\n"
        ".badge.high { background: var(--bad-soft); color: var(--bad); }\n"
        ".badge.medium { background: none; border: 1px solid var(--line); color: var(--warn); }\n"
        ".grid { display: grid; gap: 1rem; grid-template-columns: repeat(auto-fit, minmax(min(12.5rem, 100%), 1fr)); "
        "margin-bottom: 1rem; }\n"
        ".columns { display: grid; gap: 1rem; grid-template-columns: minmax(0, 3fr) minmax(0, 2fr); align-items: "
        "start; }\n"
        "@media (max-width: 52rem) { .columns { grid-template-columns: minmax(0, 1fr); } }\n"
        ".card { background: var(--card); border: 1px solid var(--line); border-radius: .75rem; padding: 1rem; }\n"
        "section.card + section.card { margin-top: 1rem; }\n"
        ".stat { display: grid; gap: .1rem; }\n"
        ".stat h2 { color: var(--quiet); font-weight: 500; font-size: .85rem; }\n"
        ".stat strong { font-size: 1.7rem; line-height: 1.25; font-variant-numeric: tabular-nums; }\n"
        ".up { color: var(--good); } .down { color: var(--bad); } .flat { color: var(--quiet); }\n"
        ".head { display: flex; flex-wrap: wrap; gap: .5rem; justify-content: space-between; align-items: center; "
        "margin-bottom: .75rem; }\n"
        "ul { list-style: none; margin: 0; padding: 0; }\n"
        ".notices li { display: flex; gap: .75rem; justify-content: space-between; align-items: start; padding: .6rem "
        ".75rem; border-radius: .5rem; margin-top: .5rem; background: var(--info-soft); }\n"
        ".notices li.error { background: var(--bad-soft); } .notices li.success { background: var(--good-soft); }\n"
        ".notices p { margin: 0; } .quiet { color: var(--quiet); } small { color: var(--quiet); }\n"
        ".counter { display: flex; flex-wrap: wrap; align-items: center; gap: .5rem 1.25rem; }\n"
        ".counter output { font-size: 3rem; line-height: 1; font-weight: 700; min-width: 3.5rem; text-align: center; "
        "font-variant-numeric: tabular-nums; }\n"
        ".buttons { display: flex; gap: .4rem; flex-wrap: wrap; }\n"
        ".history { margin-top: .75rem; max-height: 8rem; overflow: auto; font-size: .85rem; color: var(--quiet); "
        "font-variant-numeric: tabular-nums; }\n"
        ".tasks li { display: flex; gap: .6rem; align-items: center; padding: .55rem 0; border-top: 1px solid "
        "var(--line); flex-wrap: wrap; }\n"
        ".tasks form { display: flex; }\n"
        ".tasks .what { flex: 1 1 10rem; overflow-wrap: anywhere; }\n"
        ".tasks .completed .what span { color: var(--quiet); text-decoration: line-through; }\n"
        ".check { width: 1.7rem; height: 1.7rem; padding: 0; border-radius: 50%; flex: none; }\n"
        ".completed .check { background: var(--good); border-color: var(--good); color: var(--card); }\n"
        ".add { display: flex; gap: .5rem; flex-wrap: wrap; margin-bottom: .75rem; } .add input { flex: 1 1 10rem; }\n"
        ".error-text { color: var(--bad); margin: 0 0 .5rem; }\n"
        ".overdue { color: var(--bad); }\n"
        "dl { display: grid; grid-template-columns: auto 1fr; gap: .2rem 1rem; margin: 0; font-variant-numeric: "
        "tabular-nums; } dt { color: var(--quiet); } dd { margin: 0; text-align: right; }\n"
        ".hidden { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: "
        "nowrap; }\n"
        "footer { display: flex; flex-wrap: wrap; gap: .25rem 1.5rem; margin-top: 1rem; color: var(--quiet); "
        "font-size: .85rem; font-variant-numeric: tabular-nums; }\n"
        ".goal { height: .3rem; margin-top: .5rem; border-radius: .15rem; background: var(--line); } .goal i { "
        "display: block; height: 100%; border-radius: inherit; background: var(--accent); }\n"
        ".status::before { content: \"\"; display: inline-block; width: .6rem; height: .6rem; border-radius: 50%; "
        "margin-right: .4rem; background: var(--quiet); }\n"
        ".status::after { content: \"static page\"; }\n"
        "[data-lvt-status=connecting] .status::before { background: var(--warn); } [data-lvt-status=connecting] "
        ".status::after { content: \"connecting\"; }\n"
        "[data-lvt-status=connected] .status::before { background: var(--good); } [data-lvt-status=connected] "
        ".status::after { content: \"live\"; }\n"
        "[data-lvt-status=disconnected] .status::before { background: var(--bad); } [data-lvt-status=disconnected] "
        ".status::after { content: \"disconnected, trying again\"; }\n"
        "</style>\n"
        "</head>\n"
        "<body>\n"
        "<div class=\"page\">\n"
        "<header>\n"
        "<h1>Welcome, ");
    put_html(w, page->user.name);
    PUT(w, "!");
    if (page->user.is_admin) {
        PUT(w, " <span class=\"badge\">Admin</span>");
    }
    PUT(w, "</h1>\n"
           "<p>Last login ");
    date = calendar_of(page->user.last_login);
    put_month(w, &date);
    PUT(w, " ");
    put_natural(w, date.day);
    PUT(w, ", ");
    put_natural(w, (uint64_t)date.year);
    PUT(w, " ");
    put_clock12(w, &date, false);
    PUT(w, "</p>\n");
    if (page->notifications.length > 0) {
        PUT(w, "<span class=\"badge\" aria-live=\"polite\">");
        put_natural(w, page->notifications.length);
        PUT(w, " new notification");
        if (page->notifications.length != 1) {
            PUT(w, "s");
        }
        PUT(w, "</span>");
    }
    PUT(w, "\n"
           "</header>\n"
           "<section class=\"grid\" aria-label=\"Statistics\">\n");
    for (size_t i = 0; i < page->statistics.length; i++) {
        const bench_statistic *statistic = &entries[i].statistic;
        PUT(w, "<article class=\"card stat\" id=\"stat-");
        put_html(w, entries[i].key);
        PUT(w, "\">\n"
               "<h2>");
        put_html(w, statistic->label);
        PUT(w, "</h2>\n"
               "<strong>");
        if (strcmp(statistic->type, "currency") == 0) {
            PUT(w, "$");
            put_fixed(w, statistic->value, 2);
        } else if (strcmp(statistic->type, "percentage") == 0) {
            put_fixed(w, statistic->value, 1);
            PUT(w, " %");
        } else {
            put_fixed(w, statistic->value, 0);
        }
        PUT(w, "</strong>\n"
               "<span class=\"");
        if (statistic->change > 0) {
            PUT(w, "up");
        } else if (statistic->change < 0) {
            PUT(w, "down");
        } else {
            PUT(w, "flat");
        }
        PUT(w, "\">");
        if (statistic->change > 0) {
            PUT(w, "↗");
        } else if (statistic->change < 0) {
            PUT(w, "↘");
        } else {
            PUT(w, "→");
        }
        PUT(w, " ");
        put_fixed(w, statistic->change, 1);
        PUT(w, " % <small>from last period</small></span>\n"
               "<div class=\"goal\" data-goal=\"");
        put_integer(w, statistic->goal);
        PUT(w, "\" title=\"");
        put_html(w, statistic->label);
        PUT(w, ": ");
        put_integer(w, statistic->goal);
        PUT(w, " % of the goal\"><i style=\"width: ");
        put_integer(w, statistic->goal);
        PUT(w, "%\"></i></div>\n"
               "</article>\n");
    }
    PUT(w, "</section>\n"
           "<div class=\"columns\">\n"
           "<div>\n"
           "<section class=\"card\" aria-labelledby=\"tasks-title\">\n"
           "<div class=\"head\"><h2 id=\"tasks-title\">Tasks (");
    put_natural(w, page->tasks.length);
    PUT(w, " total)</h2>\n"
           "<form method=\"post\"><button name=\"lvt-action\" value=\"toggle_show_completed\">");
    if (page->show_completed) {
        PUT(w, "Hide completed");
    } else {
        PUT(w, "Show all");
    }
    PUT(w, "</button></form></div>\n"
           "<form class=\"add\" method=\"post\">\n"
           "<label class=\"hidden\" for=\"title\">Task</label>\n"
           "<input type=\"text\" id=\"title\" name=\"title\" placeholder=\"New task\" autocomplete=\"off\"");
    if (page->invalid) {
        PUT(w, " aria-invalid=\"true\" aria-describedby=\"title-error\"");
    }
    PUT(w, " value=\"");
    put_html(w, page->typed);
    PUT(w, "\">\n"
           "<label class=\"hidden\" for=\"priority\">Priority</label>\n"
           "<select id=\"priority\" name=\"priority\"><option value=\"low\">low</option><option value=\"medium\" "
           "selected>medium</option><option value=\"high\">high</option></select>\n"
           "<button class=\"primary\" name=\"lvt-action\" value=\"add_task\">Add task</button>\n"
           "</form>\n");
    if (page->problem != NULL && page->problem[0] != '\0') {
        PUT(w, "<p class=\"error-text\" id=\"title-error\" role=\"alert\">");
        put_html(w, page->problem);
        PUT(w, "</p>");
    }
    PUT(w, "\n"
           "<ul class=\"tasks\">\n");
    for (size_t i = 0; i < page->tasks.length; i++) {
        const bench_task *task = &page->tasks.data[i];
        if (page->show_completed || !task->completed) {
            PUT(w, "<li data-key=\"");
            put_integer(w, task->id);
            PUT(w, "\"");
            if (task->completed) {
                PUT(w, " class=\"completed\"");
            }
            PUT(w, ">\n"
                   "<form method=\"post\"><input type=\"hidden\" name=\"id\" value=\"");
            put_integer(w, task->id);
            PUT(w, "\"><button class=\"check\" name=\"lvt-action\" value=\"toggle_task\" aria-pressed=\"");
            put_truth(w, task->completed);
            PUT(w, "\" aria-label=\"Completed: ");
            put_html(w, task->title);
            PUT(w, "\">");
            if (task->completed) {
                PUT(w, "✓");
            }
            PUT(w, "</button></form>\n"
                   "<div class=\"what\"><span><a href=\"/tasks/");
            put_integer(w, task->id);
            PUT(w, "?owner=");
            put_url_part(w, task->owner);
            PUT(w, "\">");
            put_html(w, task->title);
            PUT(w, "</a></span>");
            if (task->due_date != NULL) {
                PUT(w, " <small");
                if (page->is_past) {
                    PUT(w, " class=\"overdue\"");
                }
                PUT(w, ">due ");
                date = calendar_of(*task->due_date);
                put_month(w, &date);
                PUT(w, " ");
                put_natural(w, date.day);
                if (page->is_past) {
                    PUT(w, ", overdue");
                }
                PUT(w, "</small>");
            }
            if (task->description != NULL && task->description[0] != '\0') {
                PUT(w, "<br><small>");
                put_html(w, task->description);
                PUT(w, "</small>");
            }
            PUT(w, "</div>\n");
            if (strcmp(task->priority, "high") == 0) {
                PUT(w, "<span class=\"badge high\">high</span>");
            } else if (strcmp(task->priority, "medium") == 0) {
                PUT(w, "<span class=\"badge medium\">medium</span>");
            }
            PUT(w, "\n"
                   "<form method=\"post\"><input type=\"hidden\" name=\"id\" value=\"");
            put_integer(w, task->id);
            PUT(w, "\"><button name=\"lvt-action\" value=\"delete_task\" aria-label=\"Delete: ");
            put_html(w, task->title);
            PUT(w, "\">×</button></form>\n"
                   "</li>");
        }
    }
    if (page->tasks.length == 0) {
        PUT(w, "<li class=\"quiet\">No tasks yet. Add one to get started!</li>");
    }
    PUT(w, "\n"
           "</ul>\n"
           "</section>\n"
           "</div>\n"
           "<div>\n"
           "<section class=\"card\" aria-labelledby=\"counter-title\">\n"
           "<div class=\"head\"><h2 id=\"counter-title\">Counter</h2><small>0 to ");
    put_integer(w, page->max_counter);
    PUT(w, "</small></div>\n"
           "<form class=\"counter\" method=\"post\">\n"
           "<output aria-live=\"polite\">");
    put_integer(w, page->counter);
    PUT(w, "</output>\n"
           "<div class=\"buttons\">\n"
           "<button class=\"primary\" name=\"lvt-action\" value=\"increment_counter\"");
    if (page->counter >= page->max_counter) {
        PUT(w, " disabled");
    }
    PUT(w, ">Increment");
    if (page->counter >= page->max_counter) {
        PUT(w, " (max)");
    }
    PUT(w, "</button>\n"
           "<button name=\"lvt-action\" value=\"decrement_counter\"");
    if (page->counter <= 0) {
        PUT(w, " disabled");
    }
    PUT(w, ">Decrement");
    if (page->counter <= 0) {
        PUT(w, " (min)");
    }
    PUT(w, "</button>\n"
           "<button name=\"lvt-action\" value=\"reset_counter\"");
    if (page->counter == 0) {
        PUT(w, " disabled");
    }
    PUT(w, ">Reset</button>\n"
           "</div>\n"
           "</form>\n");
    if (page->history.length > 0) {
        PUT(w, "<ul class=\"history\" aria-label=\"Recent changes\">\n");
        for (size_t i = 0; i < page->history.length; i++) {
            const bench_change *change = &page->history.data[i];
            PUT(w, "<li data-key=\"");
            put_integer(w, change->id);
            PUT(w, "\">");
            date = calendar_of(change->timestamp);
            put_clock12(w, &date, true);
            PUT(w, " ");
            put_html(w, change->action);
            PUT(w, " → ");
            put_integer(w, change->value);
            PUT(w, "</li>\n");
        }
        PUT(w, "</ul>");
    }
    PUT(w, "\n"
           "</section>\n"
           "<section class=\"card\" aria-labelledby=\"notices-title\">\n"
           "<div class=\"head\"><h2 id=\"notices-title\">Notifications</h2></div>\n");
    if (page->notifications.length > 0) {
        PUT(w, "<ul class=\"notices\">\n");
        for (size_t i = 0; i < page->notifications.length; i++) {
            const bench_notification *notification = &page->notifications.data[i];
            PUT(w, "<li data-key=\"");
            put_integer(w, notification->id);
            PUT(w, "\" class=\"");
            put_html(w, notification->type);
            PUT(w, "\"><div><strong>");
            put_html(w, notification->title);
            PUT(w, "</strong>");
            if (notification->message != NULL && notification->message[0] != '\0') {
                PUT(w, "<p>");
                put_html(w, notification->message);
                PUT(w, "</p>");
            }
            PUT(w, "<small>");
            date = calendar_of(notification->created_at);
            put_clock12(w, &date, false);
            PUT(w, "</small></div>\n"
                   "<form method=\"post\"><input type=\"hidden\" name=\"id\" value=\"");
            put_integer(w, notification->id);
            PUT(w, "\"><button name=\"lvt-action\" value=\"dismiss_notification\" aria-label=\"Dismiss: ");
            put_html(w, notification->title);
            PUT(w, "\">×</button></form></li>\n");
        }
        PUT(w, "</ul>");
    } else {
        PUT(w, "<p class=\"quiet\">No notifications at this time.</p>");
    }
    PUT(w, "\n"
           "</section>\n"
           "<section class=\"card\" aria-labelledby=\"process-title\">\n"
           "<div class=\"head\"><h2 id=\"process-title\">This process</h2></div>\n"
           "<dl><dt>Clock</dt><dd><time>");
    clock = calendar_of(page->metrics.clock);
    put_two_digits(w, clock.hour);
    PUT(w, ":");
    put_two_digits(w, clock.minute);
    PUT(w, ":");
    put_two_digits(w, clock.second);
    PUT(w, "</time> UTC</dd>\n"
           "<dt>Up for</dt><dd>");
    put_integer(w, page->metrics.uptime);
    PUT(w, " s</dd>\n"
           "<dt>Load, 1 minute</dt><dd>");
    put_fixed(w, page->metrics.load, 2);
    PUT(w, "</dd>\n"
           "<dt>Memory</dt><dd>");
    put_fixed(w, page->metrics.megabytes, 1);
    PUT(w, " MB</dd>\n"
           "<dt>Last update sent</dt><dd>");
    put_integer(w, page->update_bytes);
    PUT(w, " bytes</dd>\n"
           "<dt>This page as HTML</dt><dd>");
    put_integer(w, page->page_bytes);
    PUT(w, " bytes</dd></dl>\n"
           "</section>\n"
           "</div>\n"
           "</div>\n"
           "<section class=\"card\"><canvas id=\"chart\" width=\"1100\" height=\"180\"></canvas></section>\n"
           "<footer><span>Connection: <span class=\"status\"></span></span><span>Last update: ");
    clock = calendar_of(page->metrics.clock);
    put_clock12(w, &clock, true);
    PUT(w, "</span><span>Session: ");
    put_first(w, page->session, 8);
    PUT(w, "</span></footer>\n"
           "</div>\n"
           "<script>\n"
           "drawChart(document.getElementById(\"chart\"), ");
    write_chart(w, &page->chart);
    PUT(w, ");\n"
           "</script>\n"
           "</body>\n"
           "</html>\n");
}
