/* cmocka with the headers that it wants before it. */
#ifndef LIVETEMPLATE_TEST_CMOCKA_ALL_H
#define LIVETEMPLATE_TEST_CMOCKA_ALL_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#endif
