// Package cases makes random cases: a template by grammar, then data that have what the template asks for. Most templates are
// right; a small part of the choices is wrong on purpose, because refusals must agree too. A case is named by seed, mode
// and number, so that it can be made again alone. A file each: expressions, control flow, HTML, scripts, styles with URLs and
// damage, data.
//
// Go's engine cannot be stopped from outside, so everything made here ends soon: ranges go over lists, maps and small
// integers only (see kind), and templates that invoke themselves walk down the data.
package cases

import (
	"math/rand/v2"
	"strconv"
	"strings"
	"unicode/utf8"
)

// Case is one question to both engines. Data has the Go types that typed JSON stands for.
type Case struct {
	ID       int
	Mode     string
	Template string
	Data     any
}

// Generator makes one case after the other; none depends on those before.
type Generator struct {
	random *rand.Rand
	source *rand.PCG
	out    []byte
	html   bool
	// What the text at hand stands in: 0, or the quote of the attribute, or 'u' for an attribute without quotes.
	quote byte
	last  byte
	// Pieces that may still be written; it bounds the size.
	budget int
	// The share of wrong choices, in 1/1000, and whether wrong choices are forbidden just now.
	wrong  int
	strict int
	// No large integer anywhere: the template will be damaged, and then it may range over any value.
	tame bool
	// Fields of rows that the template reads.
	used map[string]bool
	// What the root is; mostly a row.
	root        kind
	definitions []definition
	pending     strings.Builder
	serial      int
}

// New makes a generator.
func New() *Generator {
	g := &Generator{source: rand.NewPCG(0, 0)}
	g.random = rand.New(g.source)
	return g
}

func (g *Generator) n(limit int) int          { return g.random.IntN(limit) }
func (g *Generator) chance(perMille int) bool { return g.random.IntN(1000) < perMille }

// mistake is true now and then, where a wrong choice can be made.
func (g *Generator) mistake() bool { return g.strict == 0 && g.wrong > 0 && g.chance(g.wrong) }

func (g *Generator) pick(list []string) string { return list[g.random.IntN(len(list))] }

func pick[T any](g *Generator, list []T) T { return list[g.random.IntN(len(list))] }

// write appends bytes as they are, but keeps braces of the text apart from those of actions, and makes no ${ by chance.
func (g *Generator) write(text string) {
	if text == "" {
		return
	}
	if text[0] == '{' && (g.last == '{' || g.html && g.last == '$') {
		g.out = append(g.out, ' ')
	}
	g.out = append(g.out, text...)
	g.last = text[len(text)-1]
}

// apart runs inside with an empty output, and returns what it wrote.
func (g *Generator) apart(inside func()) string {
	out, last := g.out, g.last
	g.out, g.last = nil, 0
	inside()
	text := string(g.out)
	g.out, g.last = out, last
	return text
}

// Case makes the case with this number.
func (g *Generator) Case(seed uint64, mode string, id int) Case {
	g.source.Seed(seed, uint64(id)*2+uint64(len(mode)&1))
	g.html = mode == "html"
	g.last, g.quote, g.strict, g.serial = 0, 0, 0, 0
	g.used = map[string]bool{}
	g.definitions = g.definitions[:0]
	g.pending.Reset()
	g.out = nil
	g.wrong = pick(g, []int{0, 0, 0, 0, 5, 10, 30})
	g.budget = pick(g, []int{3, 6, 10, 10, 16, 16, 30, 60})
	if g.chance(2) {
		g.budget = 300
	}
	g.tame = g.chance(60)
	g.root = row
	if g.chance(70) {
		g.root = pick(g, []kind{text, texts, mixed, mapping, anything, small, float, rows, integers, textMap, null, moment,
			raw, markup})
	}
	template := g.page()
	if g.tame {
		template = g.damage(template)
	}
	return Case{id, mode, template, g.data()}
}

// page is a whole template: its definitions stand before, behind or around the main text.
func (g *Generator) page() string {
	g.definePages()
	main := g.apart(func() {
		root := scope{dot: g.root, root: g.root, place: text0}
		if g.html {
			root.place = htmlText
			g.start()
		}
		g.pieces(&root)
		if g.chance(10) && g.root == row {
			g.descend(&root, []definition{{"t", row, root.place}})
		}
	})
	definitions := g.pending.String()
	switch g.n(4) {
	case 0:
		return main + definitions
	case 1:
		// Anywhere in the text before the first action.
		at := strings.Index(main, "{{")
		if at < 0 {
			at = len(main)
		}
		if at = g.n(at + 1); utf8.ValidString(main[:at]) && (at == 0 || main[at-1] != '{') {
			return main[:at] + definitions + main[at:]
		}
	}
	return definitions + main
}

// AppendLine writes a case as one line.
func (one *Case) AppendLine(line []byte) []byte {
	line = append(line, `{"id":`...)
	line = strconv.AppendInt(line, int64(one.ID), 10)
	line = append(line, `,"mode":"`...)
	line = append(line, one.Mode...)
	line = append(line, `","template":`...)
	line = appendString(line, one.Template)
	line = append(line, `,"data":`...)
	line = appendValue(line, one.Data)
	return append(line, "}\n"...)
}
