package cases

// Actions, control flow and definitions, the same in every place. What stands in the bodies of a control structure is
// written by the grammar of the place, so that all branches end in the context in which they began.

import (
	"strconv"
)

// place says which grammar writes the text between actions.
type place int

const (
	text0      place = iota // plain text
	htmlText                // between elements
	attributes              // between the attributes of a tag
	value                   // in an attribute without a meaning of its own
	urlPath                 // in a URL before any ? or #
	urlQuery                // behind them
	srcset                  // in a list of images
	refresh                 // in a meta element's content
	script                  // statements
	expression              // where a value of JavaScript stands
	scriptText              // in a string of JavaScript
	literal                 // in a template literal
	regexp
	scriptComment
	style // declarations
	styleValue
	styleText // in a string of CSS
	styleURL
	styleComment
	rcdata // in a title or textarea
	comment
	places
)

type definition struct {
	name  string
	dot   kind
	place place
}

// pieces writes some texts, actions and control structures of a place.
func (g *Generator) pieces(s *scope) {
	count := 1 + g.n(4)
	if s.depth == 0 {
		count += g.n(4)
	}
	for ; count > 0 && g.budget > 0; count-- {
		g.piece(s)
	}
}

func (g *Generator) piece(s *scope) {
	g.budget--
	choice := g.n(100)
	limit := 0
	// In places with a grammar of their own, that grammar places most actions.
	switch s.place {
	case htmlText, script, style, attributes:
		limit = 15
	default:
		limit = 40
	}
	switch {
	case choice < limit:
		g.action(s)
	case choice < limit+20 && s.depth < 6 && g.budget > 0:
		g.control(s)
	default:
		g.literal(s)
	}
}

// ---- actions

// braces writes an action around what stands inside, by one of the ways to do it.
func (g *Generator) braces(inside string) {
	open, close := "{{", "}}"
	if g.chance(60) {
		open += g.pick([]string{" ", "  ", "\n", "\t", "\r\n"})
	}
	if g.chance(60) {
		close = g.pick([]string{" ", "  ", "\n", "\t"}) + close
	}
	trim := 90
	if g.html {
		trim = 15
	}
	if g.chance(trim) {
		open = "{{-" + g.pick([]string{" ", "\n", "  "})
	}
	if g.chance(trim) {
		close = g.pick([]string{" ", "\t"}) + "-}}"
	}
	if g.mistake() && g.chance(60) {
		open = g.pick([]string{"{{-", "{{--", "{{", "{ {", "{{{", "{{- -"})
	}
	if g.mistake() && g.chance(60) {
		close = g.pick([]string{"-}}", "--}}", "}", "", " - }}", "}}}", "\x00}}", "}}\ufeff"})
	}
	if g.last == '{' && g.chance(998) {
		g.out = append(g.out, ' ')
	}
	g.out = append(g.out, open...)
	g.out = append(g.out, inside...)
	g.out = append(g.out, close...)
	g.last = '}'
}

// show writes an action that prints.
func (g *Generator) show(s *scope) { g.braces(g.printed(s)) }

func (g *Generator) printed(s *scope) string {
	if g.html && g.chance(15) {
		return g.pipeline(s, pick(g, printable), 1) + g.blank(1) + "|" + g.blank(0) + g.pick([]string{"html", "urlquery",
			"html", "js", "print", "html | print"})
	}
	depth := pick(g, []int{0, 0, 1, 1, 2})
	if !g.html {
		depth = pick(g, []int{0, 1, 2, 2, 3, 4})
	}
	return g.pipeline(s, pick(g, printable), depth)
}

func (g *Generator) action(s *scope) {
	switch choice := g.n(100); {
	case choice < 62:
		g.show(s)
	case choice < 72:
		g.declare(s)
	case choice < 80 && len(s.variables) > 0:
		one := pick(g, s.variables)
		from := *s
		if s.loops > 0 {
			// What grows by its own length each turn gets too long.
			from.variables = nil
		}
		g.braces(one.name + g.gap() + "=" + g.blank(1) + g.safely(func() string { return g.pipeline(&from, one.of, 2) }))
	case choice < 84:
		g.remark()
	case choice < 96:
		g.invoke(s)
	default:
		g.show(s)
	}
}

// gap is the space that must stand between a variable and "=".
func (g *Generator) gap() string {
	if g.mistake() {
		return ""
	}
	return g.blank(1)
}

