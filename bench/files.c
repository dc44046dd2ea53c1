/* files: read whole. */
#include "bench/pages.h"

#include <stdio.h>

lvt_status bench_read_file(lvt_buffer *out, const char *path, lvt_error *error) {
    FILE *file = fopen(path, "rb");
    if (file == NULL) return lvt_error_set(error, LVT_ERROR_IO, "%s cannot be opened", path);
    char block[65536];
    size_t count;
    while ((count = fread(block, 1, sizeof block, file)) > 0) lvt_buffer_append(out, block, count);
    bool failed = ferror(file) != 0;
    (void)fclose(file);
    if (failed) return lvt_error_set(error, LVT_ERROR_IO, "%s cannot be read", path);
    return lvt_buffer_check(out, path, error);
}
