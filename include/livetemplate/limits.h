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
/* template: variables in scope at one place; names are found by walking through them. */
#define LVT_TEMPLATE_VARIABLES_MAX 1000
/* template: JavaScript template literals inside each other's ${...}; a context carries one counter for each. */
#define LVT_SCRIPT_TEMPLATE_DEPTH_MAX 16
/* template: braces open inside one of these, which is a mistake long before. */
#define LVT_SCRIPT_BRACES_MAX 65535
/* template: memory of the escaper's notes while it runs; they are small and proportional to the text. */
#define LVT_ESCAPE_MEMORY_MAX ((size_t)256 * 1024 * 1024)
/* template: statement lists inside each other while escaping, through invoked templates; each takes about 1 KB of
 * stack. One template alone can have LVT_TEMPLATE_NESTING_MAX. */
#define LVT_ESCAPE_DEPTH_MAX 600
/* template: statements that the escaper walks through, with 64 bytes of text as one. A template that invokes itself is
 * walked through twice, and such templates that invoke each other multiply that. The largest templates have a million
 * statements; this is a second or two. */
#define LVT_ESCAPE_STEPS_MAX 10000000
/* template: everything that a loaded set holds: texts, trees and programs, some twenty times the source. */
#define LVT_TEMPLATE_MEMORY_MAX ((size_t)256 * 1024 * 1024)
/* template: branches, rounds of ranges and invocations in progress, 200 bytes each; a recursive template has a handful
 * of them an invocation. */
#define LVT_TEMPLATE_FRAMES_MAX 20000
/* template: output of one render. */
#define LVT_RENDER_OUTPUT_MAX ((size_t)64 * 1024 * 1024)
/* template: scratch memory of one execution (temporaries of pipelines). */
#define LVT_EXECUTION_MEMORY_MAX ((size_t)64 * 1024 * 1024)
/* template: iterations of one {{range}}: a million rows are no page, and an integer range must end. */
#define LVT_RANGE_LENGTH_MAX 10000000
/* template: work of one execution, counted where it can multiply: the steps (texts, actions, statements) of each body
 * that is entered, and 64 bytes of temporary text as one. Ranges inside each other, and templates that invoke each
 * other twice, exceed any time otherwise; this is about a second, and ten million rounds of a short range stay below
 * it. */
#ifndef LVT_EXECUTION_STEPS_MAX
#define LVT_EXECUTION_STEPS_MAX 100000000
#endif
/* template: root paths with a number of their own, one bit less than a word has; the last bit is for all others. Large
 * pages read some forty. */
#define LVT_INPUT_PATHS_MAX 63
/* template: elements of one list whose hash is compared before what prints it runs again. The rows of longer ones are
 * compared one by one anyway, and the length of one costs nothing to print. */
#define LVT_INPUT_ELEMENTS_MAX 64
/* template: the same for all fields and elements below one path, at any depth: some 10 microseconds. */
#define LVT_INPUT_VALUES_MAX 1024
/* template: variables and fields from outside that one range's body reads, hashed each time before its first row. */
#define LVT_ROW_INPUTS_MAX 64
/* template: fields and elements of one element that are hashed to find out whether its row may be kept; what has more
 * is run again. Elements of tracked lists are hashed as a whole, once a change. */
#define LVT_ROW_VALUES_MAX 128
/* template: steps that are walked over to find out what they depend on. A set is walked over twice, more often
 * where templates invoke themselves in circles; the largest have a million steps. */
#define LVT_DEPENDENCE_STEPS_MAX 10000000
/* base: one log line; longer ones are cut. A line is formatted on the stack. */
#define LVT_LOG_LINE_MAX 1024
/* template: everything that an analysis holds: some 500 bytes an action, in each context that it stands in. */
#define LVT_ANALYSIS_MEMORY_MAX ((size_t)256 * 1024 * 1024)
/* value: depth of nested values in copy and JSON; each level takes C stack. What cannot fail (clear, equal, hash) goes
 * as deep as the data, which came through one of them or was built by hand. */
