package main

// golden writes the golden vectors: cases that people chose, by feature, with what Go makes of them. The tables are in
// golden_*.go; each function there fills one file of tests/golden. A case is one line,
//
//	{"name": .., "mode": "html"|"text", "template": .., "data": typed JSON, "out": ..}
//
// or with "error", Go's whole message, instead of "out". "c_error" is the C library's reason where it refuses in other
// words, or where it refuses what Go prints. What is no valid UTF-8 stands as {"$bytes": base64}.

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"time"
	"unicode/utf8"
)

type goldenCase struct {
	Name     string          `json:"name"`
	Mode     string          `json:"mode"`
	Template any             `json:"template"`
	Data     json.RawMessage `json:"data,omitempty"`
	Out      any             `json:"out,omitempty"`
	Error    any             `json:"error,omitempty"`
	CError   string          `json:"c_error,omitempty"`
	// What Template says.
	text string
}

// features are the files, in the order in which a reader meets the language.
var features = []struct {
	name string
	fill func(*goldenTable)
}{
	{"lexing", goldenLexing},
	{"trim", goldenTrim},
	{"pipelines", goldenPipelines},
	{"variables", goldenVariables},
	{"range", goldenRange},
	{"with", goldenWith},
	{"break_continue", goldenBreakContinue},
	{"define_template_block", goldenDefinitions},
	{"builtins", goldenBuiltins},
	{"comparisons", goldenComparisons},
	{"printf", goldenPrintf},
	{"print_println", goldenPrint},
	{"nested_values", goldenNestedValues},
	{"time", goldenTime},
	{"html_js_urlquery", goldenEscapingFunctions},
	{"html_contexts", goldenContexts},
	{"trusted_content", goldenTrusted},
	{"attributes", goldenAttributes},
	{"srcset", goldenSrcset},
	{"css", goldenCSS},
	{"js_strings", goldenJSStrings},
	{"regexps", goldenRegexps},
	{"template_literals", goldenTemplateLiterals},
	{"json_in_script", goldenJSON},
	{"comments", goldenComments},
	{"rcdata", goldenRCDATA},
	{"unquoted_attributes", goldenUnquoted},
	{"bytes", goldenBytes},
	{"errors_load", goldenLoadErrors},
	{"errors_run", goldenRunErrors},
	{"found", goldenFound},
	{"differences", goldenDifferences},
}

// goldenTable gathers the cases of one file.
type goldenTable struct {
	group string
	count int
	seen  map[string]bool
	cases []goldenCase
}

// about starts a group: its cases are called by it and a number.
func (t *goldenTable) about(group string) {
	t.group, t.count = group, 0
}

func (t *goldenTable) add(mode, template, data, cError string) {
	key := mode + "\x00" + template + "\x00" + data
	if t.seen[key] {
		return
	}
	t.seen[key] = true
	t.count++
	one := goldenCase{Name: fmt.Sprintf("%s %d", t.group, t.count), Mode: mode, Template: textOrBytes(template), CError: cError, text: template}
	if data != "" {
		one.Data = json.RawMessage(data)
	}
	t.cases = append(t.cases, one)
}

// text and html add templates that see the same data ("" is nil).
func (t *goldenTable) text(data string, templates ...string) {
	for _, template := range templates {
		t.add("text", template, data, "")
	}
}

func (t *goldenTable) html(data string, templates ...string) {
	for _, template := range templates {
		t.add("html", template, data, "")
	}
}

// both adds every template in both modes.
func (t *goldenTable) both(data string, templates ...string) {
	t.text(data, templates...)
	t.html(data, templates...)
}

// cross adds every template with every one of the data.
func (t *goldenTable) cross(mode string, templates, data []string) {
	for _, template := range templates {
		for _, one := range data {
			t.add(mode, template, one, "")
		}
	}
}

// refuse adds a case that the C library refuses in words of its own: always, or where Go prints something.
func (t *goldenTable) refuse(mode, template, data, cError string) {
	t.add(mode, template, data, cError)
}

// expand puts every one of the pieces in the place of each § of a pattern.
func expand(patterns []string, pieces ...string) []string {
	var all []string
	for _, pattern := range patterns {
		for _, piece := range pieces {
			all = append(all, strings.ReplaceAll(pattern, "§", piece))
		}
	}
	return all
}

// quoted makes JSON strings.
func quoted(texts ...string) []string {
	var all []string
	for _, text := range texts {
		all = append(all, string(encoded(text)))
	}
	return all
}

// wrapped makes typed JSON: {"$html":"text"} and its like.
func wrapped(key string, texts ...string) []string {
	var all []string
	for _, text := range quoted(texts...) {
		all = append(all, `{"`+key+`":`+text+`}`)
	}
	return all
}

func textOrBytes(text string) any {
	if utf8.ValidString(text) {
		return text
	}
	return map[string]string{"$bytes": base64.StdEncoding.EncodeToString([]byte(text))}
}

