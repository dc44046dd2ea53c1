package main

// minimise makes a case on which the engines differ as small as it can: it leaves out pieces of the template and of the data
// and asks both engines again, as long as they differ in the same way. Both run as processes, since small cases may loop.

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"regexp"
	"sort"
	"time"
)

const (
	minimiseTime = 20 * time.Second
	askPatience  = 3 * time.Second
)

// pair is both engines.
type pair struct {
	golang, lvt *child
	deadline    time.Time
}

type smallCase struct {
	mode, template string
	data           any
	theirs, ours   *answer
}

func newPair(lvt string) (*pair, error) {
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	return &pair{
		golang: &child{arguments: []string{self}, patience: askPatience},
		lvt:    &child{arguments: []string{lvt, "render", "--jsonl"}, patience: askPatience},
	}, nil
}

func (p *pair) stop() {
	p.golang.stop()
	p.lvt.stop()
}

// ask fills in both answers. A case that Go does not answer is of no use: it counts as agreement.
func (p *pair) ask(one *smallCase) (verdict, error) {
	line := append(caseJSON(one.mode, one.template, one.data), '\n')
	theirs, err := p.golang.ask([][]byte{line})
	if err != nil {
		return bothRefuse, err
	}
	one.theirs = readAnswer(theirs[0])
	if one.theirs.Output == nil && one.theirs.Error == nil {
		return bothRefuse, nil
	}
	ours, err := p.lvt.ask([][]byte{line})
	if err != nil {
		return bothRefuse, err
	}
	one.ours = readAnswer(ours[0])
	return judge(one.theirs, one.ours), nil
}

// minimise returns nil when the engines agree on the case.
func (p *pair) minimise(line []byte) (*smallCase, error) {
	var r struct {
		Mode, Template string
		Data           any
	}
	decoder := json.NewDecoder(bytes.NewReader(line))
	decoder.UseNumber()
	if err := decoder.Decode(&r); err != nil {
		return nil, err
	}
	best := &smallCase{mode: r.Mode, template: r.Template, data: r.Data}
	first, err := p.ask(best)
	if err != nil || !first.differs() {
		return nil, err
	}
	p.deadline = time.Now().Add(minimiseTime)
	try := func(template string, data any) bool {
		if err != nil || time.Now().After(p.deadline) {
			return false
		}
		one := &smallCase{mode: r.Mode, template: template, data: data}
		var got verdict
		if got, err = p.ask(one); err != nil || got != first {
			return false
		}
		best = one
		return true
	}
	for size := -1; size != best.size() && time.Now().Before(p.deadline); {
		size = best.size()
		shrinkPairs(best.template, func(template string) bool { return try(template, best.data) })
		shrinkText(best.template, func(template string) bool { return try(template, best.data) })
		shrinkData(best.data, func(data any) bool { return try(best.template, data) })
	}
	return best, err
}

func (s *smallCase) size() int { return len(caseJSON(s.mode, s.template, s.data)) }

func (s *smallCase) print(out io.Writer) {
	fmt.Fprintf(out, "%s\n  Go   %s\n  lvt  %s\n", caseJSON(s.mode, s.template, s.data), shown(s.theirs), shown(s.ours))
}

var actions = regexp.MustCompile(`(?s)\{\{.*?\}\}`)

// shrinkPairs leaves out two actions at a time, with what stands between them or without: a control structure as a
// whole, or only its beginning and its end.
func shrinkPairs(template string, try func(string) bool) {
	for again := true; again; {
		again = false
		found := actions.FindAllStringIndex(template, 60)
	search:
		for i := range found {
			for j := len(found) - 1; j > i; j-- {
				a, b := found[i], found[j]
				for _, shorter := range []string{template[:a[0]] + template[b[1]:], template[:a[0]] + template[a[1]:b[0]] + template[b[1]:]} {
					if try(shorter) {
						template, again = shorter, true
						break search
					}
				}
			}
		}
	}
}

// shrinkText leaves out runs of characters, long ones first.
func shrinkText(text string, try func(string) bool) {
	runes := []rune(text)
	for size := (len(runes) + 1) / 2; size > 0; size /= 2 {
		for from := 0; from < len(runes); {
			shorter := append(append([]rune{}, runes[:from]...), runes[min(len(runes), from+size):]...)
			if try(string(shorter)) {
				runes = shorter
			} else {
				from += size
			}
		}
	}
}

// shrinkData leaves out elements and entries, and puts simpler values in the place of others.
func shrinkData(data any, try func(any) bool) {
	switch v := data.(type) {
	case nil:
		return
	case string:
		if v != "" && !try("") {
			shrinkText(v, func(shorter string) bool { return try(shorter) })
		}
		return
	case json.Number:
		for _, simple := range []string{"0", "1", "1.5"} {
			if simple == v.String() || try(json.Number(simple)) {
				return
			}
		}
		return
	case []any:
		if try(nil) {
			return
		}
		for i := 0; i < len(v); {
			shorter := append(append([]any{}, v[:i]...), v[i+1:]...)
			if try(shorter) {
				v = shorter
			} else {
				i++
			}
		}
		for i := range v {
			shrinkData(v[i], func(element any) bool {
				changed := append([]any{}, v...)
				changed[i] = element
				if !try(changed) {
					return false
				}
				v = changed
				return true
			})
		}
	case map[string]any:
		if try(nil) {
			return
		}
		keys := make([]string, 0, len(v))
		for key := range v {
			keys = append(keys, key)
		}
		sort.Strings(keys)
		for _, key := range keys {
			shorter := with(v, key, nil)
			delete(shorter, key)
			if try(shorter) {
				v = shorter
				continue
			}
			shrinkData(v[key], func(element any) bool {
				changed := with(v, key, element)
				if !try(changed) {
					return false
				}
				v = changed
				return true
			})
		}
	default:
		try(nil)
	}
}

func with(object map[string]any, key string, element any) map[string]any {
	changed := make(map[string]any, len(object))
	for name, value := range object {
		changed[name] = value
	}
	changed[key] = element
	return changed
}

// minimiseLines reads cases, and prints those on which the engines differ.
func minimiseLines(in io.Reader, out io.Writer, lvt string) error {
	both, err := newPair(lvt)
	if err != nil {
		return err
	}
	defer both.stop()
	lines := bufio.NewReaderSize(in, 1<<16)
	for {
		line, err := lines.ReadBytes('\n')
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
		small, err := both.minimise(line)
		if err != nil {
			return err
		}
		if small != nil {
			small.print(out)
		}
	}
}
