/* A key storage (token.h) in a file. */
#ifndef LVT_SERVER_KEY_FILE_H
#define LVT_SERVER_KEY_FILE_H

#include "livetemplate/token.h"

typedef struct lvt_key_file lvt_key_file;

/* The file need not exist, its folder must. Beside PATH, writers use PATH.lock, which stays, and PATH.new. */
lvt_status lvt_key_file_create(lvt_key_file **out, const char *path, const lvt_allocator *allocator, lvt_error *error);
/* The application that uses it is gone. NULL is allowed. */
void lvt_key_file_free(lvt_key_file *file);
/* Borrowed. */
const lvt_key_storage *lvt_key_file_storage(const lvt_key_file *file);

#endif
