package main

// fuzz asks both engines about random cases, a batch at a time: Go's engine in this process, lvt in one process a worker,
// while the next batch is being made. Cases are named by seed, mode and number, whatever the number of workers.

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"runtime"
	"runtime/debug"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"livetemplate.dev/oracle/cases"
)

const (
	batchSize = 256
	// Differences that are made smaller and shown.
	shownMax = 10
	// Go's engine cannot be stopped. A case that takes it longer than this ends the run.
	goPatience = 2 * time.Minute
)

type difference struct {
	line         []byte
	verdict      verdict
	theirs, ours *answer
}

type tally struct {
	sync.Mutex
	cases, refused           [2]int
	byReason, byTime         int
	differences              []difference
	count                    int
	otherReasons, otherTimes map[string]string
	failure                  error
}

var modes = [2]string{"html", "text"}

// busy is the case at which a worker's Go engine is.
type busy struct {
	since atomic.Int64
	one   atomic.Pointer[cases.Case]
}

func fuzz(out io.Writer, count int, seed uint64, lvt string, verbose bool) (bool, error) {
	debug.SetGCPercent(400)
	result := &tally{otherReasons: map[string]string{}, otherTimes: map[string]string{}}
	batches := (count + batchSize - 1) / batchSize
	var next atomic.Int64
	var group sync.WaitGroup
	workers := make([]busy, runtime.GOMAXPROCS(0))
	began := time.Now()
	for i := range workers {
		group.Add(1)
		go func() {
			defer group.Done()
			engine := &child{arguments: []string{lvt, "render", "--jsonl"}, patience: time.Minute}
			defer engine.stop()
			g := cases.New()
			for {
				batch := int(next.Add(1)) - 1
				if batch >= 2*batches {
					return
				}
				first := batch / 2 * batchSize
				if err := result.batch(g, engine, &workers[i], seed, batch%2, first, min(count,
					first+batchSize)); err != nil {
					result.Lock()
					result.failure = err
					result.Unlock()
					next.Store(int64(2 * batches))
				}
			}
		}()
	}
	done := make(chan struct{})
	go watch(workers, done)
	group.Wait()
	close(done)
	if result.failure != nil {
		return false, result.failure
	}
	result.report(out, seed, time.Since(began), verbose)
	if result.count > 0 {
		return false, result.show(out, lvt)
	}
	return true, nil
}

func watch(workers []busy, done chan struct{}) {
	for {
		select {
		case <-done:
			return
		case <-time.After(5 * time.Second):
		}
		for i := range workers {
			since := workers[i].since.Load()
			if since != 0 && time.Since(time.UnixMilli(since)) > goPatience {
				fmt.Fprintf(os.Stderr, "oracle: Go does not come to an end with this case:\n%s",
					workers[i].one.Load().AppendLine(nil))
				os.Exit(3)
			}
		}
	}
}

func (t *tally) batch(g *cases.Generator, engine *child, now *busy, seed uint64, mode, from, to int) error {
	questions := make([]cases.Case, 0, to-from)
	lines := make([][]byte, 0, to-from)
	var text []byte
	for id := from; id < to; id++ {
		one := g.Case(seed, modes[mode], id)
		begin := len(text)
		text = one.AppendLine(text)
		questions = append(questions, one)
		lines = append(lines, text[begin:len(text):len(text)])
	}
	var replies [][]byte
	var failure error
	answered := make(chan struct{})
	go func() {
		replies, failure = engine.ask(lines)
		close(answered)
	}()
	theirs := make([]answer, len(questions))
	for i := range questions {
		now.one.Store(&questions[i])
		now.since.Store(time.Now().UnixMilli())
		output, err := render(questions[i].Mode, questions[i].Template, questions[i].Data)
		if err != nil {
			message := err.Error()
			theirs[i].Error = &message
		} else {
			theirs[i].Output = &output
		}
	}
	now.since.Store(0)
	<-answered
	if failure != nil {
		return failure
	}
	refused := 0
	var expected []byte
	for i := range questions {
		if theirs[i].Output != nil {
			// Most answers are the same to the byte; only others are decoded.
			expected = appendAnswer(expected[:0], questions[i].ID, *theirs[i].Output)
			if bytes.Equal(expected, replies[i]) {
				continue
			}
			valid := utf8Only(*theirs[i].Output)
			theirs[i].Output = &valid
		} else {
			refused++
		}
		ours := readAnswer(replies[i])
		switch verdict := judge(&theirs[i], ours); {
		case verdict.differs():
			t.Lock()
			t.count++
			if len(t.differences) < 500 {
				t.differences = append(t.differences, difference{bytes.Clone(lines[i]), verdict, &theirs[i], ours})
			}
			t.Unlock()
		case verdict == bothRefuse:
			t.refusal(*theirs[i].Error, *ours.Error)
		}
	}
	t.Lock()
	t.cases[mode] += len(questions)
	t.refused[mode] += refused
	t.Unlock()
	return nil
}

