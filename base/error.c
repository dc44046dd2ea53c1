/* Status names and errors. An error carries its whole message in place, so that making one never allocates. */
#include "livetemplate/base.h"

#include <stdio.h>

const char *lvt_status_name(lvt_status status) {
    switch (status) {
#define LVT_STATUS_NAME(name, number, sentence) \
    case LVT_##name: return "LVT_" #name;
        LVT_STATUS_MAP(LVT_STATUS_NAME)
#undef LVT_STATUS_NAME
    }
    return "LVT_ERROR_UNKNOWN";
}

const char *lvt_status_sentence(lvt_status status) {
    switch (status) {
#define LVT_STATUS_SENTENCE(name, number, sentence) \
    case LVT_##name: return sentence;
        LVT_STATUS_MAP(LVT_STATUS_SENTENCE)
#undef LVT_STATUS_SENTENCE
    }
    return "unknown status";
}

/* A message that was cut may end inside a code point: drop what is left of it. */
static void drop_partial_rune(char *text, size_t length) {
    size_t start = length;
    while (start > 0 && length - start < LVT_UTF8_MAX && ((unsigned char)text[start - 1] & 0xC0) == 0x80) start--;
    if (start == 0) return;
    start--;
    if ((unsigned char)text[start] < 0xC0) return;
    size_t width;
    (void)lvt_utf8_decode(text + start, length - start, &width);
    if (width == 1) text[start] = '\0'; /* a lead byte without all that it announces */
}

/* Returns the length of the message; `offset` bytes of it stand already. */
LVT_PRINTF_LIKE(3, 0)
static size_t write_message(lvt_error *error, size_t offset, const char *format, va_list arguments) {
    size_t room = sizeof error->message - offset;
    int wanted = vsnprintf(error->message + offset, room, format, arguments);
    if (wanted < 0) {
        error->message[offset] = '\0';
        return offset;
    }
    if ((size_t)wanted < room) return offset + (size_t)wanted;
    drop_partial_rune(error->message, sizeof error->message - 1);
    return strlen(error->message);
}

lvt_status lvt_error_set(lvt_error *error, lvt_status status, const char *format, ...) {
    if (error == NULL) return status;
    error->status = status;
    error->line = 0;
    error->column = 0;
    va_list arguments;
    va_start(arguments, format);
    (void)write_message(error, 0, format, arguments);
    va_end(arguments);
    return status;
}

lvt_status lvt_error_set_at(lvt_error *error, lvt_status status, const char *name, uint32_t line, uint32_t column,
                            const char *format, ...) {
    if (error == NULL) return status;
    error->status = status;
    error->line = line;
    error->column = column;
    /* The reason is formatted first, for an argument may point into the old message; a name of any length leaves at
     * least half of the message to it. */
    char reason[LVT_ERROR_MESSAGE_MAX];
    va_list arguments;
    va_start(arguments, format);
    if (vsnprintf(reason, sizeof reason, format, arguments) < 0) reason[0] = '\0';
    va_end(arguments);
    if (name == NULL) name = "";
    int length = snprintf(error->message, sizeof error->message, "%.*s:%u:%u: %s", LVT_ERROR_MESSAGE_MAX / 2, name,
                          (unsigned)line, (unsigned)column, reason);
    if (length < 0) error->message[0] = '\0';
    else if ((size_t)length >= sizeof error->message) drop_partial_rune(error->message, sizeof error->message - 1);
    return status;
}

lvt_status lvt_error_out_of_memory(lvt_error *error) {
    return lvt_error_set(error, LVT_ERROR_OUT_OF_MEMORY, "%s", lvt_status_sentence(LVT_ERROR_OUT_OF_MEMORY));
}

void lvt_error_clear(lvt_error *error) {
    if (error == NULL) return;
    error->status = LVT_OK;
    error->line = 0;
    error->column = 0;
    error->message[0] = '\0';
}
