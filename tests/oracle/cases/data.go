package cases

// The data of a case. The root and its rows have the same fields, each of a kind that expressions rely on (see
// fieldsOf); only those that the template reads are made, and a few more. The values inside are hostile somewhere.

import (
	"encoding/base64"
	"fmt"
	htmltemplate "html/template"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf16"
	"unicode/utf8"
)

var (
	hostile = []string{"<", ">", "\"", "'", "&", "+", "`", "=", " ", "\t", "\n", "\r", "\r\n", "\x00", "\x1f", "\x7f",
		"\u0085",
		"\u00a0", "\u2028", "\u2029", "\ufeff", "\ufffd", "\uffff", "\ufdd0", "\U0001f600", "\U0010ffff", "\u00e9",
		"e\u0301",
		"\u65e5\u672c", "a", "b", "0", "7", "f", "Z", "-", "--", "_", "!", "#", "$", "*", ",", "/", "//", ":", ";", "?", "@",
		"[", "]",
		"(", ")", "{", "}", "{{", "}}", "|", "\\", "\\\\", "^", "%", "%20", "%zz", "%2", "%C3%A9", "~", ".", "..", "http:",
		"HTTPS:",
		"https://h/p?q=1&r=2#f", "mailto:", "javascript:", "JavaScript:alert(1)", "data:text/html,<b>", "tel:1", "//h",
		"a:b", "/a:b",
		"\\41 ", "\\3c", "\\22", "expression", "expression(alert(1))", "-moz-binding", "url(", "red", "10px", "#fff",
		"1em -2%",
		"!important", "<b>", "</b>", "<!--", "-->", "--!>", "<![CDATA[", "]]>", "<script>alert(1)</script>", "</script>",
		"</SCRIPT ",
		"<script", "</style>", "</textarea>", "</title>", "<textarea>a<b</textarea>", "<a title=\"1>2\">",
		"<style>x</style>",
		"<a href", "<a b=\"", "<1", "I <3 x", "</", "<?", "<!", "&amp;", "&#34;", "&lt", "&#x22;", "&notit;", "&amp", "&#0;",
		"on",
		"onclick", "src", "href", "srcdoc", "style", "data-x", "\u0130", "\u212a", "\u017f", "2x 3", "a.png 1x",
		"a.png 1x, b.png 2x",
		"a,b", ",", " 10w", "${", "${a}", "`${b}`", "/re/", "*/", "/*", "//x", "true", "null", "123", "-1.5", "text", "word",
		"two words", "O'Re\"il", "%s%d", "%!v", "x=1", "x='1'", "<svg/onload=alert(1)>", "\" onclick=\"f()", "'><b>"}
	// Texts that nothing is wrong with.
	plain   = []string{"a", "abc", "x y", "hello", "Ann", "10", "item-1", "/path/to", "red", "Zoë", "日本", "a_b", "q1"}
	oddKeys = []string{"k", "odd key", "a.b", "é", "", "<k>", "0", "日本", "k-1", "A", "\"", "n\n", "_x", "Ünï", "$html", "$x",
		"日本"}
	layouts = []string{"2006-01-02", "Jan 2, 2006 15:04:05.000 MST", "Monday, 02-Jan-06", "3:04PM", "_2 Jan 06 03:04:05 pm",
		"002 __2",
		"Mon Jan _2 15:04:05 2006", "2006-01-02T15:04:05Z07:00", "2006-01-02T15:04:05.999999999Z0700",
		"Z07 -07 -0700 -07:00:00",
		"January 1 06 .000000 ,999 5.00", "15h04m05s", "<2006>", "Z070000 -070000", "04:5:4 1/2/2006", "pm PM Pm 03 3 15",
		"", "plain",
		"20060102150405", "Jan January Mon Monday", "6 2006 06 006", ".9 .0 ,0 x.0 05.0 05,999 05.9x", "MST Z 07",
		"__2 _2 _2006 2 02",
		"2006-01-02 15:04:05 \u00e9\"<'"}
	moments = []string{"2024-02-29T23:59:01.5+01:00", "2021-03-04T05:06:07.08Z", "1970-01-01T00:00:00Z",
		"0001-01-01T00:00:00Z",
		"1999-12-31T23:59:59.999999999-11:30", "9999-12-31T00:00:00Z", "2023-07-09T00:00:00+05:45",
		"2000-01-01T12:00:00.000001Z",
		"0000-01-01T00:00:00Z", "1969-12-31T23:59:59.123-00:30", "2026-11-21T13:04:05+14:00"}
	smallIntegers = []int{0, 1, 2, 3, 5, 9, -1, -7}
	integerValues = []int{0, 1, 3, -7, 42, 64, 100, 255, 1000, 65533, 0x10FFFF, 0x110000, -65, 1 << 31, 1 << 40,
		math.MaxInt64,
		math.MinInt64, math.MaxInt64 - 1, 1 << 53, -1 << 31, 8232, 55296}
	floatValues = []float64{0.5, -2.25, 1.5, 3.14159, 1e-9, 2.5e22, 0, math.Copysign(0, -1), 1, 3, -4, 100, 1e6, 1e20, 1e21,
		1e-5, 1e-7,
		123456789.5, 5e-324, math.MaxFloat64, 1.0 / 3, 2.2250738585072014e-308, 1 << 53, 1 << 63, 1 << 64, 0.1, 1e100,
		12345.678,
		-1e-320, 99.995, 0.000123, 8.5, 4503599627370497.5}
	byteValues = []string{"", "AQL/PDw=", "aGVsbG8=", "Ij48L3NjcmlwdD4=", "gICA", "AA==", "ICAg4oCo"}
)

