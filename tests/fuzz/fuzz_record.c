/* Records of session stores. Input: a record; or, behind '+', the states of one, to which a right head is added, so
 * that what follows the check is reached.
 *
 * What can be read is written again as a record that reads back to the same; what cannot changes nothing. */
#include "fuzz.h"
#include "livetemplate/limits.h"
#include "session/record.h"

typedef struct note {
    int64_t id;
    char *text;
    char tag[3];
} note;
LVT_STRUCT(note, LVT_FIELD(note, id, LVT_INT64, "ID", .key = true), LVT_FIELD(note, text, LVT_STRING, "Text"),
           LVT_FIELD(note, tag, LVT_CHARS(3), "Tag"));

typedef struct board {
    lvt_list notes;
    double number;
    lvt_time moment;
    lvt_dynamic any;
    lvt_string bytes;
    int step;
} board;
LVT_STRUCT(board, LVT_FIELD(board, notes, LVT_LIST_OF(&note_type), "Notes"),
           LVT_FIELD(board, number, LVT_DOUBLE, "Number"), LVT_FIELD(board, moment, LVT_TIME, "Moment"),
           LVT_FIELD(board, any, LVT_DYNAMIC, "Any"), LVT_FIELD(board, bytes, LVT_BYTES, "Bytes"),
           LVT_FIELD(board, step, LVT_INT, "Step", .omit_empty = true));

static void write_and_read(lvt_record_part parts[2]) {
    board again = {.step = 1};
    int64_t number = 2;
    lvt_record_part back[2] = {{parts[0].name, parts[0].type, &again}, {parts[1].name, parts[1].type, &number}};
    lvt_buffer first, second;
    lvt_error error;
    lvt_buffer_init(&first, SIZE_MAX, NULL);
    lvt_buffer_init(&second, SIZE_MAX, NULL);
    FUZZ_CHECK(lvt_record_encode(&first, parts, 2, &error) == LVT_OK);
    FUZZ_CHECK(lvt_record_decode(back, 2, lvt_buffer_span(&first), NULL, &error) == LVT_OK);
    FUZZ_CHECK(lvt_record_encode(&second, back, 2, &error) == LVT_OK);
    fuzz_check_equal("two records", lvt_buffer_span(&first), lvt_buffer_span(&second));
    lvt_buffer_free(&first);
    lvt_buffer_free(&second);
    lvt_value_clear(&board_type, &again, NULL);
}

static void read_record(lvt_span bytes) {
    board state = {.step = 7}, before = state;
    int64_t number = 8;
    lvt_record_part parts[2] = {{LVT_SPAN_INIT("b"), &board_type, &state},
                                {LVT_SPAN_INIT("n"), &lvt_type_int64, &number}};
    lvt_error error;
    lvt_status status = lvt_record_decode(parts, 2, bytes, NULL, &error);
    if (status == LVT_OK) {
        write_and_read(parts);
        lvt_value_clear(&board_type, &state, NULL);
        return;
    }
    fuzz_check_error(status, &error);
    FUZZ_CHECK(status == LVT_ERROR_CORRUPT);
    FUZZ_CHECK(memcmp(&state, &before, sizeof state) == 0 && number == 8);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    fuzz_input input = {.count = 0};
    if (size == 0 || data[0] != '+') {
        fuzz_add_part(&input, data, size);
    } else {
        char head[32];
        lvt_buffer record;
        (void)snprintf(head, sizeof head, "1%016llx", (unsigned long long)lvt_hash_bytes('1', data + 1, size - 1));
        lvt_buffer_init(&record, SIZE_MAX, NULL);
        lvt_buffer_append_string(&record, head);
        lvt_buffer_append(&record, (const char *)data + 1, size - 1);
        FUZZ_CHECK(record.status == LVT_OK);
        fuzz_add_part(&input, (const uint8_t *)record.data, record.length);
        lvt_buffer_free(&record);
    }
    read_record(input.parts[0]);
    fuzz_release(&input);
    return 0;
}