// safely forbids wrong choices: what stands inside decides about the length of a range.
func (g *Generator) safely(inside func() string) string {
	g.strict++
	result := inside()
	g.strict--
	return result
}

func (g *Generator) remark() {
	inside := g.pick([]string{"", " c ", " }} ", "*", "\n", " {{.X}} ", "/", "\"", "é", " - "})
	switch g.n(8) {
	case 0:
		g.out = append(g.out, ("{{- /*" + inside + "*/ -}}")...)
	case 1:
		g.out = append(g.out, ("{{/*" + inside + "*/ -}}")...)
	case 2:
		if g.mistake() {
			g.out = append(g.out, ("{{" + g.pick([]string{" /*x*/}}", "/*x}}", "/*x*/ }}", "/*x*/.}}", "/*x*/ - }}",
				"-/*x*/}}"}))...)
			break
		}
		fallthrough
	default:
		g.out = append(g.out, ("{{/*" + inside + "*/}}")...)
	}
	g.last = '}'
}

func (g *Generator) name() string {
	g.serial++
	if g.chance(60) {
		return g.pick([]string{"$é", "$_", "$x1", "$X_y", "$日本"})
	}
	return "$" + string(rune('a'+g.n(6)))
}

// declare adds a variable, in the place of one that it hides.
func (s *scope) declare(name string, of kind) {
	list := make([]variable, 0, len(s.variables)+1)
	for _, one := range s.variables {
		if one.name != name {
			list = append(list, one)
		}
	}
	s.variables = append(list, variable{name, of})
}

func (g *Generator) declare(s *scope) {
	of := pick(g, []kind{anything, text, text, integer, small, float, boolean, row, rows, texts, mapping, mixed, markup,
		moment, textMap})
	inside := g.safely(func() string { return g.pipeline(s, of, 2) })
	name := g.name()
	g.braces(name + g.blank(1) + ":=" + g.blank(1) + inside)
	s.declare(name, of)
}

func (g *Generator) invoke(s *scope) {
	// Go keeps the context behind an invocation for the next one, and with it a slice of brace counts that it goes on to
	// change: from the second invocation on, its counts are wrong inside ${ }, and so they are in the second turn
	// of a range. lvt's are right.
	if s.interpolated {
		g.show(s)
		return
	}
	// Definitions of the same place, or those that fit everywhere.
	var fitting []definition
	for _, one := range g.definitions {
		if one.place == s.place || one.place == text0 {
			fitting = append(fitting, one)
		}
	}
	if len(fitting) == 0 || g.mistake() {
		if len(g.definitions) == 0 || !g.mistake() {
			g.show(s)
			return
		}
		fitting = g.definitions
	}
	one := pick(g, fitting)
	name := one.name
	if g.mistake() && g.chance(100) {
		name = g.pick([]string{"missing", "", "t2", "$"})
	}
	quoted := strconv.Quote(name)
	if g.chance(50) {
		quoted = "`" + name + "`"
	}
	argument := ""
	if one.dot != null {
		argument = " " + g.safely(func() string { return g.pipeline(s, one.dot, 1) })
	}
	g.braces("template " + quoted + argument)
}

// ---- control flow

func (s *scope) block() scope {
	inner := *s
	inner.variables = s.variables[:len(s.variables):len(s.variables)]
	inner.depth++
	return inner
}

func (g *Generator) control(s *scope) {
	switch choice := g.n(100); {
	case choice < 42:
		g.ifs(s)
	case choice < 62:
		g.withs(s)
	case choice < 90 && s.loops < 3 && !s.interpolated:
		g.ranges(s)
	case choice < 94 && s.inLoop:
		inner := s.block()
		g.braces("if " + g.pipeline(s, boolean, 2))
		if g.chance(300) {
			g.pieces(&inner)
		}
		g.braces(g.pick([]string{"break", "continue"}))
		g.braces("end")
	case choice < 98 && !s.interpolated:
		g.block(s)
	default:
		if g.mistake() {
			g.braces(g.pick([]string{"end", "else", "break", "continue", "else if .X", "define \"q\"", "if", "range", "with",
				"template", "block \"q\"",
				"if .X", "with .X", "else with .X", "template 3", "template \"a\" . .", "end end", "define x", "block x .",
				"else else", "if x := .",
				"range $i, $j, $k := .", "range $i $j := .", "$x, $y := .", "range $i, := .", "$undefined", "$x := ",
				"if .X | ", "(", ")", "(.)", ".X.", "..",
				"|", ",", ":=", "=", "$x = 1", "template \"a\" $x := 1", "\"a\" \"b\"", "1 2", "nil", "true.x", "$.",
				".X | 3", ".X | \"a\"", "'a' | print", "@", "#",
				"\\", "\u00a0", ".\ufeff", "é", "if true}}x{{end", "with $x := 1}}{{$x}}{{end", "break 1", "end .", "else .",
				"try", ".X.Y.Z.é", "(.X).Y", "(1).X", "\"a\".X", "$x.Y := 3"}))
		}
	}
}

