package main

import (
	"bytes"
	"encoding/json"
	"reflect"
	"strings"
	"testing"

	"livetemplate.dev/oracle/cases"
)

// Go sees the data of a case as values, lvt as typed JSON: both must be the same.
func TestLinesSayWhatCasesHold(t *testing.T) {
	g := cases.New()
	for _, mode := range modes {
		for id := 0; id < 3000; id++ {
			one := g.Case(1, mode, id)
			line := one.AppendLine(nil)
			var r request
			if err := json.Unmarshal(line, &r); err != nil {
				t.Fatalf("%v in %s", err, line)
			}
			data, err := decode(r.Data)
			if err != nil {
				t.Fatalf("%v in %s", err, line)
			}
			if r.Template != one.Template || r.Mode != mode || !reflect.DeepEqual(data, one.Data) {
				t.Fatalf("not what %s says:\n%#v\n%#v", line, data, one.Data)
			}
		}
	}
}

// A case is known by seed, mode and number, whatever was made before it.
func TestCasesDependOnNothingElse(t *testing.T) {
	g := cases.New()
	wanted := g.Case(7, "html", 5)
	line := wanted.AppendLine(nil)
	g.Case(8, "text", 1)
	again := g.Case(7, "html", 5)
	if !bytes.Equal(again.AppendLine(nil), line) {
		t.Errorf("first %s, then %s", line, again.AppendLine(nil))
	}
	other := g.Case(8, "html", 5)
	if bytes.Equal(other.AppendLine(nil), line) {
		t.Errorf("another seed makes the same case: %s", line)
	}
}

func TestMostCasesRender(t *testing.T) {
	g := cases.New()
	for _, mode := range modes {
		const count = 3000
		rendered := 0
		for id := 0; id < count; id++ {
			one := g.Case(2, mode, id)
			if _, err := render(mode, one.Template, one.Data); err == nil {
				rendered++
			}
		}
		if rendered < count*6/10 {
			t.Errorf("%s: %d of %d render", mode, rendered, count)
		}
	}
}

func TestJudge(t *testing.T) {
	prints := func(text string) *answer { return &answer{Output: &text} }
	refuses := func(text string) *answer { return &answer{Error: &text} }
	for _, one := range []struct {
		theirs, ours *answer
		wanted       verdict
	}{
		{prints("a"), prints("a"), bothPrint},
		{prints("a"), prints("b"), otherBytes},
		{prints(""), refuses("x"), onlyGoPrints},
		{refuses("x"), prints(""), onlyLvtPrints},
		{refuses("x"), refuses("y"), bothRefuse},
		{refuses("x"), &answer{}, noAnswer},
		{prints("a"), readAnswer(nil), noAnswer},
	} {
		if got := judge(one.theirs, one.ours); got != one.wanted {
			t.Errorf("%s, %s: %d", shown(one.theirs), shown(one.ours), got)
		}
	}
}

func TestReasonsLoseTheirPlace(t *testing.T) {
	for _, one := range []struct{ message, reason string }{
		{"template: t:1: function \"foo\" not defined", "function \"foo\" not defined"},
		{"t:1:8: function \"foo\" not defined", "function \"foo\" not defined"},
		{"html/template:t:1:5: {{if}} branches", "{{if}} branches"},
		{"template: t:1: template: multiple definition of template \"t\"", "multiple definition of template \"t\""},
	} {
		if got, _ := reason(one.message); got != one.reason {
			t.Errorf("%q becomes %q", one.message, got)
		}
	}
}

// Shrinking finds the only piece that matters.
func TestShrink(t *testing.T) {
	text := "some <b>text</b> {{with .X}}{{.Y}}{{end}} and ! more"
	shrinkText(text, func(shorter string) bool {
		if !strings.Contains(shorter, "!") {
			return false
		}
		text = shorter
		return true
	})
	if text != "!" {
		t.Errorf("text: %q", text)
	}
	template := "a{{if .X}}b{{range .L}}c{{end}}{{.Y}}{{end}}"
	shrinkPairs(template, func(shorter string) bool {
		if !strings.Contains(shorter, "{{.Y}}") {
			return false
		}
		template = shorter
		return true
	})
	if template != "ab{{.Y}}" {
		t.Errorf("actions: %q", template)
	}
	var data any = map[string]any{"a": []any{"x", "needle", json.Number("5")}, "b": "y"}
	shrinkData(data, func(smaller any) bool {
		text, _ := json.Marshal(smaller)
		if !strings.Contains(string(text), "needle") {
			return false
		}
		data = smaller
		return true
	})
	if got, _ := json.Marshal(data); string(got) != `{"a":["needle"]}` {
		t.Errorf("data: %s", got)
	}
}