func encoded(value any) []byte {
	var out bytes.Buffer
	encoder := json.NewEncoder(&out)
	encoder.SetEscapeHTML(false)
	// Strings and structs of strings always encode; raw JSON that does not is a mistake in a table.
	if err := encoder.Encode(value); err != nil {
		panic(err)
	}
	return bytes.TrimSuffix(out.Bytes(), []byte("\n"))
}

// answerGolden asks Go; a template that Go does not get done with is a mistake in a table.
func answerGolden(feature string, one *goldenCase) error {
	type reply struct {
		output string
		err    error
	}
	replies := make(chan reply, 1)
	go func() {
		output, err := execute(request{Mode: one.Mode, Template: one.text, Data: one.Data})
		replies <- reply{output, err}
	}()
	select {
	case r := <-replies:
		if r.err != nil {
			one.Error = textOrBytes(r.err.Error())
			if strings.HasPrefix(r.err.Error(), "oracle:") {
				return fmt.Errorf("%s, %s: %w", feature, one.Name, r.err)
			}
		} else {
			one.Out = textOrBytes(r.output)
		}
		return nil
	case <-time.After(10 * time.Second):
		return fmt.Errorf("%s, %s: Go does not come to an end", feature, one.Name)
	}
}

// shortenData leaves out the members that a template does not name, where Go says the same without them.
func shortenData(feature string, one *goldenCase) error {
	decoder := json.NewDecoder(bytes.NewReader(one.Data))
	if first, err := decoder.Token(); err != nil || first != json.Delim('{') {
		return nil
	}
	kept, count := "", 0
	for decoder.More() {
		var member json.RawMessage
		name, err := decoder.Token()
		if err == nil {
			err = decoder.Decode(&member)
		}
		if err != nil {
			return fmt.Errorf("%s, %s: %w", feature, one.Name, err)
		}
		count++
		text, _ := name.(string)
		if strings.Contains(one.text, text) {
			kept += "," + string(encoded(name)) + ":" + string(member)
		}
	}
	if count < 4 {
		return nil
	}
	short := *one
	short.Data = json.RawMessage("{" + strings.TrimPrefix(kept, ",") + "}")
	if err := answerGolden(feature, &short); err != nil {
		return err
	}
	if bytes.Equal(encoded(short.reply()), encoded(one.reply())) {
		*one = short
	}
	return nil
}

// reply is what Go answered.
func (one goldenCase) reply() goldenCase {
	return goldenCase{Out: one.Out, Error: one.Error}
}

// buildGolden gives the files by name.
func buildGolden() (map[string][]byte, error) {
	time.Local = time.UTC
	files := map[string][]byte{}
	counts, total := "", 0
	for _, feature := range features {
		table := goldenTable{seen: map[string]bool{}}
		feature.fill(&table)
		var out bytes.Buffer
		for i := range table.cases {
			one := &table.cases[i]
			if err := answerGolden(feature.name, one); err != nil {
				return nil, err
			}
			if err := shortenData(feature.name, one); err != nil {
				return nil, err
			}
			out.Write(encoded(one))
			out.WriteByte('\n')
		}
		files[feature.name+".jsonl"] = out.Bytes()
		if counts != "" {
			counts += ",\n"
		}
		counts += fmt.Sprintf("    %q: %d", feature.name+".jsonl", len(table.cases))
		total += len(table.cases)
	}
	files["manifest.json"] = []byte(fmt.Sprintf("{\n  \"go\": %q,\n  \"cases\": %d,\n  \"files\": {\n%s\n  }\n}\n",
		runtime.Version(), total, counts))
	return files, nil
}

func golden(folder string, check bool) error {
	files, err := buildGolden()
	if err != nil {
		return err
	}
	stored, err := filepath.Glob(filepath.Join(folder, "*.json*"))
	if err != nil {
		return err
	}
	for _, path := range stored {
		if files[filepath.Base(path)] == nil {
			return fmt.Errorf("%s belongs to no feature", path)
		}
	}
	for name, content := range files {
		path := filepath.Join(folder, name)
		if !check {
			if err := os.WriteFile(path, content, 0o644); err != nil {
				return err
			}
			continue
		}
		was, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		if !bytes.Equal(was, content) {
			return fmt.Errorf("%s is not what %s says now%s", path, runtime.Version(), firstDifference(was, content))
		}
	}
	fmt.Printf("%s: %d files\n", folder, len(files))
	return nil
}

func firstDifference(was, now []byte) string {
	before, after := bytes.Split(was, []byte("\n")), bytes.Split(now, []byte("\n"))
	for i := range before {
		if i >= len(after) || !bytes.Equal(before[i], after[i]) {
			line := "nothing"
			if i < len(after) {
				line = string(after[i])
			}
			return fmt.Sprintf(", line %d\n  stored %s\n  now    %s", i+1, before[i], line)
		}
	}
	return ""
}
