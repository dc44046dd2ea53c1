package cases

// Constants in every way to write them, and printf with its formats.

import (
	"strconv"
	"strings"
)

const verbs = "vvvvvvsssddddqqxxXtcUboOeEfFgGTpzyDwi%!"

func (g *Generator) format(s *scope, depth int) (head, arguments, last string) {
	var format strings.Builder
	var wanted []kind
	count := pick(g, []int{1, 1, 1, 2, 2, 3})
	for i := 0; i < count; i++ {
		if g.chance(300) {
			format.WriteString(g.pick([]string{" ", "-", "<", "a", "é", "\"", "|", "%%", "\x00"}))
		}
		verb := verbs[g.n(len(verbs))]
		format.WriteByte('%')
		for g.chance(280) {
			format.WriteByte("+-# 0"[g.n(5)])
		}
		index := func() {
			if g.chance(30) {
				format.WriteString(g.pick([]string{"[1]", "[2]", "[3]", "[1]", "[0]", "[9]", "[x]", "[", "[]", "[-1]",
					"[1]["}))
			}
		}
		index()
		if g.chance(250) {
			if g.chance(120) {
				format.WriteByte('*')
				wanted = append(wanted, pick(g, []kind{small, small, integer, text}))
			} else {
				width := g.pick([]string{"1", "2", "5", "8", "12", "20", "3", "70"})
				if g.chance(4) {
					width = g.pick([]string{"20000", "1000001", "99999999999999999999"})
				}
				format.WriteString(width)
			}
		}
		if g.chance(200) {
			format.WriteByte('.')
			index()
			if g.chance(100) {
				format.WriteByte('*')
				wanted = append(wanted, pick(g, []kind{small, small, integer}))
			} else {
				format.WriteString(g.pick([]string{"", "0", "1", "2", "3", "6", "10", "30"}))
			}
		}
		index()
		format.WriteByte(verb)
		wanted = append(wanted, g.argumentFor(verb))
	}
	for g.mistake() {
		if g.chance(500) && len(wanted) > 1 {
			wanted = wanted[1:]
		} else {
			wanted = append(wanted, text)
		}
	}
	if g.chance(10) {
		format.WriteString(g.pick([]string{"%", "%5", "%[1", "%-", "%é", "%\xff"[:1]}))
	}
	// Explicit indexes bring any argument under any verb: then none may be a container of times or a pointer.
	g.strict++
	defer func() { g.strict-- }()
	arguments = " " + g.quoted(format.String())
	if len(wanted) == 0 {
		return "printf", arguments, ""
	}
	if strings.Contains(format.String(), "p") {
		// The address of a list or a map is nobody's business.
		for range wanted {
			last = g.constant(pick(g, []kind{text, integer, float, boolean}))
			arguments += " " + last
		}
		return "printf", arguments, ""
	}
	arguments += g.arguments(s, depth, wanted[:len(wanted)-1]...)
	return "printf", arguments, g.operand(s, wanted[len(wanted)-1], depth)
}

// argumentFor is mostly a kind that the verb expects.
func (g *Generator) argumentFor(verb byte) kind {
	if g.chance(150) {
		return pick(g, []kind{text, integer, small, float, boolean, anything, markup, raw, mixed, mapping, textMap, texts,
			integers, null})
	}
	switch verb {
	case 'd', 'c', 'U', 'b', 'o', 'O':
		return pick(g, []kind{integer, integer, small, integers})
	case 'e', 'E', 'f', 'F', 'g', 'G':
		return pick(g, []kind{float, float, float, integer})
	case 't':
		return boolean
	case 's', 'q', 'x', 'X':
		return pick(g, []kind{text, text, text, markup, raw, texts, integer, float, textMap})
	}
	return pick(g, []kind{anything, text, integer, float, boolean, mixed, mapping, textMap, texts, integers, raw, markup,
		null, small})
}

// ---- constants

var (
	smallConstants = []string{"0", "1", "2", "3", "5", "0x3", "0b11", "0o7", "'\\x02'", "1_0", "-1", "+2", "07", "0X_4",
		"-0", "0B1", "'\\003'"}
	integerConstants = []string{"0", "1", "42", "-7", "255", "0xFF", "0x_ff", "1_000", "0b1010", "0o17", "017", "'a'", "'é'",
		"'\\n'",
		"'\\''", "'\\x41'", "'\\u00e9'", "'\\U0001F600'", "'\\\\'", "'\\101'", "9223372036854775807", "-9223372036854775808",
		"'\"'",
		"+5", "'日'", "0XABC", "0x7fffffffffffffff", "65533", "'<'", "1000000", "-0x1", "-0xE", "+0xfe", "-0XB", "00", "0O0",
		"'\\a'", "'&'"}
	floatConstants = []string{"1.5", "0.0", "-2.25", ".5", "1.", "1e3", "1E-3", "0x1p-2", "0X1.8P3", "1_0.2_5", "1e100",
		"-0.0", "+1.5e+2",
		"0x.8p0", "1e-400", "5e-324", "1.7976931348623157e308", "100.0", "0x1P+3", "1e21", "1e20", "123456789.0", "00.5",
		"01e2", "1e0"}
	badNumbers = []string{"1e1000", "08", "0x", "1__0", "0b2", "9223372036854775808", "18446744073709551615",
		"18446744073709551616",
		"1.2.3", "1a", "0xg", "1e", "''", "'ab'", "'\\400'", "'", "-", "+", "1_", "_1", "0_", "0x1p", "1p3", "0o8", "--1",
		"-'a'", "+'a'",
		"'\\ud800'", "'\\U00110000'", "'\\xff'", "'\\q'", "1e3_0", "0x1.8", "-.5", "1.e1", "3.foo", "0x1p-2000", "1E400",
		"'\n'"}
)

func (g *Generator) constant(of kind) string {
	if g.mistake() && g.chance(400) {
		return g.pick(badNumbers)
	}
	switch of {
	case small:
		return g.pick(smallConstants)
	case integer:
		if g.tame {
			return g.pick(smallConstants)
		}
		return g.pick(integerConstants)
	case float:
		return g.pick(floatConstants)
	case boolean:
		return g.pick([]string{"true", "false"})
	}
	return g.quoted(g.text())
}

// quoted is a string constant, by one of the ways to write it.
func (g *Generator) quoted(value string) string {
	if g.mistake() && g.chance(100) {
		return g.pick([]string{"\"\\q\"", "\"a", "\"\n\"", "`a", "\"\\x4\"", "\"\\400\"", "\"\\ud800\"", "\"\\'\"",
			"\"\\u12\""})
	}
	if g.chance(15) {
		return g.pick([]string{"\"\\xff\\xfe\"", "\"\\xe9\"", "\"\\377a\"", "\"a\\xc3\"", "\"\\xed\\xa0\\x80\"",
			"\"\\a\\b\\f\\n\\r\\t\\v\\\\\\\"\"",
			"`a\r\nb`", "`\\n`", "`\"'<&>`", "`}}`", "\"{{.}}\"", "\"\\U0001F600\\u00e9\\101\"", "`\n`", "\"/*\"",
			"\"-}}\""})
	}
	switch g.n(4) {
	case 0:
		if !strings.ContainsAny(value, "`\r") {
			return "`" + value + "`"
		}
	case 1:
		return strconv.QuoteToASCII(value)
	}
	return strconv.Quote(value)
}
