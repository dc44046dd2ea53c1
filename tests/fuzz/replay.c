/* replay: a fuzzer's main() without libFuzzer. Tries the inputs that are named, once each: files, or all files of
 * folders. */
#include "fuzz.h"

#include <dirent.h>
#include <sys/stat.h>

static size_t tried;

static void try_file(const char *path) {
    FILE *file = fopen(path, "rb");
    FUZZ_CHECK(file != NULL);
    FUZZ_CHECK(fseek(file, 0, SEEK_END) == 0);
    long size = ftell(file);
    FUZZ_CHECK(size >= 0);
    rewind(file);
    uint8_t *data = malloc(size == 0 ? 1 : (size_t)size);
    FUZZ_CHECK(data != NULL);
    FUZZ_CHECK(fread(data, 1, (size_t)size, file) == (size_t)size);
    (void)fclose(file);
    (void)fprintf(stderr, "%s\n", path); /* the last one is the culprit */
    (void)LLVMFuzzerTestOneInput(data, (size_t)size);
    free(data);
    tried++;
}

static void try_folder(const char *folder) {
    DIR *files = opendir(folder);
    FUZZ_CHECK(files != NULL);
    for (const struct dirent *file = readdir(files); file != NULL; file = readdir(files)) {
        char path[1024];
        if (file->d_name[0] == '.') continue;
        FUZZ_CHECK((size_t)snprintf(path, sizeof path, "%s/%s", folder, file->d_name) < sizeof path);
        try_file(path);
    }
    (void)closedir(files);
}

int main(int argc, char **argv) {
    for (int i = 1; i < argc; i++) {
        struct stat about;
        FUZZ_CHECK(stat(argv[i], &about) == 0);
        if (S_ISDIR(about.st_mode)) try_folder(argv[i]);
        else try_file(argv[i]);
    }
    (void)printf("%zu inputs\n", tried);
    return tried == 0;
}
