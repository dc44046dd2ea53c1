"""Random pages: first the form of the data, then a template that shows data of this form, then data and their changes.

A form says what its values are, how they are shown and tested, and how they change. Templates are made of Piece, which a
minimiser can thin out."""

TEXTS = ["", "a", "b", "Ann", "two words", "<b>", "a&b", "\"q\"", "it's", "x\ny", "\u00e9\u20ac", "\U0001f600", "0", "17",
         "javascript:alert(1)", "/a?b=c&d", "</script>", "-->", "{{.}}", "\\", "`", "\u2028", "red", "expression(", "\t \r"]


class Piece:
    """Template text with bodies in it: text, body, text, body, ..., text. A body is a list of pieces."""

    def __init__(self, *parts):
        self.texts, self.bodies = parts[0::2], list(parts[1::2])

    def write(self):
        return self.texts[0] + "".join(write(body) + text for body, text in zip(self.bodies, self.texts[1:]))


def write(pieces):
    return "".join(piece.write() for piece in pieces)


class Scalar:
    """A value without parts. `places` are where it is shown, with the value as %s."""

    places = ["{{%s}}"]
    tests = ["%s", "not %s"]

    def change(self, random, value):
        return self.value(random)

    def show(self, random, at, page):
        return Piece(random.choice(self.places).replace("%s", at))

    def test(self, random, at):
        return random.choice(self.tests).replace("%s", at)


class Text(Scalar):
    places = ["{{%s}}", "<b>{{%s}}</b>", "<i title=\"{{%s}}\">i</i>", "<i title='a {{%s}} b'></i>", "<i class=x{{%s}}y>i</i>",
              "<a href=\"{{%s}}\">a</a>", "<a href=\"/s?q={{%s}}&amp;p\">a</a>", "<script>var v = {{%s}};</script>",
              "<script>f('{{%s}}')</script>", "<p style=\"color: {{%s}}\">p", "<style>p { top: {{%s}} }</style>",
              "<textarea>{{%s}}</textarea>", "<!-- {{%s}} -->c", "<input value=\"{{%s}}\">", "{{printf \"%q\" %s}}",
              "{{len %s}}", "{{template \"echo\" %s}}", "<i title=\"{{template \"echo\" %s}}\">i</i>",
              "<u {{with %s}}data-u=\"{{.}}\"{{end}}></u>", "<q onclick=\"g({{%s}})\">q</q>", "{{%s | html}}"]
    tests = ["%s", "eq %s \"a\"", "not %s"]

    def value(self, random):
        return random.choice(TEXTS) + (random.choice(TEXTS) if random.random() < 0.2 else "")


class Number(Scalar):
    places = ["{{%s}}", "<b data-n={{%s}}></b>", "<script>n = {{%s}};</script>", "{{printf \"%v|%5v\" %s 1}}",
              "<meter value=\"{{%s}}\"></meter>"]

    def value(self, random):
        return random.choice([0, 1, 2, 3, -1, 2.5, 10, 1000000])

    def show(self, random, at, page):
        place = random.choice(self.places)
        return Piece(place.replace("%s", at) if "%v" not in place else "{{printf \"%v|%5v\" " + at + " 1}}")


class Flag(Scalar):
    def value(self, random):
        return random.random() < 0.5

    def change(self, random, value):
        return not value

    def show(self, random, at, page):
        if random.random() < 0.3:
            return Piece("<option{{if %s}} selected{{end}}>o</option>" % at)
        parts = ["{{if %s}}" % at, page.some(random, ["yes", "<b>on</b>", "<hr>"])]
        if random.random() < 0.6:
            parts += ["{{else}}", page.some(random, ["no", "<i>off</i>", "<br>"])]
        return Piece(*parts, "{{end}}")


class Markup(Scalar):
    def value(self, random):
        return {"$html": random.choice(["", "<b>m</b>", "m", "<i>m</i> and <u>m</u>", "<li>m"])}


class Words(Scalar):
    places = ["{{range %s}}<s>{{.}}</s>{{end}}", "{{range $n, $w := %s}}{{if $n}}, {{end}}{{$w}}{{else}}-{{end}}",
              "<b class=\"{{range %s}}{{.}} {{end}}\">w</b>", "<script>w = {{%s}};</script>",
              "{{$last := \"\"}}{{range %s}}{{if eq . $last}}={{else}}{{.}}{{end}}{{$last = .}}{{end}}",
              "{{range %s}}{{if eq . \"b\"}}{{break}}{{else if not .}}{{continue}}{{end}}<p>{{.}}{{end}}"]
    tests = ["%s", "lt 1 (len %s)"]

    def value(self, random):
        return [random.choice(TEXTS) for _ in range(random.randint(0, 4))]

    def change(self, random, value):
        value = list(value)
        if value and random.random() < 0.6:
            at = random.randrange(len(value))
            value[at:at + 1] = random.choice([[], [random.choice(TEXTS)], value[at:at + 1] * 2])
        else:
            value.insert(random.randint(0, len(value)), random.choice(TEXTS))
        return value


