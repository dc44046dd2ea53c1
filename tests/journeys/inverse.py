"""The inverse of an update, written from docs/PROTOCOL.md alone: a page is held as plain dictionaries and lists, an
update changes them, and the page is printed from them. What the protocol does not allow raises Refused."""


class Refused(Exception):
    pass


def require(condition, reason):
    if not condition:
        raise Refused(reason)


class Page:
    """What a client holds. A node is {"shape", "slots"}; a range {"shape", "order", "rows"}, where rows are by key."""

    def __init__(self):
        self.shapes = {}
        self.root = None

    def apply(self, tree):
        require(isinstance(tree, dict), "a tree is not an object")
        if "f" in tree:
            self.root = self._value(tree)
            require("slots" in self.root, "the root is a range")
        else:
            require(self.root is not None, "an update before a complete tree")
            self._change(self.root, tree, None)

    def print(self):
        out = []
        self._print(self.root, out)
        return "".join(out)

    # Values.

    def _statics(self, body):
        shape = body["f"]
        require(isinstance(shape, int) and not isinstance(shape, bool), "a shape's id is not a number")
        if "s" in body:
            require(shape not in self.shapes, f"shape {shape} is sent twice")
            texts = body["s"]
            require(isinstance(texts, list) and texts and all(isinstance(text, str) for text in texts), "statics")
            self.shapes[shape] = texts
        require(shape in self.shapes, f"shape {shape} is not known")
        return shape

    def _slots(self, shape, body, others):
        slots = [""] * (len(self.shapes[shape]) - 1)
        for name, value in body.items():
            if name not in others:
                slots[self._slot(shape, name)] = self._value(value)
        return slots

    def _slot(self, shape, name):
        require(name.isdigit() and str(int(name)) == name, f"{name!r} names no slot")
        require(int(name) < len(self.shapes[shape]) - 1, f"shape {shape} has no slot {name}")
        return int(name)

    def _value(self, value):
        if isinstance(value, str):
            return value
        require(isinstance(value, dict) and "f" in value, "a value is neither text nor node nor range")
        shape = self._statics(value)
        if "d" not in value:
            return {"shape": shape, "slots": self._slots(shape, value, ("f", "s"))}
        require(set(value) <= {"f", "s", "d", "m"}, "a range has other members")
        held = {"shape": shape, "order": [], "rows": {}, "key": None}
        if "m" in value:
            require(set(value["m"]) == {"idKey"}, "m has other members")
            held["key"] = self._slot(shape, value["m"]["idKey"])
        require(value["d"], "a range without rows is the empty text")
        for item in value["d"]:
            self._insert(held, len(held["order"]), item)
        return held

    def _insert(self, held, at, item):
        slots = self._slots(held["shape"], item, ("_k",))
        own = "_k" in item
        require(own or held["key"] is not None, "a row has no key")
        key = item["_k"] if own else slots[held["key"]]
        require(isinstance(key, str) and key != "", "a key is not a text")
        require(key not in held["rows"], f"the key {key!r} stands twice")
        held["rows"][key] = {"shape": held["shape"], "slots": slots, "fixed": None if own else held["key"]}
        held["order"].insert(at, key)

    # Updates.

    def _change(self, node, changes, fixed):
        require(isinstance(changes, dict), "changes are not an object")
        for name, value in changes.items():
            slot = self._slot(node["shape"], name)
            require(slot != fixed, "the slot of a row's key changes")
            held = node["slots"][slot]
            if isinstance(value, list):
                require(isinstance(held, dict) and "rows" in held, "operations on what is no range")
                for operation in value:
                    self._operate(held, *operation)
            elif isinstance(value, dict) and "f" not in value:
                require(isinstance(held, dict) and "slots" in held, "changes of what is no node")
                self._change(held, value, None)
            else:
                node["slots"][slot] = self._value(value)

    def _operate(self, held, name, *arguments):
        order, rows = held["order"], held["rows"]

        def place_behind(key):
            if key is None:
                return 0
            require(key in rows, f"{key!r} is not in the list")
            return order.index(key) + 1

        if name == "r":
            (key,) = arguments
            require(key in rows, f"{key!r} is not in the list")
            order.remove(key)
            del rows[key]
        elif name == "u":
            key, changes = arguments
            require(key in rows, f"{key!r} is not in the list")
            self._change(rows[key], changes, rows[key]["fixed"])
        elif name == "i":
            after, position, item = arguments
            at = place_behind(after)
            require(at == position, f"an item is to stand at {position}, and behind what makes it stand at {at}")
            self._insert(held, at, item)
        elif name in ("a", "p"):
            (items,) = arguments
            require(items, "nothing is inserted")
            at = len(order) if name == "a" else 0
            for i, item in enumerate(items):
                self._insert(held, at + i, item)
        elif name == "m":
            key, after = arguments
            require(key in rows and key != after, f"{key!r} cannot move behind {after!r}")
            order.remove(key)
            order.insert(place_behind(after), key)
        elif name == "o":
            (keys,) = arguments
            require(sorted(keys) == sorted(order), "an order does not name every row once")
            order[:] = keys
        else:
            raise Refused(f"{name!r} is no operation")

    # The page.

    def _print(self, value, out):
        if isinstance(value, str):
            out.append(value)
        elif "rows" in value:
            for key in value["order"]:
                self._print(value["rows"][key], out)
        else:
            texts = self.shapes[value["shape"]]
            out.append(texts[0])
            for slot, text in zip(value["slots"], texts[1:]):
                self._print(slot, out)
                out.append(text)
