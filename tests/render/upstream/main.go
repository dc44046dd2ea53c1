// What the Go module github.com/livetemplate/livetemplate sends for the journeys of this folder, driven through its
// public interface, and what its golden files say. Prints a line of JSON a state; judge.mjs reads them.
//
//	go run . > updates.jsonl
package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"html/template"
	"os"
	"os/exec"
	"path/filepath"
	"sort"
	"strings"

	"github.com/livetemplate/livetemplate"
)

const module = "github.com/livetemplate/livetemplate"

// The golden files of upstream's testdata/e2e, and its template where ours must print the same page.
type journey struct {
	name     string
	states   string
	goldens  string
	original string
}

var journeys = []journey{
	{"counter", "counter.jsonl", "counter", "counter/input.tmpl"},
	{"todos", "todos.jsonl", "todos", "todos/input.tmpl"},
	{"todos_unnumbered", "todos.jsonl", "todos", ""},
	{"chat", "chat.jsonl", "", ""},
}

type line struct {
	Journey string          `json:"journey"`
	State   int             `json:"state"`
	HTML    string          `json:"html"`         // what stands inside of <body>
	Fresh   json.RawMessage `json:"fresh"`        // the tree for a client that has nothing
	Update  json.RawMessage `json:"update"`       // for one that has the state before; of the first state the tree
	Bytes   [2]int          `json:"bytes"`        // of fresh and update
	Golden  json.RawMessage `json:"golden"`       // null where upstream has none
	Size    int             `json:"golden_bytes"` // without white space
	File    string          `json:"golden_file"`
}

func must[T any](value T, err error) T {
	if err != nil {
		fmt.Fprintln(os.Stderr, "upstream:", err)
		os.Exit(1)
	}
	return value
}

// Whole numbers as int, as a program would hold them.
func integers(value any) any {
	switch v := value.(type) {
	case map[string]any:
		for key := range v {
			v[key] = integers(v[key])
		}
	case []any:
		for i := range v {
			v[i] = integers(v[i])
		}
	case json.Number:
		return int(must(v.Int64()))
	}
	return value
}

func readStates(path string) []map[string]any {
	decoder := json.NewDecoder(bytes.NewReader(must(os.ReadFile(path))))
	decoder.UseNumber()
	var states []map[string]any
	for decoder.More() {
		var state map[string]any
		must(0, decoder.Decode(&state))
		integers(state)
		states = append(states, state)
	}
	return states
}

func render(file string, state any) string {
	var out strings.Builder
	must(0, must(template.ParseFiles(file)).Execute(&out, state))
	return out.String()
}

func inside(html string) string {
	_, html, _ = strings.Cut(html, "<body>")
	html, _, _ = strings.Cut(html, "</body>")
	return strings.TrimSpace(html)
}

func open(file string) *livetemplate.Template {
	return must(livetemplate.New("page", livetemplate.WithParseFiles(file)))
}

func update(page *livetemplate.Template, state any) []byte {
	var out bytes.Buffer
	must(0, page.ExecuteUpdates(&out, state))
	return out.Bytes()
}

// As it would be sent: without white space.
func readGolden(path string) json.RawMessage {
	var out bytes.Buffer
	must(0, json.Compact(&out, must(os.ReadFile(path))))
	return out.Bytes()
}

func main() {
	folder := strings.TrimSpace(string(must(exec.Command("go", "list", "-m", "-f", "{{.Dir}}", module).Output())))
	testdata := filepath.Join(folder, "testdata", "e2e")
	encoder := json.NewEncoder(os.Stdout)
	for _, j := range journeys {
		var goldens []string
		if j.goldens != "" {
			goldens = must(filepath.Glob(filepath.Join(testdata, j.goldens, "update_*.golden.json")))
			sort.Strings(goldens)
		}
		file := j.name + ".tmpl"
		page := open(file)
		for i, state := range readStates(j.states) {
			html := render(file, state)
			if j.original != "" && strings.TrimSpace(html) != strings.TrimSpace(render(filepath.Join(testdata, j.original), state)) {
				must(0, fmt.Errorf("%s does not print what upstream's %s prints", file, j.original))
			}
			l := line{Journey: j.name, State: i, HTML: inside(html)}
			l.Fresh, l.Update = update(open(file), state), update(page, state)
			l.Bytes = [2]int{len(l.Fresh), len(l.Update)}
			if i > 0 && i <= len(goldens) {
				l.Golden = readGolden(goldens[i-1])
				l.Size = len(l.Golden)
				l.File = filepath.Base(goldens[i-1])
			}
			must(0, encoder.Encode(l))
		}
	}
}