func (g *Generator) condition(s *scope, inner *scope) string {
	of := pick(g, []kind{boolean, boolean, boolean, boolean, text, anything, integer, float, mixed, row, null, markup,
		moment, mapping})
	if g.chance(100) {
		inside := g.safely(func() string { return g.pipeline(s, of, 2) })
		name := g.name()
		inner.declare(name, of)
		return name + " := " + inside
	}
	return g.pipeline(s, of, pick(g, []int{0, 1, 2, 3}))
}

func (g *Generator) ifs(s *scope) {
	inner := s.block()
	g.braces("if" + g.blank(1) + g.condition(s, &inner))
	body := inner
	g.pieces(&body)
	for g.chance(200) {
		// A variable of the first condition lives on.
		g.braces("else if " + g.condition(&inner, &inner))
		body := inner
		g.pieces(&body)
	}
	g.otherwise(inner)
	g.braces("end")
}

func (g *Generator) otherwise(inner scope) {
	if g.chance(450) {
		g.braces("else")
		if g.chance(900) {
			g.pieces(&inner)
		}
	}
}

func (g *Generator) withs(s *scope) {
	inner := s.block()
	for round := 0; ; round++ {
		of := pick(g, []kind{anything, anything, text, text, row, row, row, row, integer, small, float, boolean, rows, mixed,
			mapping, markup, moment, chain, texts})
		inside := g.safely(func() string { return g.pipeline(&inner, of, pick(g, []int{0, 0, 1, 2})) })
		if g.chance(200) {
			name := g.name()
			inner.declare(name, of)
			inside = name + " := " + inside
		}
		if round == 0 {
			g.braces("with " + inside)
		} else {
			g.braces("else with " + inside)
		}
		body := inner
		body.dot = of
		g.pieces(&body)
		if !g.chance(150) {
			break
		}
	}
	g.otherwise(inner)
	g.braces("end")
}

// elements are the kinds of keys and elements.
func elements(of kind) (key, element kind) {
	switch of {
	case rows:
		return small, row
	case texts:
		return small, text
	case integers:
		return small, integer
	case textMap:
		return text, text
	case mapping:
		return text, anything
	case chain:
		return text, mapping
	case small:
		return small, small
	}
	return anything, anything
}

func (g *Generator) ranges(s *scope) {
	inner := s.block()
	of := pick(g, rangeable)
	g.strict++
	inside := g.pipeline(s, of, pick(g, []int{0, 0, 0, 1, 2}))
	g.strict--
	key, element := elements(of)
	switch choice := g.n(100); {
	case choice < 50:
	case choice < 65:
		name := g.name()
		inner.declare(name, element)
		inside = name + " := " + inside
	case choice < 95 && of != small && of != anything || choice < 67:
		first, second := g.name(), g.name()
		for second == first && g.chance(950) {
			second = g.name()
		}
		inner.declare(first, key)
		inner.declare(second, element)
		inside = first + "," + g.blank(1) + second + g.blank(1) + ":=" + g.blank(1) + inside
	case choice < 98:
		// Assigned, not declared: a variable of the kind of the elements.
		for _, one := range s.variables {
			if one.of == element {
				inside = one.name + " = " + inside
				break
			}
		}
	}
	g.braces("range " + inside)
	inner.inLoop = true
	inner.loops++
	body := inner
	body.dot = element
	g.pieces(&body)
	rest := s.block()
	rest.variables = inner.variables
	g.otherwise(rest)
	g.braces("end")
}

func (g *Generator) block(s *scope) {
	dot := pick(g, []kind{row, row, anything, text})
	argument := g.safely(func() string { return g.pipeline(s, dot, 1) })
	g.serial++
	name := "block" + strconv.Itoa(g.serial)
	g.braces("block " + strconv.Quote(name) + " " + argument)
	inner := scope{dot: dot, root: dot, place: s.place, depth: s.depth + 1, loops: s.loops}
	g.pieces(&inner)
	g.braces("end")
	g.definitions = append(g.definitions, definition{name, dot, s.place})
}

