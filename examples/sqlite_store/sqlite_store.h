/* A session store of a program's own, on SQLite: the state of session groups in one file. */
#ifndef EXAMPLE_SQLITE_STORE_H
#define EXAMPLE_SQLITE_STORE_H

#include <livetemplate.h>

/* Open the file, or make it. `clock` may be NULL. Several processes may have the same file open. */
lvt_status sqlite_store_create(lvt_session_store **out, const char *path, const lvt_clock *clock, lvt_error *error);

#endif
