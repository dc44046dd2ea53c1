/* limits: every buffer, queue, depth and table of the library has its maximum here, with the reason for the
 * number. A limit that users may want to move is a default that an options struct overrides. */
#ifndef LIVETEMPLATE_LIMITS_H
#define LIVETEMPLATE_LIMITS_H

/* template: text of one template; the largest hand-written pages are below 200 KB. */
#define LVT_TEMPLATE_SOURCE_MAX ((size_t)4 * 1024 * 1024)
/* template: nested control structures and parentheses; the parser and the escaper recurse once a level, at
 * under 1 KB of stack each. */
#define LVT_TEMPLATE_NESTING_MAX 500
/* template: {{template}} calls in progress. Go stops at 100,000; a frame here takes C stack, and 1,000 frames
 * stay within half of a 1 MB thread stack. */
#define LVT_TEMPLATE_INVOCATION_MAX 1000
/* template: definitions in one set, derived contexts included. */
#define LVT_TEMPLATE_DEFINITIONS_MAX 4096
/* template: output of one render. */
#define LVT_RENDER_OUTPUT_MAX ((size_t)64 * 1024 * 1024)
/* template: scratch memory of one execution (temporaries of pipelines). */
#define LVT_EXECUTION_MEMORY_MAX ((size_t)64 * 1024 * 1024)
/* template: iterations of one {{range}}: a million rows are no page, and an integer range must end. */
#define LVT_RANGE_LENGTH_MAX 10000000
/* value: depth of nested values in copy, free, compare, hash and JSON; each level takes C stack. */
#define LVT_VALUE_DEPTH_MAX 128
/* value: one JSON document. */
#define LVT_JSON_DOCUMENT_MAX ((size_t)64 * 1024 * 1024)
/* value: arguments of one function or method call. */
#define LVT_CALL_ARGUMENTS_MAX 64
/* value: width and precision of one printf verb (Go's own limit is 1e6). */
#define LVT_FORMAT_WIDTH_MAX 1000000
/* render: memory of one rendering: the tree that a page keeps for the next diff. */
#define LVT_RENDERING_MEMORY_MAX ((size_t)256 * 1024 * 1024)
/* render: length of a row's key; longer keys are replaced by their hash. */
#define LVT_KEY_LENGTH_MAX 256
/* session: pages of one application, and how long an idle one lives (DESIGN.md, one system). */
#define LVT_PAGES_MAX_DEFAULT 10000
#define LVT_PAGE_TTL_SECONDS_DEFAULT 3600
/* session: session groups of one application and their life without a page. */
#define LVT_GROUPS_MAX_DEFAULT 10000
#define LVT_GROUP_TTL_SECONDS_DEFAULT (24 * 3600)
/* session: a token on the wire; ours are below 400 bytes. */
#define LVT_TOKEN_LENGTH_MAX 1024
#define LVT_TOKEN_TTL_SECONDS_DEFAULT (24 * 3600)
/* live: one message from a client; an action with its form fields. */
#define LVT_MESSAGE_IN_MAX ((size_t)64 * 1024)
/* live: one message to a client, above it the update is sent in chunks (DESIGN.md). */
#define LVT_MESSAGE_OUT_MAX ((size_t)256 * 1024)
/* live: bytes waiting for one client; above it the page is marked for a complete render instead of a queue. */
#define LVT_OUTBOX_BYTES_MAX ((size_t)1024 * 1024)
/* live: fields with errors in one reply, and named stores in one view. */
#define LVT_FIELD_ERRORS_MAX 64
#define LVT_STORES_MAX 32
/* server: HTTP. The request line and the headers as other servers limit them. */
#define LVT_HTTP_REQUEST_LINE_MAX 8192
#define LVT_HTTP_HEADERS_MAX 32768
#define LVT_HTTP_HEADER_COUNT_MAX 100
#define LVT_HTTP_BODY_MAX ((size_t)1024 * 1024)
/* server: seconds a client may take for its headers and body, and stay idle between requests. */
#define LVT_HTTP_REQUEST_TIMEOUT_SECONDS 10
#define LVT_HTTP_IDLE_TIMEOUT_SECONDS 60
/* server: connections of one process, below the usual descriptor limits. */
#define LVT_CONNECTIONS_MAX_DEFAULT 18000
/* server: seconds between WebSocket pings, and until a silent peer is closed. */
#define LVT_WEBSOCKET_PING_SECONDS 30
#define LVT_WEBSOCKET_SILENCE_SECONDS 75
/* server: seconds that a clean stop waits for clients to take what is on its way. */
#define LVT_STOP_GRACE_SECONDS 5

#endif