// ---- definitions

var (
	definitionNames = []string{"a", "b", "c", "row", "odd name", "é", "x/y.html", "a\"b", "a\nb", "$", ".", "t.tmpl", "a\\b",
		"A"}
	// Templates that end elsewhere than they began, and what may follow them.
	openings = [][2]string{{"<a href=\"", "\">"}, {"<script>", "</script>"}, {"<p title='", "'>"}, {"<!--", "-->"},
		{"<style>", "</style>"}, {"<textarea>", "</textarea>"},
		{"<a onclick=\"f(", ")\">"}, {"<b ", ">"}, {"<a href=\"/x?y=", "\">"}, {"<script>var a = \"", "\"</script>"},
		{"<script>`", "`</script>"}, {"<a b=", " >"},
		{"<script>/*", "*/</script>"}, {"<style>p { a: url(", ") }</style>"}, {"<img srcset=\"", "\">"}, {"<title>",
			"</title>"}, {"</b", ">"}}
)

// definePages writes the definitions of a page to pending. Each may invoke those before it, and itself and the next one
// only further down the data.
func (g *Generator) definePages() {
	if g.chance(550) {
		return
	}
	count := 1 + g.n(3)
	all := make([]definition, count)
	used := map[string]bool{}
	for i := range all {
		name := g.pick(definitionNames)
		if g.chance(10) {
			name = ""
		}
		if used[name] {
			name += strconv.Itoa(i)
		}
		used[name] = true
		where := text0
		if g.html && g.chance(650) {
			where = pick(g, []place{htmlText, htmlText, htmlText, attributes, value, urlPath, urlQuery, expression, script,
				scriptText, style, styleValue, literal})
		}
		all[i] = definition{name, pick(g, []kind{row, row, row, anything, text, null}), where}
	}
	for i, one := range all {
		body := g.apart(func() {
			s := scope{dot: one.dot, root: one.dot, place: one.place, depth: 1, loops: 1}
			budget := g.budget
			g.budget = 1 + g.budget/3
			switch g.n(30) {
			case 0:
				g.write(g.pick([]string{"", " ", "\n\t", "{{/* nothing */}}", " {{- /**/ -}} "}))
			default:
				g.pieces(&s)
			}
			if one.dot == row && g.chance(300) {
				g.descend(&s, all[i:min(i+2, count)])
			}
			g.budget = budget
		})
		saved := g.apart(func() {
			g.braces("define " + strconv.Quote(one.name))
			g.write(body)
			g.braces("end")
			if g.chance(300) {
				g.write(g.pick([]string{"\n", " ", "\r\n"}))
			}
		})
		g.pending.WriteString(saved)
		g.definitions = append(g.definitions, one)
	}
	if g.chance(10) {
		// Twice the same, or the page's own name: right where one of them is empty. Neither invokes anything, for
		// recursion must end.
		name := pick(g, append(all, definition{name: "t"})).name
		g.pending.WriteString("{{define " + strconv.Quote(name) + "}}" + g.pick([]string{"", " ", "{{/* */}}",
			"x"}) + "{{end}}")
	}
}

// open defines a template that leaves something open, and invokes it.
func (g *Generator) open() {
	one := pick(g, openings)
	g.pending.WriteString("{{define \"open\"}}" + one[0] + "{{end}}")
	s := scope{dot: g.root, root: g.root}
	for again := true; again; again = g.chance(200) {
		g.braces("template \"open\"")
		g.show(&s)
		g.write(one[1])
	}
}

// descend invokes a template, perhaps the one that is being defined, for the rows below this one.
func (g *Generator) descend(s *scope, among []definition) {
	one := pick(g, among)
	if one.dot != row || one.place != s.place && one.place != text0 && !g.chance(30) {
		return
	}
	invocation := "template " + strconv.Quote(one.name) + " ."
	if g.chance(500) {
		g.used["Next"] = true
		g.braces("with .Next")
	} else {
		g.used["L"] = true
		g.braces("range .L")
	}
	if g.chance(300) {
		inner := s.block()
		inner.loops++
		g.pieces(&inner)
	}
	g.braces(invocation)
	g.braces("end")
}
