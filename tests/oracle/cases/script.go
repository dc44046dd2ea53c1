package cases

// JavaScript: statements and expressions that keep divisions and regular expressions apart as a parser would, with
// actions as values and inside strings, template literals, regular expressions and comments.

var (
	statements = []string{"var a = 1;", "f();", "a++;\n", "return;\n", "x = y\n", "if (a) { b() }",
		"a = {b: 1, 'c': \"d\"};", "var re = /x[/]y/g;", "a = b / c;", "a = (b) / c / d;",
		"for (;;) { break }", "while (a) { a--\n}", "// note\n", "/* note */", "// it's\n", "/* \" */", "`a`;", "`a${b}c`;",
		"`${`${a}`}`;", "`${ {a: 1}.a }`;", "x = a ? /b/ : c;",
		"typeof /x/;", "return /x/;\n", "a = [/x/, /y\\//];", "}", "{", "a = b\n/c/g;", "x = 1 / 2;", "x /= 2;",
		"!/x/.test(a);", "a = '\\'';", "a = \"\\\\\";", "import {x} from \"y\";",
		"export default {};", "<!-- hidden\n", "--> hidden\n", "x --> y\n", "#!shebang\n", "a = b // c\n",
		"let é = '\u2028';", "\u2028", "\u2029", "\r", "\r\n", "class A { #b = 1; }", "a = x => /y/;",
		"a?.b;", "a ??= b;", "label: for(;;){}", "case /x/: ", "a = 1e3/2;", "a = .5/x;", "a = 1./x;",
		"\"</scr\" + \"ipt>\";", "'<!--';", "a = \"<script\";", "a = b</x/.exec(c);", "x = a<b;", "JSON.parse('{}');",
		"`\\``;", "`\\${a}`;", "`$`;", "`$$ {`;", "/[`]/;", "/`/;", "/a{1,2}/;", "a = `//`;", "/*/ x */", "/* ** */",
		"'//';", "async () => { await /x/ };", "yield /x/;", "delete /x/;", "a in /x/;",
		"(function(){})();", "+/x/;", "a = b+++/x/;", "a = b--/x/2;", "a = b - - /x/;", "do /x/; while(0)", "else /x/;",
		"void 0;", "a.return / 2;", "throw /x/;", "instanceof /x/;", "\"a\\\nb\";", "x\\u0041;"}
	regexps = []string{"a", "[/]", "\\/", "x+", "(a|b)", "[^\"']", "\\d", "{2}", ".", "\\\\", "[\\]]", "^", "$", "é",
		"[a-z]", "=", "\"", "'", "`", "<", "[[]"}
)

func (g *Generator) statement(s *scope) {
	switch choice := g.n(100); {
	case choice < 22:
		g.ink(g.pick(statements))
	case choice < 36:
		g.ink(g.pick([]string{"var x = ", "x = ", "let y = ", "const z=", "return ", "a.b = "}))
		g.expression(s, 2)
		g.ink(g.pick([]string{";", ";\n", "\n", ";"}))
	case choice < 46:
		g.ink(g.pick([]string{"f(", "console.log(", "new A(", "a[0]("}))
		g.expression(s, 2)
		for g.chance(300) {
			g.ink(", ")
			g.expression(s, 1)
		}
		g.ink(");")
	case choice < 52:
		g.ink("if (")
		g.expression(s, 1)
		g.ink(") {")
		g.inside(s, script, g.quote)
		g.ink("}\n")
	case choice < 58:
		g.ink("//")
		g.inside(s, scriptComment, g.quote)
		g.ink("\n")
	case choice < 63:
		g.ink("/*")
		g.inside(s, scriptComment, g.quote)
		g.ink("*/")
	case choice < 66 && g.quote == 0:
		g.ink(g.pick([]string{"<!--", "-->", "#!"}))
		g.inside(s, scriptComment, g.quote)
		g.ink("\n")
	case choice < 70:
		g.expression(s, 1)
		g.ink(g.pick([]string{" / 2;", "/x/g;", ";", "\n/x/;\n", " ? /x/ : 1;", "++;", ".b;", "[0];", "(/x/);"}))
	default:
		g.expression(s, 2)
		g.ink(g.pick([]string{";", "\n", ";\n", ","}))
	}
}