#define LVT_VALUE_DEPTH_MAX 128
/* value: one JSON document. */
#define LVT_JSON_DOCUMENT_MAX ((size_t)64 * 1024 * 1024)
/* value: a key of a struct in JSON that is written with escapes, decoded on the stack; no field has a longer name. */
#define LVT_JSON_FIELD_NAME_MAX 256
/* value: the path of a field in an error ("items[2].title"); a longer one is cut. */
#define LVT_FIELD_PATH_MAX 256
/* value: changes that a tracked list remembers, 32 bytes each. Replaying one costs about as much as comparing a few
 * rows: above this number, and above half of the rows, comparing all of them is as cheap. A short list remembers the
 * minimum, so that a handful of changes of it can be told one by one. */
#define LVT_LIST_LOG_MAX 4096
#define LVT_LIST_LOG_MIN 64
/* value: arguments of one function or method call. */
#define LVT_CALL_ARGUMENTS_MAX 64
/* value: width and precision of one printf verb: Go's limit, above which a written number takes no further digit (so
 * 10,000,009 is the widest) and an argument is refused. */
#define LVT_FORMAT_WIDTH_MAX 1000000
/* render: memory of one rendering: the tree that a page keeps for the next diff. */
#define LVT_RENDERING_MEMORY_MAX ((size_t)256 * 1024 * 1024)
/* render: ids of shapes; every connection keeps the set of those it knows in bits, 128 KiB if all are in use. */
#define LVT_SHAPE_ID_MAX (1024 * 1024)
/* render: bodies inside each other in one rendering. Readers recurse once a level, at under 500 bytes of stack each. */
#define LVT_RENDERING_DEPTH_MAX 1000
/* render: memory of rows and pages that were given up, kept for the next ones by the shapes of one template: a change
 * of all rows of a table of 10,000. */
#define LVT_FRAGMENTS_RETAINED_MAX ((size_t)4 * 1024 * 1024)
/* render: length of a row's key; longer keys are replaced by their hash. */
#define LVT_KEY_LENGTH_MAX 256
/* session: pages of one application, and how long an idle one lives (DESIGN.md, one system). */
#define LVT_PAGES_MAX_DEFAULT 10000
#define LVT_PAGE_TTL_SECONDS_DEFAULT 3600
/* session: memory of one page (DESIGN.md, one system), and of all pages of an application: 10,000 of 400 KiB. */
#define LVT_PAGE_MEMORY_MAX_DEFAULT ((size_t)10 * 1024 * 1024)
#define LVT_APP_MEMORY_MAX_DEFAULT ((size_t)4096 * 1024 * 1024)
/* session: a kind's name; it stands in every line of a list. */
#define LVT_PAGE_KIND_NAME_MAX 64
/* session: parts of the registry, each with a lock of its own: enough that the threads of a large machine rarely meet.
 * A power of two. */
#define LVT_PAGE_SHARDS 64
/* session: pages that are copied out for a list under one hold of a lock. */
#define LVT_LIST_BATCH 128
/* session: session groups of one application and their life without a page. */
#define LVT_GROUPS_MAX_DEFAULT 10000
#define LVT_GROUP_TTL_SECONDS_DEFAULT (24 * 3600)
/* session: a token on the wire; ours are below 400 bytes. */
#define LVT_TOKEN_LENGTH_MAX 1024
#define LVT_TOKEN_TTL_SECONDS_DEFAULT (24 * 3600)
/* session: how far in the future a token may have been issued: the clocks of two machines that share a secret differ.
 */
#define LVT_TOKEN_SKEW_SECONDS 60
/* session: the longest life, in seconds, that an option may ask for: 62 years keep sums of nanoseconds far from
 * overflow. */
