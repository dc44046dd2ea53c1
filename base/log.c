/* Log lines are formatted here, on the stack, and handed to the user's callback. Control characters become spaces: a
 * line is one line, whatever text from outside it quotes. */
#include "livetemplate/base.h"
#include "livetemplate/limits.h"

#include <stdio.h>

void lvt_log_write(const lvt_log *log, lvt_log_level level, const char *format, ...) {
    if (log == NULL || log->write == NULL || level < log->minimum) return;
    char line[LVT_LOG_LINE_MAX];
    va_list arguments;
    va_start(arguments, format);
    int wanted = vsnprintf(line, sizeof line, format, arguments);
    va_end(arguments);
    if (wanted < 0) return;
    for (char *p = line; *p != '\0'; p++) {
        if ((unsigned char)*p < 0x20 || *p == 0x7F) *p = ' ';
    }
    if ((size_t)wanted >= sizeof line) {
        /* The cut may stand inside a code point. */
        size_t end = sizeof line - 1;
        size_t i = 0, width = 0;
        while (i < end) {
            uint32_t rune = lvt_utf8_decode(line + i, end - i, &width);
            if (rune == LVT_RUNE_ERROR && width == 1 && end - i < LVT_UTF8_MAX) break;
            i += width;
        }
        line[i] = '\0';
    }
    log->write(level, line, log->payload);
}