class Record:
    """Named fields. Rows of lists have an "id"."""

    def __init__(self, random, depth, is_row=False):
        self.fields = {"f%d" % i: form(random, depth) for i in range(random.randint(1, 5 if depth else 8))}
        self.is_row = is_row

    def value(self, random):
        value = {name: field.value(random) for name, field in self.fields.items()}
        if self.is_row:
            value["id"] = random.choice(["%d", "r%d", "r%d"]) % random.randrange(10 if random.random() < 0.1 else 10 ** 6)
        return value

    def change(self, random, value):
        value = dict(value)
        for name in random.sample(list(self.fields), min(len(self.fields), random.choice([1, 1, 1, 2, 9]))):
            value[name] = self.fields[name].change(random, value[name])
        return value

    def show_fields(self, random, at, page):
        prefix = "" if at == "." else at
        names = random.choices(list(self.fields), k=random.randint(1, len(self.fields) + 1))
        pieces = []
        for name in names:
            piece = self.fields[name].show(random, prefix + "." + name, page)
            if random.random() < 0.2:
                other = random.choice(list(self.fields))
                parts = ["{{if %s}}" % self.fields[other].test(random, prefix + "." + other), [piece]]
                if random.random() < 0.4:
                    parts += ["{{else}}", page.some(random, ["else", "<p>else</p>"])]
                piece = Piece(*parts, "{{end}}")
            pieces.append(piece)
        return pieces

    def show(self, random, at, page):
        if random.random() < 0.3:
            name = page.define(self, random)
            return Piece("{{template \"%s\" %s}}" % (name, at))
        return Piece("<div>", self.show_fields(random, at, page), "</div>")

    def test(self, random, at):
        return at


class Maybe:
    """A record or null."""

    def __init__(self, random, depth):
        self.record = Record(random, depth)

    def value(self, random):
        return self.record.value(random) if random.random() < 0.6 else None

    def change(self, random, value):
        return self.value(random) if value is None or random.random() < 0.4 else self.record.change(random, value)

    def show(self, random, at, page):
        if random.random() < 0.3:
            parts = ["{{with $o%d := %s}}" % (page.number(), at), self.record.show_fields(random, ".", page)]
        else:
            parts = ["{{with %s}}" % at, self.record.show_fields(random, ".", page)]
        if random.random() < 0.5:
            parts += ["{{else}}", page.some(random, ["none", "<em>none</em>"])]
        return Piece(*parts, "{{end}}")

    def test(self, random, at):
        return at


class Rows:
    """A list of records, in one of the ways that lists change."""

    frames = [("<ul>", "</ul>"), ("<table>", "</table>"), ("", ""), ("<div><h1>h</h1>", "<p>end</p></div>"),
              ("<select>", "</select>")]
    rows = [("<li data-key=\"{{.id}}\">", "</li>"), ("<li id={{.id}}>", "</li>"), ("<li>", "</li>"), ("", ""),
            ("<tr data-lvt-key='{{.id}}'><td>", "</td></tr>"), ("<dt id=\"t-{{.id}}\">t</dt><dd>", "</dd>"),
            (" <p class=\"x\" data-key=\"{{.id}}-{{len .id}}\">", ""), ("<option value=\"{{.id}}\">", "</option>")]

    def __init__(self, random, depth):
        self.record = Record(random, depth, True)
        self.size = random.choice([2, 4, 4, 8, 30]) if depth > 1 else 3

    def value(self, random):
        return [self.record.value(random) for _ in range(random.randint(0, self.size))]

    def change(self, random, value):
        value, count = list(value), len(value)
        if random.random() < 0.05:
            return []
        if random.random() < 0.05:
            return self.value(random)
        for _ in range(random.choice([1, 1, 1, 2, 5])):
            count = len(value)
            at = random.randrange(count) if count else 0
            kind = random.choice(["add", "insert", "edit", "edit", "edit", "remove", "move", "swap", "shuffle", "sort", "turn",
                                  "twice", "cut"])
            if kind == "add" or not count:
                value.append(self.record.value(random))
            elif kind == "insert":
                value[at:at] = [self.record.value(random) for _ in range(random.choice([1, 1, 3]))]
            elif kind == "edit":
                value[at] = self.record.change(random, value[at])
            elif kind == "remove":
                value.pop(at)
            elif kind == "move":
                value.insert(random.randrange(count), value.pop(at))
            elif kind == "swap":
                value[0], value[at] = value[at], value[0]
            elif kind == "shuffle":
                random.shuffle(value)
            elif kind == "sort":
                value.sort(key=lambda row: row["id"])
            elif kind == "turn":
                value.reverse()
            elif kind == "twice":
                value.append(value[at])
            else:
                del value[at:at + 3]
        return value[:60]

    def show(self, random, at, page):
        frame, row, number = random.choice(self.frames), random.choice(self.rows), page.number()
        head = random.choice(["{{range %s}}", "{{range $e%d := %%s}}" % number, "{{range $i%d, $e%d := %%s}}" % (number, number)])
        body = self.record.show_fields(random, random.choice([".", "$e%d" % number]) if "$e" in head else ".", page)
        if "$i" in head and random.random() < 0.5:
            body.append(Piece("<sup>{{$i%d}}</sup>" % number))
        if random.random() < 0.3:
            body.append(Piece("{{$.%s}}" % page.title))
        if random.random() < 0.1:
            name = random.choice(list(self.record.fields))
            test = self.record.fields[name].test(random, "." + name)
            body.insert(random.randint(0, len(body)), Piece("{{if %s}}{{%s}}{{end}}" % (test, random.choice(["continue", "break"]))))
        parts = [frame[0] + head % at + row[0], body, row[1]]
        if random.random() < 0.4:
            parts[-1] += "{{else}}"
            parts += [page.some(random, ["empty", "<li>empty</li>"]), ""]
        parts[-1] += "{{end}}" + frame[1]
        return Piece(*parts)

    def test(self, random, at):
        return random.choice(["%s", "gt (len %s) 2"]) % at


