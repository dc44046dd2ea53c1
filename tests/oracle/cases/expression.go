package cases

// Expressions by kind: what an operand or a pipeline gives is known, so that most fit their place. A kind also says what is
// safe: only rangeable kinds are ranged over, and times are never printed by verbs that show the inside of a Go struct,
// which holds an address.

import (
	"strings"
)

type kind int

const (
	anything kind = iota // a tree; its integers are small
	wild                 // anything, with times and large integers
	text
	integer
	small
	float
	boolean
	moment
	raw // bytes
	null
	row
	rows
	texts
	integers
	mixed
	mapping
	textMap
	chain
	markup // trusted content
	kindCount
)

// The fields of rows, by kind.
var fieldsOf = [kindCount][]string{
	anything: {"X", "A", "Z"}, text: {"Y", "U", "Ünï"}, integer: {"N", "J"}, small: {"S", "P"}, float: {"F", "G"},
	boolean: {"B", "Q"},
	moment:  {"T", "T2"}, raw: {"R"}, null: {"Nil"}, row: {"Next"}, rows: {"L"}, texts: {"K"}, integers: {"I"}, mixed: {"E"},
	mapping: {"M"}, textMap: {"D"}, chain: {"W"}, markup: {"H", "C"},
}

var kindOf = func() map[string]kind {
	of := map[string]kind{}
	for k, names := range fieldsOf {
		for _, name := range names {
			of[name] = kind(k)
		}
	}
	return of
}()

var (
	rangeable = []kind{rows, rows, rows, texts, texts, integers, mixed, mixed, mapping, mapping, textMap, small, anything,
		chain, null}
	printable = []kind{anything, anything, text, text, text, markup, markup, integer, small, float, boolean, moment, raw,
		null, mixed,
		mapping, textMap, texts, integers, chain}
	scalars = []kind{text, text, small, float, boolean, markup, anything}
)

type variable struct {
	name string
	of   kind
}

// scope is where an expression stands. A block works on a copy, so that its variables end with it.
type scope struct {
	dot, root kind
	place     place
	variables []variable
	inLoop    bool
	// Inside the ${ } of a template literal, where Go loses count of braces behind an invocation and in a range: see invoke.
	interpolated bool
	depth        int
	loops        int
}

// reference is a way to a value: kind of it and text.
func (g *Generator) reference(s *scope, want kind) (string, bool) {
	var found [24]string
	count := 0
	add := func(text string) {
		if count < len(found) {
			found[count] = text
			count++
		}
	}
	if s.dot == want {
		add(".")
		if want == anything || want == text {
			add(".")
		}
	}
	for _, one := range s.variables {
		if one.of == want {
			add(one.name)
		}
	}
	if s.root == want && s.dot != want {
		add("$")
	}
	fields := fieldsOf[want]
	if len(fields) > 0 {
		field := g.pick(fields)
		base := -1
		if s.dot == row {
			base = count
			add("." + field)
			add("." + field)
		}
		if s.root == row {
			base = count
			add("$." + field)
		}
		for _, one := range s.variables {
			if one.of == row {
				base = count
				add(one.name + "." + field)
			}
		}
		if base >= 0 {
			g.used[field] = true
		}
	}
	if count == 0 {
		return "", false
	}
	return found[g.n(count)], true
}

// operand is what may stand as an argument.
func (g *Generator) operand(s *scope, want kind, depth int) string {
	if g.mistake() {
		if g.chance(100) {
			return g.pick([]string{"$a", "$b", "$c", "$none", "$", ".Missing", ".Missing.B", "$.Missing", ".X.k", ".A.b.c",
				".Y.Z", "nil"})
		}
		want = kind(g.n(int(kindCount)))
	}
	if want == wild {
		want = pick(g, printable)
	}
	choice := g.n(100)
	if depth > 0 && choice < 18 {
		return g.group(s, want, depth-1)
	}
	if choice < 80 || !constantKind(want) {
		if way, ok := g.reference(s, want); ok {
			return way
		}
	}
	if constantKind(want) {
		return g.constant(want)
	}
	if depth > 0 {
		return g.group(s, want, depth-1)
	}
	// What dot is, not everything takes: printf must not get times, and ranges must not get large integers.
	if g.strict > 0 || s.dot == row {
		return "(or nil)"
	}
	return "."
}

func constantKind(want kind) bool {
	switch want {
	case text, integer, small, float, boolean, anything:
		return true
	}
	return false
}