// text is a hostile string, a plain one, or a long one.
func (g *Generator) text() string {
	switch kind := g.n(100); {
	case kind < 35:
		return g.pick(plain)
	case kind < 37:
		return ""
	case kind < 41:
		// Escapers look at many bytes at once.
		return strings.Repeat("a", g.n(40)) + g.pick(hostile) + strings.Repeat("é", g.n(9)) + strings.Repeat("b",
			g.n(40)) + g.pick(hostile)
	case kind < 42 && g.chance(30):
		return strings.Repeat(g.pick(hostile), 200+g.n(3000))
	}
	var out strings.Builder
	for i := pick(g, []int{1, 1, 1, 2, 3, 5, 9}); i > 0; i-- {
		out.WriteString(g.pick(hostile))
	}
	return out.String()
}

func (g *Generator) trusted() any {
	text := g.text()
	if g.chance(500) {
		text = g.pick([]string{"<b class=\"x\">1</b>", "a<i>b</i>&amp;", "color: red", "f({a: 1})", "x\\u0041", "/p?a=b&c",
			"a.png 1x, /b 2x",
			"title=\"x\"", "checked", "`a`", "\"q\"", "<!-- c -->d", "<script>x</script>", "javascript:f()", "</script>",
			"</style>"})
	}
	switch g.n(7) {
	case 0:
		return htmltemplate.HTML(text)
	case 1:
		return htmltemplate.CSS(text)
	case 2:
		return htmltemplate.JS(text)
	case 3:
		return htmltemplate.JSStr(text)
	case 4:
		return htmltemplate.URL(text)
	case 5:
		return htmltemplate.HTMLAttr(text)
	}
	return htmltemplate.Srcset(text)
}

func (g *Generator) bytes() []byte {
	bytes, _ := base64.StdEncoding.DecodeString(g.pick(byteValues))
	return slices.Clip(bytes)
}

// Parsed, not built: the zone of a parsed time has no name.
func (g *Generator) moment() time.Time {
	moment, _ := time.Parse(time.RFC3339Nano, g.pick(moments))
	return moment
}

// tree is any value but a time or a large integer.
func (g *Generator) tree(depth int) any {
	kind := g.n(100)
	if depth <= 0 {
		kind = g.n(82)
	}
	switch {
	case kind < 36:
		return g.text()
	case kind < 50:
		return g.trusted()
	case kind < 60:
		return pick(g, smallIntegers)
	case kind < 68:
		return pick(g, floatValues)
	case kind < 74:
		return g.chance(500)
	case kind < 77:
		return nil
	case kind < 79:
		return g.bytes()
	case kind < 82:
		return g.scalar()
	case kind < 91:
		list := []any{}
		for i := g.n(4); i > 0; i-- {
			list = append(list, g.tree(depth-1))
		}
		return slices.Clip(list)
	}
	return g.mapping(depth-1, g.n(4))
}

