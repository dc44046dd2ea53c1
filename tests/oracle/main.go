// The oracle answers what Go's own template packages make of a template. It reads one JSON object a line,
//
//	{"id": any, "mode": "html"|"text"|"tree", "template": "...", "data": typed JSON}
//
// and answers each with {"id", "output"} or {"id", "error"}. The template's name is "t". Data is typed JSON: integers
// without fraction and exponent become int, other numbers float64, and an object with the single key $time, $html,
// $css, $js, $jsstr, $url, $attr, $srcset or $bytes becomes that type. Mode "tree" does not print a page: it answers
// with the template as html/template has rewritten it, one node a line, so that a reader can see the chosen escapers.
//
// `fuzz` holds lvt against Go on random cases, `minimise` makes cases small on which they differ, `generate` only writes
// random cases. tests/oracle/run calls `fuzz`.
package main

import (
	"bufio"
	"bytes"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	htmltemplate "html/template"
	"io"
	"os"
	"reflect"
	"slices"
	"sort"
	"strconv"
	"strings"
	texttemplate "text/template"
	"text/template/parse"
	"time"
)

type request struct {
	ID       json.RawMessage `json:"id"`
	Mode     string          `json:"mode"`
	Template string          `json:"template"`
	Data     json.RawMessage `json:"data"`
}

type answer struct {
	ID     json.RawMessage `json:"id"`
	Output *string         `json:"output,omitempty"`
	Error  *string         `json:"error,omitempty"`
}

// special turns a typed string into its Go value; ok is false when the key names no type.
func special(key, text string) (value any, ok bool, err error) {
	switch key {
	case "$html":
		return htmltemplate.HTML(text), true, nil
	case "$css":
		return htmltemplate.CSS(text), true, nil
	case "$js":
		return htmltemplate.JS(text), true, nil
	case "$jsstr":
		return htmltemplate.JSStr(text), true, nil
	case "$url":
		return htmltemplate.URL(text), true, nil
	case "$attr":
		return htmltemplate.HTMLAttr(text), true, nil
	case "$srcset":
		return htmltemplate.Srcset(text), true, nil
	case "$bytes":
		bytes, err := base64.StdEncoding.DecodeString(text)
		return slices.Clip(bytes), true, err
	case "$time":
		moment, err := time.Parse(time.RFC3339Nano, text)
		return moment, true, err
	}
	return nil, false, nil
}

// typed converts what encoding/json decoded (with UseNumber) to the values that templates see.
func typed(value any) (any, error) {
	switch v := value.(type) {
	case json.Number:
		if integer, err := strconv.Atoi(v.String()); err == nil {
			return integer, nil
		}
		return v.Float64()
	case []any:
		for i := range v {
			element, err := typed(v[i])
			if err != nil {
				return nil, err
			}
			v[i] = element
		}
		// Decoding leaves room behind some lists and bytes, which slice would reach; JSON knows none.
		return slices.Clip(v), nil
	case map[string]any:
		if len(v) == 1 {
			for key, inner := range v {
				if text, isText := inner.(string); isText {
					if result, ok, err := special(key, text); ok || err != nil {
						return result, err
					}
				}
			}
		}
		for key := range v {
			element, err := typed(v[key])
			if err != nil {
				return nil, err
			}
			v[key] = element
		}
		return v, nil
	}
	return value, nil
}

func decode(raw json.RawMessage) (any, error) {
	if len(raw) == 0 {
		return nil, nil
	}
	decoder := json.NewDecoder(bytes.NewReader(raw))
	decoder.UseNumber()
	var value any
	if err := decoder.Decode(&value); err != nil {
		return nil, err
	}
	return typed(value)
}

// refusing fails the first write: execution starts only so that the template gets escaped.
type refusing struct{}

func (refusing) Write([]byte) (int, error) { return 0, io.ErrClosedPipe }

func dumpList(out *strings.Builder, list *parse.ListNode, indent string) {
	if list == nil {
		return
	}
	for _, node := range list.Nodes {
		switch n := node.(type) {
		case *parse.TextNode:
			fmt.Fprintf(out, "%stext %s\n", indent, strconv.QuoteToASCII(string(n.Text)))
		case *parse.ActionNode:
			fmt.Fprintf(out, "%saction %s\n", indent, n.Pipe)
		case *parse.IfNode:
			dumpBranch(out, "if", &n.BranchNode, indent)
		case *parse.WithNode:
			dumpBranch(out, "with", &n.BranchNode, indent)
		case *parse.RangeNode:
			dumpBranch(out, "range", &n.BranchNode, indent)
		case *parse.TemplateNode:
			fmt.Fprintf(out, "%stemplate %s\n", indent, strconv.QuoteToASCII(n.Name))
		case *parse.BreakNode:
			fmt.Fprintf(out, "%sbreak\n", indent)
		case *parse.ContinueNode:
			fmt.Fprintf(out, "%scontinue\n", indent)
		}
	}
}

