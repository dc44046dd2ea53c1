"""Jinja2 as a participant of the bench. Run at the repository's root.

    peer.py PAGE SECONDS    prints PAGE, nanoseconds a render, bytes
    peer.py --print PAGE    prints the page
"""

import datetime
import json
import os
import sys
import time

import jinja2
import markupsafe


def typed(value):
    if set(value) == {"$time"}:
        return datetime.datetime.fromisoformat(value["$time"].replace("Z", "+00:00"))
    return value


def measure(template, data, seconds):
    start, elapsed, renders = time.process_time_ns(), 0, 0
    while elapsed < seconds * 1e9:
        page = template.render(data)
        renders += 1
        elapsed = time.process_time_ns() - start
    return elapsed / renders, page


def main(arguments):
    if len(arguments) != 2:
        sys.exit("usage: peer.py PAGE SECONDS | --print PAGE")
    only_print = arguments[0] == "--print"
    name = arguments[1] if only_print else arguments[0]
    folder = os.path.join(os.path.dirname(os.path.abspath(__file__)), "templates")
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(folder), autoescape=True, keep_trailing_newline=True
    )
    environment.policies["json.dumps_kwargs"] = {"sort_keys": True, "separators": (",", ":")}
    template = environment.get_template(name + ".html")
    with open(f"build/bench/data/{name}.json", encoding="utf-8") as file:
        data = json.load(file, object_hook=typed)
    if only_print:
        sys.stdout.buffer.write(template.render(data).encode())
        return
    measure(template, data, float(arguments[1]) / 2)
    each, page = measure(template, data, float(arguments[1]))
    print(f"{name}\t{each:.0f}\t{len(page.encode())}")


if markupsafe._escape_inner.__module__ != "markupsafe._speedups":
    sys.exit("markupsafe lacks its part in C, without which Jinja2 is slower than it needs to be")
main(sys.argv[1:])
