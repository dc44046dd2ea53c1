/* file: reads template files, whole and bounded. */
#include "server/internal.h"

#include <errno.h>
#include <stdio.h>

lvt_status lvt_file_read(char **out, size_t *out_length, const char *path, size_t maximum, lvt_error *error) {
    FILE *file = fopen(path, "rb");
    if (file == NULL) return lvt_error_set(error, LVT_ERROR_IO, "%s: %s", path, strerror(errno));
    lvt_buffer content;
    lvt_buffer_init(&content, maximum, NULL);
    char block[16384];
    size_t count;
    while ((count = fread(block, 1, sizeof block, file)) > 0 && content.status == LVT_OK)
        lvt_buffer_append(&content, block, count);
    bool failed = ferror(file) != 0;
    int reason = errno;
    (void)fclose(file);
    lvt_status status = LVT_OK;
    if (failed) status = lvt_error_set(error, LVT_ERROR_IO, "%s: %s", path, strerror(reason));
    else if (content.status == LVT_ERROR_LIMIT)
        status = lvt_error_set(error, LVT_ERROR_LIMIT, "%s: larger than %zu bytes", path, maximum);
    else if (content.length > 0 && memchr(content.data, '\0', content.length) != NULL)
        status = lvt_error_set(error, LVT_ERROR_ENCODING, "%s: a NUL byte in a text file", path);
    else if (content.status != LVT_OK) status = lvt_error_out_of_memory(error);
    if (status == LVT_OK) {
        char *text = lvt_duplicate(NULL, lvt_buffer_span(&content));
        if (text == NULL) status = lvt_error_out_of_memory(error);
        if (text != NULL) {
            *out = text;
            *out_length = content.length;
        }
    }
    lvt_buffer_free(&content);
    return status;
}