class Table(Rows):
    """Records by name."""

    names = ["a", "b", "c", "10", "9", "x y", "<", ""]

    def value(self, random):
        return {name: self.record.value(random) for name in random.sample(self.names, random.randint(0, 4))}

    def change(self, random, value):
        value, name = dict(value), random.choice(self.names)
        if name in value and random.random() < 0.5:
            del value[name]
        else:
            value[name] = self.record.change(random, value[name]) if name in value else self.record.value(random)
        return value


class Tree:
    """A menu that contains itself, shown by a template that invokes itself."""

    def value(self, random, depth=3):
        count = random.randint(0, 3) if depth else 0
        return {"id": "n%d" % random.randrange(50), "t": random.choice(TEXTS), "c": [self.value(random, depth - 1) for _ in range(count)]}

    def change(self, random, value):
        value = dict(value)
        if value["c"] and random.random() < 0.7:
            value["c"] = list(value["c"])
            at = random.randrange(len(value["c"]))
            value["c"][at] = self.change(random, value["c"][at])
            if random.random() < 0.3:
                random.shuffle(value["c"])
        elif random.random() < 0.5:
            value["t"] = random.choice(TEXTS)
        else:
            value["c"] = value["c"][1:] if random.random() < 0.5 else value["c"] + [self.value(random, 0)]
        return value

    def show(self, random, at, page):
        page.tree = True
        return Piece("{{template \"tree\" %s}}" % at)

    def test(self, random, at):
        return at + ".c" if at != "." else ".c"


def form(random, depth):
    simple = [Text, Text, Text, Number, Flag, Markup, Words]
    if depth == 0 or random.random() < 0.5:
        return random.choice(simple)()
    made = random.choice([Rows, Rows, Rows, Maybe, Record, Table, None])
    return made(random, depth - 1) if made else Tree()


class Title(Text):
    places = ["{{%s}}", "<h1>{{%s}}</h1>"]


class Page:
    """A template and what it takes to make states for it."""

    title = "title"

    def __init__(self, random):
        self.numbers, self.definitions, self.tree, self.random = 0, [], False, random
        self.root = Record(random, 3)
        self.root.fields[self.title] = Title()
        self.pieces = self.root.show_fields(random, ".", self)

    def number(self):
        self.numbers += 1
        return self.numbers

    def some(self, random, texts):
        """A body that is mostly one text, and sometimes more of the page."""
        body = [Piece(random.choice(texts))]
        if random.random() < 0.2:
            body.append(Piece("{{$.%s}}" % self.title))
        return body

    def define(self, record, random):
        name = "d%d" % self.number()
        # $ is what the template was called with.
        outer, title = self.title, next(iter(record.fields))
        self.title = title if isinstance(record.fields[title], Scalar) else "missing"
        body = record.show_fields(random, ".", self)
        self.title = outer
        self.definitions.append(Piece("{{define \"%s\"}}" % name, body, "{{end}}"))
        return name

    def template(self):
        tree = "{{define \"tree\"}}{{.t}}<ul>{{range .c}}<li id=\"{{.id}}\">{{if .c}}{{template \"tree\" .}}{{else}}{{.t}}" \
               "{{end}}</li>{{end}}</ul>{{end}}" if self.tree else ""
        return "{{define \"echo\"}}{{.}}{{end}}" + tree + write(self.definitions) + write(self.pieces)

    def states(self, random):
        state = self.root.value(random)
        states = [state]
        while len(states) < 5 or (len(states) < 30 and random.random() < 0.85):
            if random.random() < 0.1:
                states.append(state)
                continue
            if random.random() < 0.05 and len(states) > 2:
                state = random.choice(states)
            else:
                for _ in range(random.choice([1, 1, 2, 3])):
                    state = self.root.change(random, state)
            states.append(state)
        return states