// group is a pipeline between parentheses, with a field of its result where that has one.
func (g *Generator) group(s *scope, want kind, depth int) string {
	inner := func(of kind) string { return "(" + g.blank(0) + g.pipeline(s, of, depth) + g.blank(0) + ")" }
	if g.chance(100) {
		switch want {
		case text:
			if s.dot == row && g.chance(300) {
				g.used["Next"], g.used["Y"] = true, true
				return "(or" + g.blank(1) + ".Next .).Y"
			}
			if _, ok := g.reference(s, chain); ok {
				return inner(chain) + ".P.Y"
			}
		case integer:
			return inner(moment) + g.timeNumber()
		case anything:
			if _, ok := g.reference(s, chain); ok {
				return inner(chain) + g.pick([]string{".P.Q.R", ".P.Q", ".P.None", ".P.Q.R.S"})
			}
		}
	}
	return inner(want)
}

// blank is space inside an action: at least `least` bytes of it.
func (g *Generator) blank(least int) string {
	if g.chance(960) {
		return " "[:least]
	}
	return g.pick([]string{" ", "  ", "\n", "\t", " \r\n ", "\t\n"})
}

// pipeline is a whole pipeline that gives a kind.
func (g *Generator) pipeline(s *scope, want kind, depth int) string {
	if g.mistake() {
		want = kind(g.n(int(kindCount)))
	}
	if depth <= 0 || g.chance(420) {
		return g.operand(s, want, depth)
	}
	head, arguments, last := g.call(s, want, depth-1)
	if head == "" {
		return g.operand(s, want, depth)
	}
	// The last argument may come through the pipe.
	if last != "" && g.chance(350) && (last[0] > '9' || last[0] < '0' || !strings.Contains(last, " ") || g.mistake()) {
		if inner := last; inner[0] == '(' && strings.HasSuffix(inner, ")") && !strings.Contains(inner[1:],
			"(") && g.chance(700) {
			last = inner[1 : len(inner)-1]
		}
		// A constant cannot take arguments, but may stand first in a pipeline.
		return last + g.blank(1) + "|" + g.blank(1) + head + arguments
	}
	if last != "" {
		arguments += g.blank(1) + last
	}
	return head + arguments
}

func (g *Generator) arguments(s *scope, depth int, of ...kind) string {
	var out strings.Builder
	for _, one := range of {
		out.WriteString(g.blank(1))
		out.WriteString(g.operand(s, one, depth))
	}
	return out.String()
}

// call is a function or method with its arguments but the last, and the last.
func (g *Generator) call(s *scope, want kind, depth int) (head, arguments, last string) {
	if g.mistake() {
		return g.oddCall(s, depth)
	}
	switch want {
	case text, wild:
		return g.textCall(s, depth)
	case boolean:
		return g.booleanCall(s, depth)
	case small:
		switch g.n(4) {
		case 0:
			return "index", g.arguments(s, depth, mixed), g.pick([]string{"0", "1", "2"})
		case 1:
			return "len", "", g.operand(s, pick(g, []kind{texts, integers, mixed, mapping, textMap}), depth)
		}
		return g.pick([]string{"and", "or"}), g.arguments(s, depth, small), g.operand(s, small, depth)
	case integer:
		switch g.n(6) {
		case 0:
			return "len", "", g.operand(s, pick(g, []kind{text, text, raw, rows, markup}), depth)
		case 1:
			return "index", g.arguments(s, depth, integers), g.smallIndex(s)
		case 2:
			return "index", g.arguments(s, depth, text), "0"
		}
		if time, ok := g.reference(s, moment); ok && time != "." {
			if other, ok := g.reference(s, moment); ok && g.chance(100) {
				return time + ".Compare", "", other
			}
			return time + g.timeNumber(), "", ""
		}
		return g.pick([]string{"and", "or"}), g.arguments(s, depth, boolean, integer), g.operand(s, integer, depth)
	case moment:
		time, ok := g.reference(s, moment)
		if !ok || time == "." {
			return "", "", ""
		}
		switch g.n(4) {
		case 0:
			return time + ".UTC", "", ""
		case 1:
			return time + ".AddDate " + g.pick([]string{"0", "1", "-1", "100", "-3"}) + " " + g.pick([]string{"0", "1",
					"-13", "25"}),
				"", g.pick([]string{"0", "31", "-400", "1e2", "'a'"})
		}
		return "or", "", time
	case anything, markup:
		switch g.n(7) {
		case 0, 1:
			return "index", g.arguments(s, depth, mapping), g.key()
		case 2:
			return "index", g.arguments(s, depth, mixed), g.smallIndex(s)
		case 3:
			if g.chance(250) {
				return "index", g.arguments(s, depth, chain) + g.pick([]string{"", " \"P\"", " \"P\" \"Q\"", " `P` `None`"}),
					g.pick([]string{"\"P\"", "\"R\"", "\"odd key\""})
			}
			if way, ok := g.reference(s, chain); ok && way != "." {
				return way + g.pick([]string{".P.Q.R", ".P.Q", ".P", ".P.Y", ".P.Missing"}), "", ""
			}
		case 4:
			if way, ok := g.reference(s, mapping); ok && way != "." {
				return way + g.pick([]string{".k", ".k", ".A", ".Missing", ".Ünï", ".日本", "._x"}), "", ""
			}
		}
		return g.pick([]string{"and", "or"}), g.arguments(s, depth, pick(g, scalars)), g.operand(s, want, depth)
	case texts, mixed, integers:
		if g.chance(600) {
			return "slice", g.arguments(s, depth, want), g.pick([]string{"0", "1", "2", "1 2", "0 3", "0 1 2", "1 1"})
		}
		return "or", g.arguments(s, depth, null), g.operand(s, want, depth)
	case raw:
		return "slice", g.arguments(s, depth, raw), "0"
	case row:
		if g.chance(100) {
			return "index", g.arguments(s, depth, rows), "0"
		}
	case null, chain:
		return "", "", ""
	}
	// The result must be the last argument.
	if g.chance(500) {
		return "and", " " + g.pick([]string{"true", "1", "\"x\"", "(not nil)", "(eq 1 1)", "1.5"}), g.operand(s, want, depth)
	}
	return "or", " " + g.pick([]string{"false", "0", "\"\"", "(not 1)", "nil", "0.0", "(and 0 .)"}), g.operand(s, want,
		depth)
}

