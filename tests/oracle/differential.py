#!/usr/bin/env python3
"""Compares lvt with Go's template packages on random pages: tests/oracle/differential.py LVT [SEED [PAGES]].

Templates are put together from pieces of HTML, CSS, JavaScript and URLs, with actions and control flow between them, so
that every context and every way to leave one comes up; data are strings that are dangerous somewhere, trusted content,
numbers, lists and maps. What Go prints, lvt must print byte for byte; what Go refuses, lvt must refuse. Needs Go; prints
each difference and ends with status 1 if there is one.
"""
import json
import os
import random
import re
import subprocess
import sys
import tempfile

ACTIONS = ["{{.}}", "{{.X}}", "{{.Y}}", "{{. | html}}", "{{html .A}}", "{{html .A .B}}", "{{. | urlquery}}",
           "{{urlquery .X}}", "{{$x := .}}", "{{.X | print}}", "{{print .A | html}}", "{{. | html | print}}"]
ACTION_WEIGHTS = [20, 10, 5, 2, 1, 1, 2, 1, 1, 1, 1, 0.3]

HTML = ["<b>", "</b>", "<a ", "<", "<!", "<!DOCTYPE html>", "<!--", "-->", "<!-- x -->", "<br/>", "<p", "</p", "x",
        "a<b", " & ", "&lt;", "<script>", "</script>", "<SCRIPT>", "</Script >", "<style>", "</style>", "<title>",
        "</title>", "<textarea>", "</textarea>", "<meta ", "<body class=x>", "</head>", "</", "<1", "<x:y ", "/>", "\n",
        "<?xml?>", "<script type=module>", "<script type='text/template'>", "<script type=application/json>", "\u00e9"]
ATTRIBUTES = [" ", "\n", "/", " x", " title", " href", "src", "srcset", " style", " onclick", " data-href",
              " xlink:href", " type", " content", "=", "= ", "\"", "'", ">", "\">", "'>", "=\"", "='", " value", "a",
              "=a", "=\"\"", "`", "<", "&quot;", "&amp", "uri", "srcdoc"]
URLS = ["http://x", "/", "?", "#", "?q=", "&", "a", "javascript:", " ", "%20", "&#63;", "&num;", ":", ",", "2x", "\t"]
SCRIPTS = ["\"", "'", "`", "/", "//", "/*", "*/", "\n", "\r", "<!--", "-->", "#!", "${", "}", "{", "(", ")", "[", "]",
           "\\", "\\\\", "\\\"", "+", "++", "-", "--", "=", "a", "1.", "return", "typeof ", "x", "; ", ", ", "<script",
           "</script", "<", "\u2028", "!", "?", "&", "*", "/re/", "/[/]/", "'a'", "\"b\"", "`c`", "// x\n", "/* y */",
           "`${a}`", "&quot;", "&sol;"]
STYLES = ["\"", "'", "url(", "url('", "url(\"", "URL(", ")", "(", "a", "{", "}", "color:", ";", "/*", "*/", "//", "\n",
          "\\", "\\22 ", "\\3f", "\\a", "\\\"", "\u00e9url(", "-url(", "?", "#", "/", " ", "/* x */", "url(x)", "'a'",
          "url('y?z')", "&quot;", "\\110000x"]
REFRESHES = ["url=", "url", "URL =", "=", ";", "0;", "5; url=", "/x", "?a", " ", "&#61;", "&semi;", "x"]

TEXTS = ["<", ">", "\"", "'", "&", "+", "`", "=", " ", "\t", "\n", "\r", "\0", "\x1f", "\u2028", "\ufffd", "\uffff",
         "\ufdd0", "\U0001f600", "\u00e9", "a", "0", "f", "Z", "-", "--", "_", "!", "#", "$", "*", ",", "/", ":", ";",
         "?", "@", "[", "]", "(", ")", "{", "}", "|", "\\", "^", "%", "%20", "%zz", "http:", "HTTPS:", "mailto:",
         "javascript:", "\\41 ", "\\3c", "expression", "<b>", "</b>", "<!--", "-->", "<script>alert(1)</script>",
         "</script>", "<textarea>a<b</textarea>", "<a title=\"1>2\">", "<style>x</style>", "&amp;", "&#34;", "on", "src",
         "href", "\u0130", "\u212a", "\u017f", "2x 3", "a.png 1x", "data-x", "style", "I <3 x", "<a href", "<a b=\""]
TRUSTED = ["$html", "$css", "$js", "$jsstr", "$url", "$attr", "$srcset"]