func (g *Generator) integer() int {
	if g.tame {
		return pick(g, smallIntegers)
	}
	return pick(g, integerValues)
}

func (g *Generator) scalar() any {
	return pick(g, []any{true, false, nil, 0, "", 1.5, "<&\"'>", []any{}, map[string]any{}})
}

func (g *Generator) mapping(depth, count int) map[string]any {
	object := map[string]any{}
	for ; count > 0; count-- {
		object[g.pick(oddKeys)] = g.tree(depth)
	}
	if len(object) == 1 {
		// Alone, it would make the object a typed value.
		delete(object, "$html")
	}
	return object
}

// data is the root.
func (g *Generator) data() any {
	if g.root == row && len(g.used) == 0 && g.chance(200) {
		return g.tree(2)
	}
	names := make([]string, 0, len(g.used)+2)
	for name := range g.used {
		names = append(names, name)
	}
	slices.Sort(names)
	if g.chance(150) {
		for _, fields := range fieldsOf[:] {
			if len(fields) > 0 && g.chance(100) {
				names = append(names, g.pick(fields))
			}
		}
	}
	depth := pick(g, []int{0, 1, 1, 2, 2, 3})
	if g.root == row {
		return g.row(names, depth)
	}
	return g.field(g.root, names, depth)
}

func (g *Generator) row(names []string, depth int) map[string]any {
	object := make(map[string]any, len(names)+2)
	for _, name := range names {
		of := kindOf[name]
		if g.wrong > 0 && g.chance(15) && of != rows && of != row {
			object[name] = g.scalar()
			continue
		}
		object[name] = g.field(of, names, depth)
	}
	return object
}

func (g *Generator) field(of kind, names []string, depth int) any {
	switch of {
	case text:
		return g.text()
	case integer:
		return g.integer()
	case small:
		return pick(g, smallIntegers)
	case float:
		return pick(g, floatValues)
	case boolean:
		return pick(g, []any{true, true, true, false, false, "", "x", 0})
	case moment:
		return g.moment()
	case raw:
		return g.bytes()
	case null:
		return nil
	case row:
		if depth <= 0 {
			return nil
		}
		return g.row(names, depth-1)
	case rows:
		list := []any{}
		if depth > 0 {
			for i := pick(g, []int{0, 1, 2, 2, 3}); i > 0; i-- {
				list = append(list, g.row(names, depth-1))
			}
		}
		return slices.Clip(list)
	case texts:
		return g.list(func() any { return g.text() })
	case integers:
		return g.list(func() any { return g.integer() })
	case mixed:
		return g.list(func() any { return g.tree(1) })
	case mapping:
		object := g.mapping(1, g.n(3))
		object["k"], object["odd key"] = g.tree(1), g.tree(0)
		return object
	case textMap:
		object := map[string]any{"k": g.text()}
		for i := g.n(4); i > 0; i-- {
			object[g.pick(oddKeys)] = g.text()
		}
		return object
	case chain:
		return map[string]any{"P": map[string]any{"Q": map[string]any{"R": g.tree(1), "odd key": g.text()}, "Y": g.text()}}
	case markup:
		return g.trusted()
	}
	return g.tree(2)
}

// Most lists are long enough for the indexes that expressions use.
func (g *Generator) list(element func() any) []any {
	list := []any{}
	for i := pick(g, []int{3, 3, 3, 3, 3, 4, 4, 5, 0, 1}); i > 0; i-- {
		list = append(list, element())
	}
	return slices.Clip(list)
}

// ---- typed JSON