#define LVT_SECONDS_MAX (INT64_C(1000) * 365 * 24 * 3600 / 16)
/* session: from one key for tokens to the next, and how long the last one is good for then (DESIGN.md, one system). */
#define LVT_KEY_ROTATION_SECONDS_DEFAULT (24 * 3600)
#define LVT_KEY_GRACE_SECONDS_DEFAULT 3600
/* session: keys that a ring holds: the current one, those in their grace period, and some that are over, so that
 * nothing brings them back. Rotations are a day apart, so more than two good ones means somebody rotates by hand. */
#define LVT_TOKEN_KEYS_MAX 8
/* session: tokens made with one key; then it is rotated. Sealed ones have random nonces of 96 bits, of which NIST SP
 * 800-38D allows 2^32 with one key; four processes may share it. */
#define LVT_TOKENS_PER_KEY_MAX (UINT64_C(1) << 30)
/* session: a ring of keys as it is saved and sealed; ours have 300 bytes. */
#define LVT_KEY_STORAGE_BYTES_MAX ((size_t)4096)
/* session: seconds between two looks into the key storage for a key that a token names and nobody knows, or it could be
 * asked as often as somebody sends such tokens; after a failure; and for rotations by others, unasked. */
#define LVT_KEY_RELOAD_SECONDS 1
#define LVT_KEY_RETRY_SECONDS 10
#define LVT_KEY_REFRESH_SECONDS 60
/* server: nanoseconds that a process waits for another to write the file of keys, a few milliseconds as a rule. */
#define LVT_KEY_FILE_WAIT (INT64_C(250) * 1000 * 1000)
/* session: how often a change of the keys is tried when others change them at the same time. */
#define LVT_KEY_SAVE_ATTEMPTS_MAX 8
/* session: nonces of refreshed and invalidated tokens, 52 bytes each; the oldest go first, and are counted. One a
 * second for as long as a token lives. */
#define LVT_RETIRED_NONCES_MAX_DEFAULT 100000
/* session: calls of OpenSSL at one time with prepared contexts; some kilobytes each. As many as machines have cores
 * that serve one application; more calls make their own. */
#define LVT_CRYPTO_LANES_MAX 16
/* session: lines of refused tokens and cookies in the log, for each kind and reason, since anybody can cause them: so
 * many at once, which is a busy day of ours and all of a small attack; then so many a second, which with every reason
 * at once is 2 KB a second, 200 MB a day. The most that an option may ask for is no limit any more. And the nanoseconds
 * of quiet after which what was left out is told. */
#define LVT_AUDIT_LINES_BURST 100
#define LVT_AUDIT_LINES_DEFAULT 1
#define LVT_AUDIT_LINES_MAX 1000000
#define LVT_AUDIT_QUIET (INT64_C(1) * 1000 * 1000 * 1000)
/* session: the shortest secret: as strong as the keys that derive from it. */
#define LVT_SECRET_LENGTH_MIN 32
/* session: an application's id; it stands in every token. */
#define LVT_APP_ID_LENGTH_MAX 64
/* session: pages closed under one hold of the registry's lock while it is swept, so that nobody waits long. */
#define LVT_SWEEP_BATCH 64
/* session: key and body of a record in a session store. A key names application, view and group; a state of megabytes
 * that is written after each action is no session. */
#define LVT_STORE_KEY_MAX ((size_t)1024)
#define LVT_STORE_RECORD_MAX ((size_t)16 * 1024 * 1024)
/* session: the longest life of a record in seconds, a century; sums of nanoseconds stay far from overflow. */
#define LVT_STORE_TTL_MAX (INT64_C(100) * 365 * 24 * 3600)
/* session: last changes of a record that a store knows, by the version that each led to. One that was sent twice is
 * recognised if no more than these came between, which takes others so many exchanges in the time of one. */
