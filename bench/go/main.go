// The bench's other side: Go's html/template prints the same page from the same state, on one core. Prints one line,
// page, "print", nanoseconds, bytes; with --print the page itself, so that the two can be compared.
package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"html/template"
	"os"
	"runtime"
	"strconv"
	"time"
)

// typed converts what encoding/json decoded (with UseNumber) to the values that templates see; of the typed JSON forms
// only $time occurs in the bench's states.
func typed(value any) any {
	switch v := value.(type) {
	case json.Number:
		if integer, err := strconv.Atoi(v.String()); err == nil {
			return integer
		}
		number, _ := v.Float64()
		return number
	case []any:
		for i := range v {
			v[i] = typed(v[i])
		}
	case map[string]any:
		if text, ok := v["$time"].(string); ok && len(v) == 1 {
			moment, err := time.Parse(time.RFC3339Nano, text)
			fail(err)
			return moment
		}
		for key := range v {
			v[key] = typed(v[key])
		}
	}
	return value
}

func fail(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, "bench/go:", err)
		os.Exit(1)
	}
}

func main() {
	arguments := os.Args[1:]
	onlyPrint := len(arguments) > 0 && arguments[0] == "--print"
	if onlyPrint {
		arguments = arguments[1:]
	}
	if len(arguments) != 3 {
		fmt.Fprintln(os.Stderr, "usage: bench [--print] PAGE TEMPLATE STATES.jsonl")
		os.Exit(2)
	}
	runtime.GOMAXPROCS(1)
	text, err := os.ReadFile(arguments[1])
	fail(err)
	states, err := os.ReadFile(arguments[2])
	fail(err)
	line, _, _ := bytes.Cut(states, []byte("\n"))
	decoder := json.NewDecoder(bytes.NewReader(line))
	decoder.UseNumber()
	var state any
	fail(decoder.Decode(&state))
	state = typed(state)
	page, err := template.New("page").Parse(string(text))
	fail(err)

	var out bytes.Buffer
	for i := 0; i < 20; i++ { // warm up: the first execution escapes the template
		out.Reset()
		fail(page.Execute(&out, state))
	}
	if onlyPrint {
		_, err := os.Stdout.Write(out.Bytes())
		fail(err)
		return
	}
	start, steps := time.Now(), 0
	for time.Since(start) < 200*time.Millisecond {
		for i := 0; i < 16; i++ {
			out.Reset()
			fail(page.Execute(&out, state))
		}
		steps += 16
	}
	fmt.Printf("%s\tprint\t%.0f\t%d\n", arguments[0], float64(time.Since(start).Nanoseconds())/float64(steps), out.Len())
}