func dumpBranch(out *strings.Builder, word string, branch *parse.BranchNode, indent string) {
	fmt.Fprintf(out, "%s%s %s\n", indent, word, branch.Pipe)
	dumpList(out, branch.List, indent+"  ")
	if branch.ElseList != nil {
		fmt.Fprintf(out, "%selse\n", indent)
		dumpList(out, branch.ElseList, indent+"  ")
	}
	fmt.Fprintf(out, "%send\n", indent)
}

func tree(text string) (string, error) {
	set, err := htmltemplate.New("t").Parse(text)
	if err != nil {
		return "", err
	}
	var refused *htmltemplate.Error
	if err := set.Execute(refusing{}, nil); errors.As(err, &refused) {
		return "", err
	}
	// The copies that were escaped for other contexts stand only in the text/template beneath.
	beneath := reflect.ValueOf(set).Elem().FieldByName("text").UnsafePointer()
	templates := (*texttemplate.Template)(beneath).Templates()
	sort.Slice(templates, func(i, j int) bool { return templates[i].Name() < templates[j].Name() })
	var out strings.Builder
	for _, one := range templates {
		if one.Tree == nil {
			continue
		}
		fmt.Fprintf(&out, "define %s\n", strconv.QuoteToASCII(one.Name()))
		dumpList(&out, one.Tree.Root, "  ")
	}
	return out.String(), nil
}

func execute(r request) (string, error) {
	data, err := decode(r.Data)
	if err != nil {
		return "", fmt.Errorf("oracle: data: %w", err)
	}
	return render(r.Mode, r.Template, data)
}

// render is one page of Go's engine. Its panics, were there any, count as refusals.
func render(mode, template string, data any) (output string, err error) {
	defer func() {
		if reason := recover(); reason != nil {
			output, err = "", fmt.Errorf("panic: %v", reason)
		}
	}()
	var out strings.Builder
	switch mode {
	case "html":
		set, err := htmltemplate.New("t").Parse(template)
		if err != nil {
			return "", err
		}
		err = set.Execute(&out, data)
		return out.String(), err
	case "text":
		set, err := texttemplate.New("t").Parse(template)
		if err != nil {
			return "", err
		}
		err = set.Execute(&out, data)
		return out.String(), err
	case "tree":
		return tree(template)
	}
	return "", fmt.Errorf("oracle: unknown mode %q", mode)
}

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "oracle:", err)
		os.Exit(1)
	}
}

func run(arguments []string) error {
	switch {
	case len(arguments) == 0:
		answerLines()
		return nil
	case len(arguments) == 4 && arguments[0] == "generate":
		count, seed, err := numbers(arguments[2], arguments[3])
		if err != nil {
			return err
		}
		return generate(os.Stdout, arguments[1], count, seed)
	case (len(arguments) == 4 || len(arguments) == 5 && arguments[4] == "--verbose") && arguments[0] == "fuzz":
		count, seed, err := numbers(arguments[1], arguments[2])
		if err != nil {
			return err
		}
		agreed, err := fuzz(os.Stdout, count, seed, arguments[3], len(arguments) == 5)
		if err == nil && !agreed {
			os.Exit(1)
		}
		return err
	case len(arguments) == 2 && arguments[0] == "minimise":
		return minimiseLines(os.Stdin, os.Stdout, arguments[1])
	case len(arguments) == 2 && arguments[0] == "golden":
		return golden(arguments[1], false)
	case len(arguments) == 3 && arguments[0] == "golden" && arguments[1] == "--check":
		return golden(arguments[2], true)
	}
	return errors.New("usage: oracle < CASES | oracle generate html|text COUNT SEED | oracle fuzz COUNT SEED LVT [--verbose] | oracle minimise LVT < CASES | oracle golden [--check] FOLDER")
}

func numbers(count, seed string) (int, uint64, error) {
	c, err := strconv.Atoi(count)
	if err != nil {
		return 0, 0, err
	}
	s, err := strconv.ParseUint(seed, 10, 64)
	return c, s, err
}

func answerLines() {
	lines := bufio.NewReaderSize(os.Stdin, 1<<20)
	answers := bufio.NewWriter(os.Stdout)
	defer answers.Flush()
	encoder := json.NewEncoder(answers)
	encoder.SetEscapeHTML(false)
	for {
		line, err := lines.ReadBytes('\n')
		if len(bytes.TrimSpace(line)) > 0 {
			var r request
			reply := answer{}
			if parseError := json.Unmarshal(line, &r); parseError != nil {
				message := "oracle: " + parseError.Error()
				reply.Error = &message
			} else {
				reply.ID = r.ID
				output, executeError := execute(r)
				if executeError != nil {
					message := executeError.Error()
					reply.Error = &message
				} else {
					reply.Output = &output
				}
			}
			if encodeError := encoder.Encode(reply); encodeError != nil {
				fmt.Fprintln(os.Stderr, "oracle:", encodeError)
				os.Exit(1)
			}
			// A caller that waits for each answer must get it.
			if lines.Buffered() == 0 {
				answers.Flush()
			}
		}
		if err == io.EOF {
			return
		}
		if err != nil {
			fmt.Fprintln(os.Stderr, "oracle:", err)
			os.Exit(1)
		}
	}
}