func (g *Generator) expression(s *scope, depth int) {
	if depth <= 0 || g.budget <= 0 {
		g.show(s)
		return
	}
	g.budget--
	switch choice := g.n(100); {
	case choice < 36:
		g.show(s)
	case choice < 46:
		g.scriptString(s, "\"")
	case choice < 54:
		g.scriptString(s, "'")
	case choice < 64:
		g.ink("`")
		g.inside(s, literal, g.quote)
		g.ink("`")
	case choice < 68:
		g.ink("/" + g.pick([]string{"x", "a", "[/]", "\\/", "("}))
		g.inside(s, regexp, g.quote)
		g.ink("/" + g.pick([]string{"", "g", "i.test(a)"}))
	case choice < 74:
		g.ink("{" + g.pick([]string{"a", "\"a\"", "'b'", "[c]"}) + ": ")
		g.expression(s, depth-1)
		if g.chance(300) {
			g.ink(", b: ")
			g.expression(s, depth-1)
		}
		g.ink(" }")
	case choice < 80:
		g.ink("[")
		if g.chance(300) && s.loops < 3 && !s.interpolated {
			g.used["K"] = true
			inner := s.block()
			if g.chance(500) {
				g.braces("range .K")
			} else {
				g.braces("range $i, $e := .K")
				inner.declare("$i", small)
				inner.declare("$e", text)
			}
			inner.loops++
			if inner.dot == row {
				inner.dot = text
				g.expression(&inner, depth-1)
				g.ink(", ")
			}
			g.braces("end")
		} else {
			g.expression(s, depth-1)
		}
		g.ink("]")
	case choice < 88:
		g.expression(s, depth-1)
		g.ink(g.pick([]string{" + ", " - ", "+", "-", " * ", " / ", "/", " == ", " && ", " ? 1 : ", ", ", " < ", ".x + ",
			" % ", " in ", "\n+ "}))
		g.expression(s, depth-1)
	case choice < 92:
		g.ink("(")
		g.expression(s, depth-1)
		g.ink(")")
	case choice < 95:
		// Choices that end before a division or a regular expression.
		inner := s.block()
		g.braces("if " + g.pipeline(s, boolean, 1))
		g.expression(&inner, depth-1)
		g.braces("else")
		g.ink(g.pick([]string{"null", "0", "\"\"", "[]", "x", "f()", "/re/", "a ="}))
		g.braces("end")
	default:
		g.ink(g.pick([]string{"1", "x", "a.b", "f(1)", "null", "\"s\"", "'s'", "`s`", "/re/", "[1]", "x++", "-1", "!a",
			"() => {}", "function () {}", "1.", "this", "return"}))
	}
}

func (g *Generator) scriptString(s *scope, quote string) {
	g.ink(quote)
	g.inside(s, scriptText, g.quote)
	g.ink(quote)
}

// operation goes on in an expression.
func (g *Generator) operation(s *scope) {
	g.ink(g.pick([]string{" + ", ", ", " == ", " || "}))
	g.expression(s, 1)
}

func (g *Generator) scriptPiece(s *scope) {
	switch s.place {
	case scriptText:
		g.ink(g.pick([]string{"a", "x y", "\\n", "\\\\", "\\\"", "\\'", "<", "</", "<b>", "&", "é", "//", "/*", "`", "${",
			"\\u0041", "=", "?q=", "/path/", "-->", "<!--", "\\x3c", "{", "}", "<script>", ":", "\\\n"}))
	case regexp:
		g.ink(g.pick(regexps))
	case literal:
		switch g.n(8) {
		case 0, 1, 2:
			g.ink("${")
			inner := s.block()
			inner.interpolated = true
			if g.chance(700) {
				g.ink(g.pick([]string{"", " "}))
				g.expression(&inner, 2)
			} else {
				g.inside(&inner, script, g.quote)
			}
			s.variables = inner.variables
			g.ink(g.pick([]string{"}", " }"}))
		default:
			g.ink(g.pick([]string{"a", "x y", "\n", "'", "\"", "$", "$$", "\\`", "\\${", "\\\\", "{", "}", "<b>", "</", "//",
				"/*", "é", "<!--", "&", "$ {", "\u2028", "\\u0041"}))
		}
	case scriptComment:
		g.ink(g.pick([]string{"x", " a b ", "'", "\"", "`", "/", "*", "//", "/*", "<b>", "{", "}", "é", "<!--", "-->", "${",
			"\\", "regexp /x/", "** "}))
	}
}
