/* bearer: who somebody is says another service, by a token that it has signed (jwt.h). All of a person's devices share
 * one counter.
 *
 *     BEARER_SECRET=... build/examples/bearer
 *     curl -H "Authorization: Bearer $TOKEN" http://127.0.0.1:8080/
 *
 * A browser gets the token as a cookie from the log-in, or a proxy in front of the program adds the header. */
#include "jwt.h"

#include <stdio.h>
#include <stdlib.h>

#include "bearer_tmpl.h"

typedef struct {
    int count;
} counter;
LVT_STRUCT(counter, LVT_FIELD(counter, count, LVT_INT, "Count"));

static lvt_status increment(lvt_action *action, void *store) {
    ((counter *)store)->count++;
    return LVT_OK;
}

static const lvt_action_def actions[] = {{"increment", increment}, {0}};

int main(int argc, char **argv) {
    const char *secret = getenv("BEARER_SECRET");
    if (secret == NULL || strlen(secret) < 32) {
        (void)fprintf(stderr, "BEARER_SECRET must be set to the secret that the tokens are signed with, of 32 bytes or "
                              "more\n");
        return EXIT_FAILURE;
    }
    jwt_rules rules = {.secret = lvt_span_from(secret), .audience = "bearer", .leeway = 60};
    lvt_view view = {.template_text = bearer_tmpl,
                     .template_name = "bearer",
                     .store = &counter_type,
                     .actions = actions,
                     .authenticator = {.identify = jwt_identify, .payload = &rules}};
    return lvt_main(argc, argv, "127.0.0.1:8080", "/", &view);
}