func (g *Generator) smallIndex(s *scope) string {
	switch g.n(20) {
	case 0:
		if way, ok := g.reference(s, small); ok {
			return way
		}
	case 1:
		return g.pick([]string{"-1", "3", "9", "1.0", "'\\x01'", "0x1", "1e0", "\"1\"", "nil", "0b10"})
	}
	return g.pick([]string{"0", "1", "2"})
}

func (g *Generator) key() string {
	switch g.n(10) {
	case 0:
		return "\"missing\""
	case 1:
		return g.quoted(g.pick(oddKeys))
	case 2:
		return g.pick([]string{"nil", "1", "'k'", "1.5", "true"})
	}
	return g.pick([]string{"\"k\"", "\"odd key\"", "`k`", "\"\\x6b\""})
}

var (
	timeNumbers = []string{".Year", ".Month", ".Day", ".Hour", ".Minute", ".Second", ".Weekday", ".YearDay", ".Nanosecond",
		".Unix",
		".UnixMilli", ".UnixMicro", ".UnixNano"}
	// As far as Weekday: those whose numbers stay small.
	smallTimeNumbers = timeNumbers[:7]
)

func (g *Generator) timeNumber() string {
	if g.tame {
		return g.pick(smallTimeNumbers)
	}
	return g.pick(timeNumbers)
}

func (g *Generator) textCall(s *scope, depth int) (head, arguments, last string) {
	switch g.n(14) {
	case 0, 1:
		return "print", g.arguments(s, depth, g.printables(g.n(4))...), g.operand(s, pick(g, printable), depth)
	case 2:
		return "println", g.arguments(s, depth, g.printables(g.n(3))...), g.operand(s, pick(g, printable), depth)
	case 3, 4, 5, 6:
		return g.format(s, depth)
	case 7:
		return g.slice(s, depth)
	case 8:
		return "index", g.arguments(s, depth, texts), g.smallIndex(s)
	case 9:
		return "index", g.arguments(s, depth, textMap), g.key()
	case 10:
		if time, ok := g.reference(s, moment); ok && time != "." {
			if g.chance(150) {
				return time + g.pick([]string{".String", ".Month.String", ".Weekday.String"}), "", ""
			}
			if g.chance(200) {
				return "(" + time + ".AddDate 0 " + g.pick([]string{"1", "-1", "12"}) + " 0).Format", "",
					g.quoted(g.layout())
			}
			return time + ".Format", "", g.quoted(g.layout())
		}
	case 11:
		name := "js"
		if !g.html || g.chance(100) {
			name = g.pick([]string{"html", "js", "urlquery"})
		}
		return name, g.arguments(s, depth, g.printables(g.n(5)/4)...), g.operand(s, pick(g, printable), depth)
	}
	return g.pick([]string{"and", "or"}), g.arguments(s, depth, pick(g, scalars)), g.operand(s, text, depth)
}

