/* Keys of records: one spelling for each part, and none that looks like two. */
#include "record_key.h"

void lvt_record_key_append(lvt_buffer *out, lvt_span part) {
    for (size_t i = 0; i < part.length; i++) {
        const unsigned char c = (unsigned char)part.data[i];
        if (c == '%' || c == '|' || c < 0x20 || c == 0x7F) lvt_buffer_append_format(out, "%%%02X", c);
        else lvt_buffer_append_char(out, (char)c);
    }
}
