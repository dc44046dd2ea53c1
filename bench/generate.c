/* generate: the data of the bench's large pages as JSON, the same on every machine: lvt_bench_generate
 * table|text|actions|chat. The other pages' data are small enough to be written by hand, in bench/data.
 */
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))

/* A linear congruential generator, so that no C library decides what the pages look like. */
static uint32_t seed = 20261121;
static uint32_t below(uint32_t limit) {
    seed = seed * 1664525u + 1013904223u;
    return (uint32_t)(((uint64_t)seed * limit) >> 32);
}

static const char *const first_names[] = {"Ada",   "Grace", "Alan",  "Edsger", "Barbara", "Donald", "Frances", "Ken",
                                          "Radia", "Niels", "Søren", "José",   "Zoë",     "Dennis", "Margaret"};
static const char *const last_names[] = {"Lovelace",    "Hopper",      "Turing",   "Dijkstra", "Liskov",
                                         "Knuth",       "Allen",       "Thompson", "Perlman",  "O'Neil",
                                         "Kierkegaard", "Kahn & Sons", "Ritchie",  "Hamilton"};
static const char *const mail_names[] = {"lovelace",    "hopper", "turing",   "dijkstra", "liskov",
                                         "knuth",       "allen",  "thompson", "perlman",  "oneil",
                                         "kierkegaard", "kahn",   "ritchie",  "hamilton"};
static const char *const statuses[] = {"paid", "paid", "paid", "late", "open"};

static void print_table(void) {
    printf("{\"Title\":\"Customers & accounts\",\"Rows\":[");
    for (unsigned i = 0; i < 1000; i++) {
        unsigned first = below(COUNT_OF(first_names)), last = below(COUNT_OF(last_names));
        unsigned cents = below(1000000), day = below(28) + 1, month = below(12) + 1, year = 2012 + below(14);
        printf("%s{\"ID\":%u,\"Name\":\"%s %s\",\"Email\":\"%s%s%u@example.com\",", i == 0 ? "" : ",", 10001 + i,
               first_names[first], last_names[last], mail_names[last], below(16) == 0 ? "+shop" : ".", i);
        printf("\"Amount\":%u.%02u,\"Status\":\"%s\",\"Closed\":%s,", cents / 100, cents % 100,
               statuses[below(COUNT_OF(statuses))], below(10) == 0 ? "true" : "false");
        printf("\"Since\":{\"$time\":\"%u-%02u-%02uT%02u:30:00Z\"}}", year, month, day, below(24));
    }
    puts("]}");
}

static const char *const words[] = {
    "the",      "of",      "and",     "a",        "to",     "in",       "is",     "you",      "that",   "it",
    "he",       "was",     "for",     "on",       "are",    "as",       "with",   "his",      "they",   "at",
    "be",       "this",    "have",    "from",     "or",     "one",      "had",    "by",       "word",   "but",
    "not",      "what",    "all",     "were",     "we",     "when",     "your",   "can",      "said",   "there",
    "use",      "an",      "each",    "which",    "she",    "do",       "how",    "their",    "if",     "will",
    "up",       "other",   "about",   "out",      "many",   "then",     "them",   "these",    "so",     "some",
    "her",      "would",   "make",    "like",     "him",    "into",     "time",   "has",      "look",   "two",
    "more",     "write",   "go",      "see",      "number", "no",       "way",    "could",    "people", "my",
    "than",     "first",   "water",   "been",     "call",   "who",      "oil",    "its",      "now",    "find",
    "long",     "down",    "day",     "did",      "get",    "come",     "made",   "may",      "part",   "machine",
    "language", "program", "measure", "instance", "letter", "question", "answer", "analysis", "engine", "café"};

static void print_word(bool capital) {
    const char *word = words[below(COUNT_OF(words))];
    if (capital && word[0] >= 'a' && word[0] <= 'z') {
        printf("%c%s", word[0] - 'a' + 'A', word + 1);
    } else {
        fputs(word, stdout);
    }
}

