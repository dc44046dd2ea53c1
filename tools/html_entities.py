#!/usr/bin/env python3
"""Writes template/html_entity_table.c: the named character references of HTML, from Python's copy of the
WHATWG's list. Run it from the repository's root when that list changes."""
from html.entities import html5

HEAD = """/* html_entity_table: the named character references of HTML, sorted byte-wise by name. A name without semicolon is one
 * that HTML accepts so. Written by tools/html_entities.py from the WHATWG's list; do not edit by hand. */
#include "template/html_entities.h"

/* clang-format off */
const lvt_html_entity lvt_html_entities[LVT_HTML_ENTITY_COUNT] = {
"""


def literal(text):
    out = '"'
    for byte in text.encode():
        char = chr(byte)
        if byte < 0x20 or byte > 0x7E:
            out += "\\%03o" % byte
        elif char in '"\\':
            out += "\\" + char
        else:
            out += char
    return out + '"'


def main():
    entries = ["{%s, %s}," % (literal(name), literal(html5[name])) for name in sorted(html5)]
    with open("template/html_entity_table.c", "w") as out:
        out.write(HEAD)
        line = "   "
        for entry in entries:
            if len(line) + 1 + len(entry) > 118:
                out.write(line + "\n")
                line = "   "
            line += " " + entry
        out.write(line + "\n};\n/* clang-format on */\n")


main()