#define LVT_STORE_CHANGES_REMEMBERED 16
/* session: nanoseconds that one call of a Redis store may take, from waiting for a connection to the last byte of the
 * answer. Redis answers within a millisecond; what takes a thousand times as long is gone. And the longest that an
 * option may ask for. */
#define LVT_REDIS_TIMEOUT_DEFAULT (INT64_C(1) * 1000 * 1000 * 1000)
#define LVT_REDIS_TIMEOUT_MAX (INT64_C(60) * 1000 * 1000 * 1000)
/* session: connections of one Redis store; Redis runs one command at a time, so more than threads are of no use. */
#define LVT_REDIS_CONNECTIONS_DEFAULT 8
#define LVT_REDIS_CONNECTIONS_MAX 1024
/* session: "host:port" or "unix:path", and the prefix of keys. */
#define LVT_REDIS_ADDRESS_MAX 300
#define LVT_REDIS_PREFIX_MAX 256
/* session: bytes of one answer of Redis: the largest record, or a batch of the longest keys, twice. */
#define LVT_REDIS_ANSWER_MAX ((size_t)32 * 1024 * 1024)
/* session: elements of an array in an answer; a batch of keys has some hundreds. */
#define LVT_REDIS_ELEMENTS_MAX 100000
/* session: keys that one step of a list asks for; Redis serves nobody else during a step, some 100 microseconds. */
#define LVT_REDIS_SCAN_BATCH 500
/* session: keys of one list; 16 bytes of each are remembered, for Redis may name one twice. */
#define LVT_REDIS_LIST_MAX 10000000
/* session: a failover store: failures in a row after which its place is left alone; one or two may be a switch that
 * restarts. Then nanoseconds until it is tried again, doubled each time up to the last. */
#define LVT_FAILOVER_FAILURES_DEFAULT 3
#define LVT_FAILOVER_RETRY_FIRST_DEFAULT (INT64_C(1) * 1000 * 1000 * 1000)
#define LVT_FAILOVER_RETRY_LAST_DEFAULT (INT64_C(30) * 1000 * 1000 * 1000)
/* session: what it keeps in memory: the sessions of a busy hour. */
#define LVT_FAILOVER_RECORDS_DEFAULT 100000
#define LVT_FAILOVER_BYTES_DEFAULT ((size_t)256 * 1024 * 1024)
/* session: records put to their place in one go, by a call that has something else to do and by
 * lvt_session_store_reconcile; each is an exchange or two. */
#define LVT_FAILOVER_BATCH_OF_CALL 4
#define LVT_FAILOVER_BATCH 256
/* session: versions that a place may have reached by writes of which no answer came. */
#define LVT_FAILOVER_MAYBE_MAX 4
/* session: a memory store: a million sessions of a small program, or a quarter of that at 4 KiB each. */
#define LVT_STORE_RECORDS_MAX_DEFAULT 1000000
#define LVT_STORE_BYTES_MAX_DEFAULT ((size_t)1024 * 1024 * 1024)
/* live: a group's or a user's name as an authenticator gives it; ours have 43 bytes, an e-mail address at most 254. */
#define LVT_VISITOR_NAME_MAX 256
/* live: the kind of a group ("room"), and its whole id: the longest is a browser's and a user's together. */
#define LVT_GROUP_KIND_MAX 16
#define LVT_GROUP_NAME_MAX (LVT_VISITOR_NAME_MAX + 64)
/* live: how often an action runs again because another process has changed the group's state meanwhile. Who comes
 * second is so by chance: two processes that do nothing else lose this often in a row once in billions of actions. */
#define LVT_ACTION_RETRIES_MAX 32
/* live: groups with open pages whose stored state is told to live on in one sweep; the rest follow in the next. */
#define LVT_STATES_TOUCHED_MAX 64
/* live: application and path in the key of a stored state; the group's id needs the rest of LVT_STORE_KEY_MAX. */
#define LVT_STATE_KEY_PLACE_MAX 320
/* live: user and password of HTTP Basic together: a name, and a password that a program made. They are decoded on the
 * stack. */