/* About 80 words; now and then a quotation, an apostrophe, an ampersand or an angle bracket, as text has them. */
static void print_sentence(void) {
    unsigned length = 8 + below(14);
    for (unsigned i = 0; i < length; i++) {
        if (i > 0) fputs(below(9) == 0 ? ", " : " ", stdout);
        unsigned kind = below(300);
        if (kind < 3) {
            fputs("\\\"", stdout);
            print_word(false);
            fputs("\\\"", stdout);
        } else if (kind < 6) {
            fputs("doesn't", stdout);
        } else if (kind == 6) {
            fputs("research & development", stdout);
        } else if (kind == 7) {
            fputs("x < y", stdout);
        } else if (kind == 8) {
            fputs("—", stdout);
        } else {
            print_word(i == 0);
        }
    }
    fputs(".", stdout);
}

static void print_text(void) {
    printf("{\"Title\":\"Letters & essays\",\"Articles\":[");
    for (unsigned i = 0; i < 10; i++) {
        printf("%s{\"Slug\":\"letter-%u\",\"Title\":\"Letter %u: \\\"", i == 0 ? "" : ",", i + 1, i + 1);
        print_word(true);
        printf(" & ");
        print_word(false);
        printf("\\\"\",\"Author\":\"%s %s\",", first_names[i], last_names[i]);
        printf("\"Date\":{\"$time\":\"2026-%02u-%02uT08:00:00Z\"},\"Paragraphs\":[", i + 1, 2 * i + 3);
        for (unsigned p = 0; p < 5; p++) {
            fputs(p == 0 ? "\"" : ",\"", stdout);
            for (unsigned s = 20 + below(30); s > 0; s--) {
                print_sentence();
                if (s > 1) fputs(" ", stdout);
            }
            fputs("\"", stdout);
        }
        fputs("]}", stdout);
    }
    puts("]}");
}

static void print_actions(void) {
    static const char *const kinds[] = {"a", "b2", "new", "old", "x"};
    static const char *const names[] = {"ann", "bob", "c&d", "eve", "<f>", "gus", "h i", "ida"};
    printf("{\"Title\":\"Tiny actions\",\"Cells\":[");
    for (unsigned i = 0; i < 100; i++) {
        unsigned on = below(2);
        printf("%s{\"N\":%u,\"M\":%u,\"Kind\":\"%s\",\"Name\":\"%s\",\"On\":%s,\"Off\":%s}", i == 0 ? "" : ",",
               below(10), below(10), kinds[below(COUNT_OF(kinds))], names[below(COUNT_OF(names))],
               on ? "true" : "false", on ? "false" : "true");
    }
    puts("]}");
}

/* 200 messages that are there at the start, and 20 that are appended. */
static void print_chat(void) {
    static const char *const authors[] = {"ada", "grace", "alan", "barbara", "ken", "o'neil"};
    printf("{\"Room\":\"Compilers & tools\",\"Me\":\"ada\",\"Messages\":[");
    for (unsigned i = 0; i < 220; i++) {
        printf("%s{\"ID\":%u,\"Author\":\"%s\",", i == 0 ? "" : ",", 5001 + i, authors[below(COUNT_OF(authors))]);
        printf("\"At\":{\"$time\":\"2026-03-02T%02u:%02u:%02uZ\"},\"Text\":\"", 8 + i / 20, i * 3 % 60, below(60));
        print_sentence();
        fputs("\"}", stdout);
    }
    puts("]}");
}

int main(int argc, char **argv) {
    const char *page = argc == 2 ? argv[1] : "";
    if (strcmp(page, "table") == 0) {
        print_table();
    } else if (strcmp(page, "text") == 0) {
        print_text();
    } else if (strcmp(page, "actions") == 0) {
        print_actions();
    } else if (strcmp(page, "chat") == 0) {
        print_chat();
    } else {
        fputs("usage: lvt_bench_generate table|text|actions|chat\n", stderr);
        return 2;
    }
    return ferror(stdout) != 0 || fflush(stdout) != 0;
}
