package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"regexp"
	"strconv"
	"strings"
	"time"
)

// The pages and what happens to them, as bench/journeys.c has them: the same states, step by step.

const (
	cycle           = 20   // steps from one rewind to the next
	stride          = 617  // a prime, so that steps visit rows all over a list
	todoStride      = 37   // the same for 100 todos
	tableSource     = 1000 // rows in the file; a longer table repeats them under other numbers
	chatStart       = 200  // messages before the first is appended
	dashboardCounts = 6    // below the first state's, so that no button's look depends on them
)

type counter struct {
	Title   string
	Session string
	Since   string
	Counter int
}

type todo struct {
	ID    int64
	Title string
	Done  bool
}

type todos struct {
	Items     []todo
	Filter    string
	Editing   int64
	Remaining int
}

type message struct {
	ID     int64
	Author string
	At     time.Time
	Text   string
}

type chat struct {
	Room     string
	Me       string
	Messages []message
}

// A journey is a page's state and one sort of change to it.
type journey struct {
	template string // its file
	state    any    // a pointer
	step     func(i int)
	// Back to the first state after `cycle` steps, where the change itself does not lead back; nil elsewhere.
	rewind func()
}

var timeObject = regexp.MustCompile(`\{"\$time":("[^"]*")\}`)

func readState(path string, state any) {
	text, err := os.ReadFile(path)
	fail(err)
	line, _, _ := bytes.Cut(text, []byte("\n"))
	fail(json.Unmarshal(timeObject.ReplaceAll(line, []byte("$1")), state))
}

func remaining(items []todo) int {
	count := 0
	for i := range items {
		if !items[i].Done {
			count++
		}
	}
	return count
}

func openCounter(change string) *journey {
	state := &counter{}
	readState("bench/data/counter.json", state)
	first := state.Counter
	return &journey{template: "counter", state: state, step: func(i int) { state.Counter = first + 1 + i%cycle }}
}

func openDashboard(change string) *journey {
	state := &dashboard{}
	readState("bench/data/dashboard.jsonl", state)
	return &journey{template: "dashboard", state: state, step: func(i int) { state.Counter = 1 + i%dashboardCounts }}
}

func openTodos(change string) *journey {
	state := &todos{}
	readState("bench/data/todos-100.jsonl", state)
	toggle := func(index int) { state.Items[index].Done = !state.Items[index].Done }
	step := func(i int) {
		toggle(i * todoStride % len(state.Items))
		state.Remaining = remaining(state.Items)
	}
	if change == "all rows" {
		step = func(i int) {
			for index := range state.Items {
				toggle(index)
			}
			state.Remaining = remaining(state.Items)
		}
	}
	return &journey{template: "todos", state: state, step: step}
}

// openTable makes `length` rows, and `cycle` more to append.
func openTable(length int, change string) *journey {
	state, source := &table{}, &table{}
	readState("build/bench/data/table.json", source)
	state.Title = source.Title
	rows := make([]row, length+cycle)
	for i := range rows {
		rows[i] = source.Rows[i%tableSource]
		rows[i].ID = source.Rows[0].ID + int64(i)
	}
	state.Rows = rows[:length]
	// Up in one cycle, down in the next.
	raise := func(index, i int) { state.Rows[index].Amount += float64(1 - i/cycle%2*2) }
	removed, places := make([]row, cycle), make([]int, cycle)
	steps := map[string]func(i int){
		"one cell": func(i int) { raise(i%cycle*stride%length, i) },
		"all rows": func(i int) {
			for index := range state.Rows {
				raise(index, i)
			}
		},
		"swap two": func(i int) {
			state.Rows[1], state.Rows[length-2] = state.Rows[length-2], state.Rows[1]
		},
		"append": func(i int) { state.Rows = rows[:length+1+i%cycle] },
		"remove": func(i int) {
			place := i % cycle * stride % len(state.Rows)
			removed[i%cycle], places[i%cycle] = state.Rows[place], place
			state.Rows = append(state.Rows[:place], state.Rows[place+1:]...)
		},
	}
	rewinds := map[string]func(){
		"append": func() { state.Rows = rows[:length] },
		"remove": func() {
			for i := cycle - 1; i >= 0; i-- {
				state.Rows = state.Rows[:len(state.Rows)+1]
				copy(state.Rows[places[i]+1:], state.Rows[places[i]:])
				state.Rows[places[i]] = removed[i]
			}
		},
	}
	return &journey{template: "customers", state: state, step: steps[change], rewind: rewinds[change]}
}

func openChat(change string) *journey {
	state := &chat{}
	readState("build/bench/data/chat.json", state)
	all := state.Messages
	state.Messages = all[:chatStart]
	return &journey{
		template: "chat",
		state:    state,
		step:     func(i int) { state.Messages = all[:chatStart+1+i%cycle] },
		rewind:   func() { state.Messages = all[:chatStart] },
	}
}

func open(page, change string) *journey {
	switch page {
	case "counter":
		return openCounter(change)
	case "dashboard":
		return openDashboard(change)
	case "todos-100":
		return openTodos(change)
	case "chat":
		return openChat(change)
	}
	length, err := strconv.Atoi(strings.TrimPrefix(page, "table-"))
	if err != nil || length < cycle {
		fail(fmt.Errorf("there is no page %s", page))
	}
	return openTable(length, change)
}
