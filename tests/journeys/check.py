#!/usr/bin/env python3
"""Checks the updates of `lvt replay --jsonl` from outside: random pages (pages.py), and a reader of updates that knows the
protocol only (inverse.py). What it makes of them must be what `lvt render --jsonl` prints for each state alone.

    tests/journeys/check.py build/lvt [--journeys N] [--seed N]

A journey that differs is made smaller and printed as a line for `lvt replay --jsonl`."""
import argparse
import json
import os
import random
import subprocess
import sys
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
sys.dont_write_bytecode = True
import inverse  # noqa: E402
import pages  # noqa: E402

BATCH = 100
TRIALS_MAX = 400


def encode(value):
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def ask(lvt, command, questions):
    lines = "".join(encode(question) + "\n" for question in questions)
    done = subprocess.run([lvt, command, "--jsonl"], input=lines.encode(), stdout=subprocess.PIPE, check=False)
    answers = [json.loads(line) for line in done.stdout.decode().split("\n") if line]
    if done.returncode != 0 or len(answers) != len(questions):
        raise SystemExit(f"lvt {command} --jsonl ended with {done.returncode} after {len(answers)} of {len(questions)} lines")
    return answers


class Tally:
    def __init__(self):
        self.journeys = self.states = self.refused = self.pages = self.updates = self.empty = 0


def judge(template, states, replayed, printed, tally):
    """What is wrong with one journey; None when nothing is."""
    errors = [answer.get("error") for answer in printed]
    if any(errors):
        # A state that cannot be printed ends the journey there, with its reason.
        tally.refused += 1
        return None if "error" in replayed else "replay goes on where render fails: " + next(filter(None, errors))
    if "error" in replayed:
        return "replay fails: " + replayed["error"]
    if len(replayed["steps"]) != len(states):
        return "replay has another number of steps"
    page = inverse.Page()
    before = None
    for number, (step, answer) in enumerate(zip(replayed["steps"], printed), 1):
        wanted, message = answer["output"], step["update"]
        where = f"step {number}: "
        if step["html"] != wanted:
            return where + f"replay's html is {step['html']!r}, render's {wanted!r}"
        if message["v"] != 1 or message["seq"] != number or set(message) != {"v", "seq", "tree"}:
            return where + "another envelope"
        if step["bytes"] != len(encode(message).encode()):
            return where + f"{step['bytes']} bytes said, {len(encode(message).encode())} counted"
        if ("f" in message["tree"]) != (number == 1):
            return where + "complete where it should not be, or the other way round"
        try:
            page.apply(message["tree"])
        except inverse.Refused as reason:
            return where + f"{reason} in {encode(message['tree'])}"
        if page.print() != wanted:
            return where + f"shows {page.print()!r}, wants {wanted!r}, after {encode(message['tree'])}"
        if states[number - 1] == before and message["tree"] != {}:
            return where + f"nothing changed, and yet {encode(message['tree'])}"
        before = states[number - 1]
        tally.states += 1
        tally.pages += len(wanted.encode())
        tally.updates += step["bytes"] if number > 1 else 0
        tally.empty += message["tree"] == {}
    return None


def check(lvt, journeys, tally):
    """Journeys are (template, states). Returns the first that is wrong, as (index, what)."""
    replayed = ask(lvt, "replay", [{"id": i, "template": template, "states": states}
                                   for i, (template, states) in enumerate(journeys)])
    printed = ask(lvt, "render", [{"id": 0, "template": template, "data": state}
                                  for template, states in journeys for state in states])
    at = 0
    for i, (template, states) in enumerate(journeys):
        wrong = judge(template, states, replayed[i], printed[at:at + len(states)], tally)
        at += len(states)
        tally.journeys += 1
        if wrong:
            return i, wrong
    return None


# Making a journey smaller: states are left out, then pieces of the template, then members of the data.

def bodies(piece_list):
    yield piece_list
    for piece in piece_list:
        for body in piece.bodies:
            yield from bodies(body)


def containers(value):
    if isinstance(value, list):
        yield value
    for part in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from containers(part)


def minimise(lvt, page, states, is_wrong):
    trials = 0

    def wrong():
        nonlocal trials
        trials += 1
        return trials <= TRIALS_MAX and is_wrong(page.template(), states)

    def thin(lists):
        better = False
        for one in list(lists):
            at = len(one) - 1
            while at >= 0:
                kept = one.pop(at)
                if wrong():
                    better = True
                else:
                    one.insert(at, kept)
                at -= 1
        return better

    states[:] = json.loads(json.dumps(states))
    while thin([states]) | thin(bodies(page.pieces)) | thin(part for piece in page.definitions for body in piece.bodies
                                                           for part in bodies(body)):
        pass
    thin(part for state in states for part in containers(state))


def report(lvt, seed, page, states, what):
    def is_wrong(template, some):
        return bool(some) and check(lvt, [(template, some)], Tally()) is not None

    minimise(lvt, page, states, is_wrong)
    found = check(lvt, [(page.template(), states)], Tally())
    print(f"seed {seed}: {found[1] if found else what}")
    print(encode({"id": seed, "template": page.template(), "states": states}))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("lvt")
    parser.add_argument("--journeys", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=int(time.time() / 86400) * 1000000)
    options = parser.parse_args()
    print(f"seeds {options.seed} to {options.seed + options.journeys - 1}", flush=True)
    tally, start = Tally(), time.monotonic()
    for first in range(0, options.journeys, BATCH):
        made = []
        for seed in range(options.seed + first, options.seed + min(first + BATCH, options.journeys)):
            source = random.Random(seed)
            page = pages.Page(source)
            made.append((page, page.states(source)))
        found = check(options.lvt, [(page.template(), states) for page, states in made], tally)
        if found:
            report(options.lvt, options.seed + first + found[0], *made[found[0]], found[1])
            return 1
    print(f"{tally.journeys} journeys, {tally.states} states, {tally.empty} of them without change, {tally.refused} journeys "
          f"with a refusal; {tally.updates} bytes of updates for {tally.pages} bytes of pages; {time.monotonic() - start:.0f} s")
    if tally.refused * 10 > tally.journeys or tally.states < tally.journeys * 4:
        print("too many journeys come to nothing")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