func (g *Generator) printables(count int) []kind {
	list := make([]kind, count)
	for i := range list {
		list[i] = pick(g, printable)
	}
	return list
}

func (g *Generator) layout() string {
	layout := g.pick(layouts)
	for g.chance(300) {
		layout += g.pick([]string{" ", "-", ":", "x", "2006", "06", "01", "1", "Jan", "January", "02", "2", "_2", "002",
			"__2", "15", "03",
			"3", "04", "4", "05", "5", "PM", "pm", "MST", "Z07:00", "-0700", "-07", "Z07", ".000", ".999", ",00", ".9",
			"Mon", "Monday", "_", "0", "Z", "-07:00:00"})
	}
	return layout
}

// Mostly at places that every string of the texts has, or that a constant certainly has.
func (g *Generator) slice(s *scope, depth int) (head, arguments, last string) {
	if g.chance(500) {
		return "slice", " " + g.quoted("abcd"+g.text()), g.pick([]string{"0", "1", "1 2", "0 3", "2 4", "4", "3 3", "0 1 1",
			"2 1"})
	}
	return "slice", g.arguments(s, depth, text), g.pick([]string{"0", "0", "0 0", "0 0", "1", "0 1", "0 2", "9 9"})
}

func (g *Generator) booleanCall(s *scope, depth int) (head, arguments, last string) {
	switch g.n(12) {
	case 0:
		return "not", "", g.operand(s, pick(g, printable), depth)
	case 1, 2:
		return g.pick([]string{"and", "or"}), g.arguments(s, depth, boolean), g.operand(s, boolean, depth)
	case 3:
		if g.chance(200) {
			// What decides keeps the rest from being evaluated.
			return g.pick([]string{"or true", "and false", "or 1", "and \"\""}), "", g.pick([]string{"(index nil 1)",
				"(len 3)", "(slice \"a\" 2)", "(lt 1 \"a\")", "(index . 1 2 3)"})
		}
		return g.pick([]string{"and", "or"}), g.arguments(s, depth, boolean, boolean), g.operand(s, boolean, depth)
	case 4:
		if time, ok := g.reference(s, moment); ok && time != "." {
			if g.chance(200) {
				return time + ".IsZero", "", ""
			}
			if other, ok := g.reference(s, moment); ok {
				return time + g.pick([]string{".Before", ".After", ".Equal"}), "", other
			}
		}
	case 5:
		of := pick(g, []kind{text, integer, float, small})
		return "eq", g.arguments(s, depth, of, of, of), g.operand(s, of, depth)
	case 6:
		// Across kinds: integers of all widths compare, others are refused.
		if g.chance(250) {
			return g.pick([]string{"eq", "ne"}), g.arguments(s, depth, pick(g, printable)), "nil"
		}
		return g.pick([]string{"eq", "ne"}), g.arguments(s, depth, pick(g, printable)), g.operand(s, pick(g, []kind{null,
			anything, text, small}), depth)
	case 7:
		return g.pick([]string{"eq", "ne"}), g.arguments(s, depth, boolean), g.pick([]string{"true", "false"})
	}
	of := pick(g, []kind{text, text, integer, integer, float, small})
	function := g.pick([]string{"eq", "ne", "lt", "le", "gt", "ge"})
	first, second := of, of
	if of == integer && g.chance(500) {
		second = small
	}
	return function, g.arguments(s, depth, first), g.operand(s, second, depth)
}

// oddCall is a call that may well be refused: wrong functions, numbers of arguments, and kinds.
func (g *Generator) oddCall(s *scope, depth int) (head, arguments, last string) {
	head = g.pick([]string{"and", "or", "not", "eq", "ne", "lt", "le", "gt", "ge", "len", "index", "slice", "print",
		"println", "printf", "html",
		"js", "urlquery", "call", "missing", "nil", "true", ".", "$", "$none", ".Y", "3", "\"x\"",
		"_html_template_htmlescaper", "break",
		".T.Year", ".T.Format", ".T.AddDate", ".Missing", ".Y.Z", "(.Y)", ".M.k.z.z", "e\u0301", "_", "call .X", "call nil",
		"if", "end"})
	if kindOf[strings.TrimPrefix(head, ".")] == moment || strings.HasPrefix(head, ".T.") {
		g.used["T"] = true
	}
	list := g.printables(g.n(4))
	for i := range list {
		// printf must not get a time; nothing else minds.
		if list[i] == moment {
			list[i] = text
		}
	}
	return head, g.arguments(s, depth, list...), ""
}