#define LVT_CREDENTIALS_MAX 1024
/* live: what the dialog of a browser names, and what a 401 asks for; longer ones are cut by browsers. */
#define LVT_REALM_MAX 128
#define LVT_CHALLENGE_MAX 512
/* live: one message from a client; an action with its form fields. */
#define LVT_MESSAGE_IN_MAX ((size_t)64 * 1024)
/* live: messages of one client that wait for their group's turn. FULL is where a server stops reading: the client has
 * said more than anybody types during a slow action. MAX is what it may still deliver then: one message that was begun,
 * and what its reader of frames had taken (4 KiB, some 600 of the shortest). */
#define LVT_INBOX_MESSAGES_FULL 64
#define LVT_INBOX_BYTES_FULL ((size_t)64 * 1024)
#define LVT_INBOX_MESSAGES_MAX 1024
#define LVT_INBOX_BYTES_MAX ((size_t)192 * 1024)
/* live: tasks of one group that a thread runs before other groups are looked at: enough that handing over the turn
 * costs little beside them. */
#define LVT_TURN_TASKS_MAX 16
/* live: requests that wait for one group, so that one visitor cannot take all that a server holds at a time. */
#define LVT_GROUP_REQUESTS_MAX 2048
/* live: one message to a client, above it the update is sent in chunks (DESIGN.md). */
#define LVT_MESSAGE_OUT_MAX ((size_t)256 * 1024)
/* live: bytes waiting for one client; above it the page is marked for a complete render instead of a queue. */
#define LVT_OUTBOX_BYTES_MAX ((size_t)1024 * 1024)
/* live: memory of sent messages that is kept for the next ones, all connections of a handler together: a burst of 4 KiB
 * updates to 256 clients. */
#define LVT_MESSAGES_RETAINED_MAX ((size_t)1024 * 1024)
/* live: nanoseconds between two updates of one page under load (DESIGN.md): one frame of a 60 Hz screen. */
#define LVT_UPDATE_INTERVAL_DEFAULT (INT64_C(16) * 1000 * 1000)
/* live: the longest that an option may ask for; a minute without an update is no live page. */
#define LVT_UPDATE_INTERVAL_MAX (INT64_C(60) * 1000 * 1000 * 1000)
/* live: what one push or flush keeps for pages that stand in the same state: renderings of different states, steps from
 * one rendering to another, and encodings of a step for clients that know different statics. Pages in step need one of
 * each; what does not fit is made again. */
#define LVT_SHARED_STATES_MAX 4
#define LVT_SHARED_STEPS_MAX 8
#define LVT_SHARED_BODIES_MAX 4
/* live: groups in a row of one flush whose state was compared with others and was alone, before the flush stops
 * comparing: hashing costs a walk over the state. */
#define LVT_SHARED_MISSES_MAX 16
/* live: types inside each other in a store whose states are compared; a store nested deeper is not. */
#define LVT_STATE_DEPTH_MAX 32
/* live: fields of one plain form; browsers send one for each control. */
#define LVT_FORM_FIELDS_MAX 1000
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
/* server: threads that do the work of session groups. They may wait for a database, so there are some even on a small
 * machine; more than the maximum is no way to wait for many things. */
#define LVT_WORKERS_MIN 4
#define LVT_WORKERS_MAX 256
/* server: requests that are with the workers, a few kilobytes each, and seconds that a client waits for one: below the
 * patience of the proxies in front of a server. */
#define LVT_REQUESTS_MAX_DEFAULT 8192
#define LVT_REQUEST_WAIT_SECONDS 30
/* server: the most that options may ask for, of either: beyond an hour nobody waits. */
#define LVT_WAIT_SECONDS_MAX 3600
/* server: seconds that a clean stop waits for clients to take what is on its way. */
#define LVT_STOP_GRACE_SECONDS 5

#endif