func appendValue(line []byte, value any) []byte {
	switch v := value.(type) {
	case nil:
		return append(line, "null"...)
	case bool:
		return strconv.AppendBool(line, v)
	case int:
		return strconv.AppendInt(line, int64(v), 10)
	case float64:
		from := len(line)
		if v >= 1<<63 && v < 1e25 {
			// An integer beyond 64 bits is a float too.
			return strconv.AppendFloat(line, v, 'f', -1, 64)
		}
		line = strconv.AppendFloat(line, v, "gGe"[int(math.Float64bits(v)>>3)%3], -1, 64)
		for _, c := range line[from:] {
			if c == '.' || c == 'e' || c == 'E' {
				return line
			}
		}
		return append(line, ".0"...)
	case string:
		return appendString(line, v)
	case []byte:
		return appendTyped(line, "$bytes", base64.StdEncoding.EncodeToString(v))
	case time.Time:
		return appendTyped(line, "$time", v.Format(time.RFC3339Nano))
	case htmltemplate.HTML:
		return appendTyped(line, "$html", string(v))
	case htmltemplate.CSS:
		return appendTyped(line, "$css", string(v))
	case htmltemplate.JS:
		return appendTyped(line, "$js", string(v))
	case htmltemplate.JSStr:
		return appendTyped(line, "$jsstr", string(v))
	case htmltemplate.URL:
		return appendTyped(line, "$url", string(v))
	case htmltemplate.HTMLAttr:
		return appendTyped(line, "$attr", string(v))
	case htmltemplate.Srcset:
		return appendTyped(line, "$srcset", string(v))
	case []any:
		line = append(line, '[')
		for i, element := range v {
			if i > 0 {
				line = append(line, ',')
			}
			line = appendValue(line, element)
		}
		return append(line, ']')
	case map[string]any:
		keys := make([]string, 0, len(v))
		for key := range v {
			keys = append(keys, key)
		}
		slices.Sort(keys)
		line = append(line, '{')
		for i, key := range keys {
			if i > 0 {
				line = append(line, ',')
			}
			line = append(appendString(line, key), ':')
			line = appendValue(line, v[key])
		}
		return append(line, '}')
	}
	panic("no JSON for this type")
}

func appendTyped(line []byte, key, text string) []byte {
	line = append(line, '{', '"')
	line = append(line, key...)
	line = append(line, '"', ':')
	return append(appendString(line, text), '}')
}

const hexDigits = "0123456789abcdef"

// appendString quotes text for JSON. U+FFFD is now and then written as half of a surrogate pair, which reads as the same.
func appendString(line []byte, s string) []byte { return quote(line, s, true) }

// AppendOutput quotes what a template printed, as lvt does: a byte that is no UTF-8 becomes U+FFFD.
func AppendOutput(line []byte, s string) []byte { return quote(line, s, false) }

func quote(line []byte, s string, halves bool) []byte {
	odd := 0
	if halves {
		odd = 1
	}
	line = append(line, '"')
	from := 0
	for i := 0; i < len(s); {
		c := s[i]
		if c >= utf8.RuneSelf {
			r, size := utf8.DecodeRuneInString(s[i:])
			if r == utf8.RuneError && (halves || size == 1) {
				line = append(line, s[from:i]...)
				line = append(line, [...]string{"\\ufffd", "\\ud800", "\\uDFFF"}[i%3*odd]...)
				from = i + size
			}
			// Programs that write ASCII only escape all others, in two halves if need be.
			if halves && size > 1 && r != utf8.RuneError && i%7 == 3 {
				line = append(line, s[from:i]...)
				for _, unit := range utf16.Encode([]rune{r}) {
					line = fmt.Appendf(line, "\\u%04x", unit)
				}
				from = i + size
			}
			i += size
			continue
		}
		if c < ' ' || c == '"' || c == '\\' {
			line = append(line, s[from:i]...)
			switch c {
			case '"', '\\':
				line = append(line, '\\', c)
			case '\b', '\f', '\n', '\r', '\t':
				line = append(line, '\\', "btn_fr"[c-'\b'])
			default:
				line = append(line, '\\', 'u', '0', '0', hexDigits[c>>4], hexDigits[c&15])
			}
			from = i + 1
		}
		i++
	}
	line = append(line, s[from:]...)
	return append(line, '"')
}
