/* lvt: the command line of LiveTemplate. */
#include "cli/cli.h"

#include <stdlib.h>

static const char usage[] =
    "usage: lvt COMMAND [ARGUMENTS]\n"
    "\n"
    "  lvt render [--text] [--data FILE|-] TEMPLATE...   print the page; the first template is the entry\n"
    "  lvt render --jsonl                                answer {\"id\",\"mode\",\"template\",\"data\"} lines\n"
    "  lvt replay TEMPLATE STATES.jsonl                  for each state the HTML and the update a live client gets\n"
    "  lvt replay --jsonl                                answer {\"id\",\"template\",\"states\"} lines\n"
    "  lvt analyze [--text] [--json] [--strict] [--allow WARNING]... [--function NAME]... TEMPLATE...\n"
    "                                                    what the engine knows: actions with their context and "
    "escapers,\n"
    "                                                    parts that change on their own, templates, warnings\n"
    "  lvt bench TEMPLATE... --data FILE|- [--seconds N]   how fast the page is printed, as a line of JSON\n"
    "  lvt bench TEMPLATE... --states STATES.jsonl|- [--seconds N]\n"
    "                                                    how fast a live page follows the states, again and again\n"
    "\n"
    "Data is typed JSON: {\"$time\":\"2026-01-02T15:04:05Z\"} is a time, {\"$html\":\"<b>x</b>\"} trusted HTML.\n";

int lvt_cli_fail(const lvt_error *error) {
    (void)fprintf(stderr, "lvt: %s\n", error->message);
    return LVT_EXIT_FAILED;
}

int lvt_cli_usage(const char *text) {
    (void)fputs(text, stderr);
    return LVT_EXIT_USAGE;
}

int main(int argc, char **argv) {
    if (argc < 2) return lvt_cli_usage(usage);
    if (strcmp(argv[1], "render") == 0) return lvt_command_render(argc - 2, argv + 2);
    if (strcmp(argv[1], "replay") == 0) return lvt_command_replay(argc - 2, argv + 2);
    if (strcmp(argv[1], "analyze") == 0) return lvt_command_analyze(argc - 2, argv + 2);
    if (strcmp(argv[1], "bench") == 0) return lvt_command_bench(argc - 2, argv + 2);
    if (strcmp(argv[1], "help") == 0 || strcmp(argv[1], "--help") == 0) {
        (void)fputs(usage, stdout);
        return LVT_EXIT_OK;
    }
    (void)fprintf(stderr, "lvt: unknown command '%s'\n\n", argv[1]);
    return lvt_cli_usage(usage);
}
