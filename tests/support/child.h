/* child: a program that a test starts, and ends by its process id. It dies with the test, whatever ends that. */
#ifndef LIVETEMPLATE_TEST_CHILD_H
#define LIVETEMPLATE_TEST_CHILD_H

#include <sys/types.h>

typedef struct child {
    pid_t pid; /* 0: it does not run */
} child;

/* Start the program words[0] with these words, which end with a NULL. `output` becomes its standard output; -1: it
 * shares the test's. */
void child_start(child *out, const char *const *words, int output);
/* Send the signal, and wait until it is gone. It must still be there, or end cleanly where it may: a crash of its own
 * fails the test. */
void child_end(child *c, int signal_number);
/* Wait until it has ended by itself, which must be cleanly. */
void child_wait(child *c);

#endif