func (t *tally) refusal(theirs, ours string) {
	theirReason, theirRun := reason(theirs)
	ourReason, ourRun := reason(ours)
	if theirReason == ourReason {
		return
	}
	t.Lock()
	defer t.Unlock()
	note := t.otherReasons
	if theirRun != ourRun {
		t.byTime++
		note = t.otherTimes
	} else {
		t.byReason++
	}
	if len(note) < 200 {
		note[theirReason] = ourReason
	}
}

func appendAnswer(line []byte, id int, output string) []byte {
	line = fmt.Appendf(line, `{"id":%d,"output":`, id)
	line = cases.AppendOutput(line, output)
	return append(line, "}\n"...)
}

func (t *tally) report(out io.Writer, seed uint64, took time.Duration, verbose bool) {
	for mode, name := range modes {
		if t.cases[mode] > 0 {
			fmt.Fprintf(out, "%s: %d cases, %.1f %% rendered\n", name, t.cases[mode],
				100-100*float64(t.refused[mode])/float64(t.cases[mode]))
		}
	}
	total := t.cases[0] + t.cases[1]
	fmt.Fprintf(out, "refused by both: %d with other words, %d at another time\n", t.byReason, t.byTime)
	if verbose {
		for _, notes := range []map[string]string{t.otherTimes, t.otherReasons} {
			for theirs, ours := range notes {
				fmt.Fprintf(out, "  Go  %.300q\n  lvt %.300q\n", theirs, ours)
			}
		}
	}
	fmt.Fprintf(out, "seed %d: %d cases in %.0f s (%.0f/s), %d differences\n", seed, total, took.Seconds(),
		float64(total)/took.Seconds(), t.count)
}

// likeness is the same for differences that look as if they had one reason.
func (d *difference) likeness() string {
	refusal := d.ours.Error
	if refusal == nil {
		refusal = d.theirs.Error
	}
	if refusal == nil {
		return string(d.line)
	}
	text := *refusal
	if at := strings.Index(text, ">: "); at >= 0 {
		text = text[at:]
	}
	return strings.Map(func(r rune) rune {
		if r < 'A' {
			return -1
		}
		return r
	}, text)
}

// show makes the differences small and prints each as one line of JSON, with both answers.
func (t *tally) show(out io.Writer, lvt string) error {
	pair, err := newPair(lvt)
	if err != nil {
		return err
	}
	defer pair.stop()
	seen, alike := map[string]bool{}, map[string]int{}
	for _, one := range t.differences {
		if alike[one.likeness()]++; alike[one.likeness()] > 2 {
			continue
		}
		if len(seen) == shownMax {
			fmt.Fprintf(out, "and more\n")
			break
		}
		small, err := pair.minimise(one.line)
		if err != nil {
			return err
		}
		if small == nil {
			fmt.Fprintf(out, "not seen again when asked alone:\n%s  Go   %s\n  lvt  %s\n", one.line, shown(one.theirs),
				shown(one.ours))
			continue
		}
		key, _ := json.Marshal([]any{small.mode, small.template})
		if !seen[string(key)] {
			seen[string(key)] = true
			small.print(out)
		}
	}
	return nil
}

func generate(out io.Writer, mode string, count int, seed uint64) error {
	if mode != modes[0] && mode != modes[1] {
		return fmt.Errorf("mode must be html or text")
	}
	buffered := bufio.NewWriterSize(out, 1<<16)
	g := cases.New()
	var line []byte
	for id := 0; id < count; id++ {
		one := g.Case(seed, mode, id)
		line = one.AppendLine(line[:0])
		// An error would come from the writer, and that keeps it for Flush.
		_, _ = buffered.Write(line)
	}
	return buffered.Flush()
}
