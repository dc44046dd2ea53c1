/* Children by fork, exec and waitpid. */
#include "child.h"

#include "tests/support/cmocka_all.h"

#include <errno.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

void child_start(child *out, const char *const *words, int output) {
    (void)fflush(NULL);
    out->pid = fork();
    assert_true(out->pid >= 0);
    if (out->pid != 0) return;
    (void)prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (output < 0 || dup2(output, STDOUT_FILENO) >= 0) (void)execv(words[0], (char *const *)(uintptr_t)words);
    _exit(127);
}

/* How it ended. */
static int reap(child *c) {
    int status = 0;
    while (waitpid(c->pid, &status, 0) < 0) assert_int_equal(errno, EINTR);
    c->pid = 0;
    return status;
}

void child_end(child *c, int signal_number) {
    assert_int_equal(kill(c->pid, signal_number), 0);
    const int status = reap(c);
    if (signal_number == SIGKILL) assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
    else assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
}

void child_wait(child *c) {
    const int status = reap(c);
    assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
}
