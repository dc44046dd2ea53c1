// Go's html/template as a participant of the bench, on one core: the same templates, from Go structs or, with --dynamic,
// from what encoding/json makes of the data. Run at the repository's root.
//
//	peer [--dynamic] PAGE SECONDS    prints PAGE, nanoseconds a render, bytes
//	peer [--dynamic] --print PAGE    prints the page
package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"html/template"
	"os"
	"reflect"
	"regexp"
	"runtime"
	"strconv"
	"syscall"
	"time"
)

// typed converts what encoding/json decoded (with UseNumber) to the values that templates see; of the typed JSON forms
// only $time occurs in the bench's data.
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

var timeObject = regexp.MustCompile(`\{"\$time":("[^"]*")\}`)

func load(page string, dynamic bool) any {
	text, err := os.ReadFile("build/bench/data/" + page + ".json")
	fail(err)
	if dynamic {
		decoder := json.NewDecoder(bytes.NewReader(text))
		decoder.UseNumber()
		var data any
		fail(decoder.Decode(&data))
		return typed(data)
	}
	data := pages[page]
	fail(json.Unmarshal(timeObject.ReplaceAll(text, []byte("$1")), data))
	return reflect.ValueOf(data).Elem().Interface()
}

func fail(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, "bench/peers/go:", err)
		os.Exit(1)
	}
}

// processorTime is the time that the processor worked for this process: the collector's threads count, other processes
// do not.
func processorTime() time.Duration {
	var usage syscall.Rusage
	fail(syscall.Getrusage(syscall.RUSAGE_SELF, &usage))
	return time.Duration(usage.Utime.Nano() + usage.Stime.Nano())
}

func measure(page *template.Template, data any, out *bytes.Buffer, seconds float64) float64 {
	start, elapsed, renders := processorTime(), time.Duration(0), 0
	for elapsed.Seconds() < seconds {
		for i := 0; i < 4; i++ {
			out.Reset()
			fail(page.Execute(out, data))
		}
		renders += 4
		elapsed = processorTime() - start
	}
	return float64(elapsed.Nanoseconds()) / float64(renders)
}

func main() {
	arguments := os.Args[1:]
	dynamic := len(arguments) > 0 && arguments[0] == "--dynamic"
	if dynamic {
		arguments = arguments[1:]
	}
	if len(arguments) != 2 {
		fmt.Fprintln(os.Stderr, "usage: peer [--dynamic] PAGE SECONDS | [--dynamic] --print PAGE")
		os.Exit(2)
	}
	name, onlyPrint := arguments[0], false
	if name == "--print" {
		name, onlyPrint = arguments[1], true
	}
	if pages[name] == nil {
		fail(fmt.Errorf("there is no page %s", name))
	}
	runtime.GOMAXPROCS(1)
	source, err := os.ReadFile("bench/data/" + name + ".tmpl")
	fail(err)
	page, err := template.New(name).Parse(string(source))
	fail(err)
	data := load(name, dynamic)
	var out bytes.Buffer
	if onlyPrint {
		fail(page.Execute(&out, data))
		_, err := os.Stdout.Write(out.Bytes())
		fail(err)
		return
	}
	seconds, err := strconv.ParseFloat(arguments[1], 64)
	fail(err)
	measure(page, data, &out, seconds/2)
	fmt.Printf("%s\t%.0f\t%d\n", name, measure(page, data, &out, seconds), out.Len())
}