class Generator:
    def __init__(self, seed):
        self.random = random.Random(seed)

    # ---- data

    def text(self):
        return "".join(self.random.choice(TEXTS) for _ in range(self.random.choice([0, 1, 1, 2, 3, 5, 9])))

    def value(self, depth=0):
        kind = self.random.random()
        if kind < 0.45:
            return self.text()
        if kind < 0.75:
            return {self.random.choice(TRUSTED): self.text()}
        if kind < 0.87:
            return self.random.choice([0, -5, 2**62, -2**63, 1.5, 1e21, 1e-7, 123456789.5, True, False, None])
        if kind < 0.92:
            return self.random.choice([{"$time": "2021-03-04T05:06:07.08Z"}, {"$bytes": "AQL/PDw="}])
        if depth == 2:
            return None
        if kind < 0.96:
            return [self.value(depth + 1) for _ in range(self.random.randint(0, 3))]
        return {"k" + self.text().replace("$", "x"): self.value(depth + 1) for _ in range(self.random.randint(0, 3))}

    def data(self, depth=2):
        rows = [self.data(depth - 1) for _ in range(self.random.randint(0, 3))] if depth > 0 else []
        return {"X": self.value(), "A": self.value(), "B": self.random.choice([True, False, ""]), "Y": self.text(),
                "L": rows}

    # ---- templates

    def action(self):
        return self.random.choices(ACTIONS, ACTION_WEIGHTS)[0]

    def soup(self, lists, count, actions=0.3):
        pieces = []
        for _ in range(count):
            if self.random.random() < actions:
                pieces.append(self.action())
            pieces.append(self.random.choice(self.random.choice(lists)))
        return "".join(pieces)

    def value_of(self, pieces, quotes="\"'"):
        quote = self.random.choice(quotes) if quotes else ""
        return quote + self.soup([[p for p in pieces if quote == "" or quote not in p]], self.random.randint(0, 6)) + quote

    def element(self):
        kind = self.random.randrange(9)
        if kind == 0:
            return "<script>" + self.soup([SCRIPTS], self.random.randint(0, 12)) + "</script>"
        if kind == 1:
            return "<style>" + self.soup([STYLES], self.random.randint(0, 10)) + "</style>"
        if kind == 2:
            return "<a onclick=" + self.value_of(SCRIPTS) + ">"
        if kind == 3:
            return "<a style=" + self.value_of(STYLES) + ">"
        if kind == 4:
            name = self.random.choice(["href", "src", "srcset", "data-url", "action", "title", "xmlns", "srcdoc"])
            return "<a " + name + "=" + self.value_of(URLS, self.random.choice(["\"'", ""])) + ">"
        if kind == 5:
            return "<meta content=" + self.value_of(REFRESHES) + ">"
        if kind == 6:
            name = self.random.choice(["a", "script", "style", "meta", "title", "input"])
            return "<" + name + self.soup([ATTRIBUTES], self.random.randint(0, 6)) + ">"
        if kind == 7:
            return "<title>" + self.soup([HTML], self.random.randint(0, 6)) + "</title>"
        return self.soup([HTML], self.random.randint(0, 6))

    def body(self, depth, in_loop, names):
        pieces = []
        for _ in range(self.random.randint(0, 4)):
            kind = self.random.random()
            if kind < 0.5 or depth == 0:
                pieces.append(self.element())
            elif kind < 0.6:
                pieces.append(self.action())
            elif kind < 0.9:
                keyword = self.random.choice(["if .B", "if .X", "with .X", "range .L", "range $i, $e := .L"])
                inner = in_loop or keyword.startswith("range")
                pieces.append("{{%s}}%s" % (keyword, self.body(depth - 1, inner, names)))
                if self.random.random() < 0.5:
                    pieces.append("{{else}}" + self.body(depth - 1, in_loop, names))
                pieces.append("{{end}}")
            elif in_loop and kind < 0.94:
                pieces.append(self.random.choice(["{{if .B}}{{break}}{{end}}", "{{if .B}}{{continue}}{{end}}"]))
            elif names:
                pieces.append("{{template \"%s\" .}}" % self.random.choice(names))
        return "".join(pieces)

    def template(self):
        """A definition invokes only those before it: Go never returns from some templates that invoke themselves."""
        definitions, names = "", []
        for name in "abc":
            if self.random.random() < 0.4:
                definitions += "{{define \"%s\"}}%s{{end}}" % (name, self.body(2, False, names))
                names = names + [name]
        return definitions + self.body(3, False, names)

    def request(self):
        template = self.template()
        while re.search(r"\{\{\{|\}\}\}", template):
            template = self.template()
        mode = self.random.choice(["html", "html", "html", "text"])
        return {"mode": mode, "template": template, "data": self.data()}


def ask(command, requests):
    lines = "".join(json.dumps(dict(id=i, **r)) + "\n" for i, r in enumerate(requests))
    run = subprocess.run(command, input=lines, capture_output=True, text=True, check=False)
    answers = [json.loads(line) for line in run.stdout.split("\n")[:-1]]
    if len(answers) != len(requests):
        sys.exit("%s stopped: %s\nat %s" % (command[0], run.stderr, json.dumps(requests[len(answers)])))
    return answers


def agree(go, ours):
    return ours.get("output") == go["output"] if "output" in go else "error" in ours


def main():
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    lvt = sys.argv[1]
    seed = int(sys.argv[2]) if len(sys.argv) > 2 else 1
    pages = int(sys.argv[3]) if len(sys.argv) > 3 else 2000
    generator = Generator(seed)
    with tempfile.TemporaryDirectory() as folder:
        oracle = os.path.join(folder, "oracle")
        subprocess.run(["go", "build", "-o", oracle, "."], cwd=os.path.dirname(os.path.abspath(__file__)), check=True)
        different = printed = done = 0
        while done < pages:
            requests = [generator.request() for _ in range(min(500, pages - done))]
            done += len(requests)
            for request, go, ours in zip(requests, ask([oracle], requests), ask([lvt, "render", "--jsonl"], requests)):
                printed += "output" in go
                if agree(go, ours):
                    continue
                different += 1
                print("\n".join([json.dumps(request), "  go:  " + json.dumps(go), "  lvt: " + json.dumps(ours)]))
    print("%d pages, %d printed by Go, %d differ" % (done, printed, different))
    sys.exit(1 if different else 0)


main()
