/* A port for a server that a test starts. */
#ifndef LIVETEMPLATE_TEST_FREE_PORT_H
#define LIVETEMPLATE_TEST_FREE_PORT_H

#include "cmocka_all.h"

#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

/* A port of loopback that nobody listens on now; somebody else may take it before it is used. */
static inline int free_port(void) {
    struct sockaddr_in address = {.sin_family = AF_INET};
    socklen_t length = sizeof address;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    int number = socket(AF_INET, SOCK_STREAM, 0);
    assert_true(number >= 0);
    assert_int_equal(bind(number, (struct sockaddr *)&address, length), 0);
    assert_int_equal(getsockname(number, (struct sockaddr *)&address, &length), 0);
    (void)close(number);
    return ntohs(address.sin_port);
}

#endif
